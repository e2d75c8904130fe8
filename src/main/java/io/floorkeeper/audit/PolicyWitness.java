package io.floorkeeper.audit;

import io.floorkeeper.platform.AuditTrail;
import io.floorkeeper.policy.Policy;
import io.floorkeeper.policy.PolicyHistory;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The policy versions of a proof: each is believed only where its document still has the digest it
 * was kept with, and that one stands in the trail, where the trail tells of it.
 */
final class PolicyWitness {
  private final Connection connection;
  private final PolicyHistory history;
  private final String dataClass;
  private final Findings findings;
  private final Map<Integer, Optional<Seen>> seen = new HashMap<>();

  /** A version and how much it decided. */
  private static final class Seen {
    private final RuledVersion version;
    private final String digest;
    private long decisions;

    Seen(RuledVersion version, String digest) {
      this.version = version;
      this.digest = digest;
    }
  }

  PolicyWitness(Connection connection, PolicyHistory history, String dataClass, Findings findings) {
    this.connection = connection;
    this.history = history;
    this.dataClass = dataClass;
    this.findings = findings;
  }

  /** The version; empty where it is not kept: told once as a finding. */
  Optional<RuledVersion> version(int number) throws SQLException {
    Optional<Seen> known = seen.get(number);
    if (known == null) {
      known = look(number);
      seen.put(number, known);
    }
    return known.map(s -> s.version);
  }

  /** One decision of the class was made by this version. */
  void count(int number) {
    seen.get(number).ifPresent(s -> s.decisions++);
  }

  /** The versions that decided anything of the class; one without a pin for it is a finding. */
  List<ProofReport.PolicyUsed> used() {
    List<ProofReport.PolicyUsed> used = new ArrayList<>();
    seen.keySet().stream()
        .sorted()
        .forEach(
            number ->
                seen.get(number)
                    .filter(s -> s.decisions > 0)
                    .ifPresent(
                        s -> {
                          used.add(
                              new ProofReport.PolicyUsed(
                                  number, s.digest, s.version.pinNames(dataClass), s.decisions));
                          if (!s.version.pins(dataClass)) {
                            notPinned("policy version " + number);
                          }
                        }));
    return used;
  }

  /** Nothing was decided: then at least the policy in force has to know what is asked about. */
  void requirePinned(Policy inForce) {
    if (!new RuledVersion(inForce).pins(dataClass)) {
      notPinned("the policy in force");
    }
  }

  private void notPinned(String policy) {
    findings.add(
        AuditFinding.decision(
            AuditFinding.Kind.CLASS_NOT_PINNED,
            null,
            policy + " has no pin for the data class",
            "a pin on '" + dataClass + "'",
            "none"));
  }

  private Optional<Seen> look(int number) throws SQLException {
    Optional<PolicyHistory.Stored> stored = history.stored(connection, number);
    Optional<Policy> policy = stored.flatMap(PolicyHistory.Stored::policy);
    if (policy.isEmpty()) {
      unknown(
          number == 0
              ? "decided before the database had given the policy a version"
              : "the policy that decided is not kept, or cannot be read any more",
          "policy version " + number,
          "none");
      return Optional.empty();
    }
    String digest = policy.get().digest();
    if (!digest.equals(stored.get().digest())) {
      unknown(
          "the document of policy version " + number + " is not the one that was published",
          stored.get().digest(),
          digest);
    }
    Optional<String> told = told(number);
    if (told.isPresent() && !told.get().startsWith(digest)) {
      unknown(
          "policy version " + number + " has another digest than the trail tells",
          told.get(),
          digest);
    }
    return Optional.of(new Seen(new RuledVersion(policy.get()), digest));
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

  private void unknown(String what, String expected, String found) {
    findings.add(
        AuditFinding.decision(AuditFinding.Kind.POLICY_UNKNOWN, null, what, expected, found));
  }
}
