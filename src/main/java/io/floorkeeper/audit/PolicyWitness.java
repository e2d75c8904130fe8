package io.floorkeeper.audit;

import io.floorkeeper.platform.AuditTrail;
import io.floorkeeper.policy.Policy;
import io.floorkeeper.policy.PolicyHistory;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The policy versions of a proof: each is believed only where its document still has the digest it
 * was kept with, and that one stands in the trail, where the trail tells of it.
 */
final class PolicyWitness {
  private final Connection connection;
  private final PolicyHistory history;
  private final String dataClass;
  private final Findings findings;
  private final Map<Integer, Seen> seen = new TreeMap<>();

  /** Why a version is not believed. */
  private record Trouble(String what, String expected, String found) {}

  /** A version and what was done under it. */
  private static final class Seen {
    private final List<Trouble> troubles = new ArrayList<>();
    private Optional<RuledVersion> version = Optional.empty();
    private String digest;
    private VersionTally tally = new VersionTally(List.of());
    private String firstDecision;
  }

  PolicyWitness(Connection connection, PolicyHistory history, String dataClass, Findings findings) {
    this.connection = connection;
    this.history = history;
    this.dataClass = dataClass;
    this.findings = findings;
  }

  /** The version; empty where it is not kept. */
  Optional<RuledVersion> version(int number) throws SQLException {
    Seen known = seen.get(number);
    if (known == null) {
      known = look(number);
      seen.put(number, known);
    }
    return known.version;
  }

  /** What the class's decisions by a version that was asked for are counted in. */
  VersionTally tally(int number, String decisionId) {
    Seen known = seen.get(number);
    if (known.firstDecision == null) {
      known.firstDecision = decisionId;
    }
    return known.tally;
  }

  /**
   * The versions that decided anything of the class. One that cannot be believed, or has no pin for
   * the class, is a finding that counts its decisions.
   */
  List<ProofReport.PolicyUsed> used() {
    List<ProofReport.PolicyUsed> used = new ArrayList<>();
    seen.forEach(
        (number, s) -> {
          long decisions = s.tally.decisions();
          if (decisions == 0) {
            return;
          }
          s.troubles.forEach(
              t ->
                  findings.add(
                      AuditFinding.rows(
                          AuditFinding.Kind.POLICY_UNKNOWN,
                          decisions,
                          t.what() + "; the first decision of it is " + s.firstDecision,
                          t.expected(),
                          t.found())));
          if (s.version.isPresent()) {
            RuledVersion version = s.version.get();
            used.add(s.tally.report(number, s.digest, version.pinsOn(dataClass)));
            if (version.pinsOn(dataClass).isEmpty()) {
              notPinned(decisions, "policy version " + number + " has no pin for the data class");
            }
          }
        });
    return used;
  }

  /**
   * Nothing was decided: then at least one version of the period has to know what is asked about.
   */
  void requirePinned(Period period) throws SQLException {
    List<Integer> versions = new ArrayList<>();
    try (PreparedStatement select =
        connection.prepareStatement(
            """
            select version from (
              select version, published_at, lead(published_at) over (order by version) as until
              from policy_version where tenant_no = 0) v
            where published_at < ? and (until is null or until > ?) order by version
            """)) {
      select.setObject(1, Period.to(period.to()));
      select.setObject(2, Period.from(period.from()));
      try (ResultSet row = select.executeQuery()) {
        while (row.next()) {
          versions.add(row.getInt(1));
        }
      }
    }
    for (int number : versions) {
      Optional<RuledVersion> version = version(number);
      if (version.isPresent() && !version.get().pinsOn(dataClass).isEmpty()) {
        return;
      }
    }
    notPinned(
        0,
        versions.isEmpty()
            ? "no policy was in force in the period"
            : "none of the policy versions in force in the period ("
                + versions.get(0)
                + " to "
                + versions.get(versions.size() - 1)
                + ") has a pin for the data class");
  }

  private void notPinned(long decisions, String what) {
    findings.add(
        AuditFinding.rows(
            AuditFinding.Kind.CLASS_NOT_PINNED,
            decisions,
            what,
            "a pin on '" + dataClass + "'",
            "none"));
  }

  private Seen look(int number) throws SQLException {
    Seen looked = new Seen();
    Optional<PolicyHistory.Stored> stored = history.stored(connection, number);
    Optional<Policy> policy = stored.flatMap(PolicyHistory.Stored::policy);
    if (policy.isEmpty()) {
      looked.troubles.add(
          new Trouble(
              number == 0
                  ? "decided before the database had given the policy a version: nobody can tell"
                      + " what was allowed"
                  : "the policy that decided is not kept, or cannot be read any more",
              "policy version " + number,
              "none"));
      return looked;
    }
    String digest = policy.get().digest();
    looked.version = Optional.of(new RuledVersion(policy.get()));
    looked.digest = digest;
    looked.tally = new VersionTally(looked.version.get().pinsOn(dataClass));
    if (!digest.equals(stored.get().digest())) {
      looked.troubles.add(
          new Trouble(
              "the document of policy version " + number + " is not the one that was published",
              stored.get().digest(),
              digest));
    }
    Optional<String> told = told(number);
    if (told.isPresent() && !told.get().startsWith(digest)) {
      looked.troubles.add(
          new Trouble(
              "policy version " + number + " has another digest than the trail tells",
              told.get(),
              digest));
    }
    return looked;
  }

  private Optional<String> told(int number) throws SQLException {
    try (PreparedStatement select =
        connection.prepareStatement(
            "select detail from audit_event where kind in (?, ?) and subject = ?"
                + " order by position limit 1")) {
      select.setString(1, AuditTrail.POLICY_PUBLISHED);
      select.setString(2, AuditTrail.POLICY_ROLLED_BACK);
      select.setString(3, AuditTrail.policySubject(number));
      try (ResultSet row = select.executeQuery()) {
        return row.next() ? Optional.of(row.getString(1)) : Optional.empty();
      }
    }
  }
}
