package io.floorkeeper.audit;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.floorkeeper.platform.AuditSettings;
import io.floorkeeper.platform.Problem;
import io.floorkeeper.policy.PolicyHistory;
import jakarta.enterprise.context.ApplicationScoped;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.eclipse.microprofile.config.inject.ConfigProperty;

/** The proof query: one moment's view of decisions, calls, policies and chains. */
@ApplicationScoped
class ProofService {
  /** Between an answer and its place in the chain, as long as the broker takes records. */
  private static final Duration IN_QUEUE = Duration.ofMinutes(1);

  private final AuditReader reader;
  private final VerifyService verifier;
  private final PolicyHistory history;
  private final ObjectMapper json;
  private final Duration silentAfter;
  private final String software;

  ProofService(
      AuditReader reader,
      VerifyService verifier,
      PolicyHistory history,
      ObjectMapper json,
      AuditSettings settings,
      @ConfigProperty(name = "quarkus.application.version", defaultValue = "unknown")
          String version) {
    this.software = "floorkeeper " + version;
    this.reader = reader;
    this.verifier = verifier;
    this.history = history;
    this.json = json;
    this.silentAfter = settings.silentAfter();
  }

  /**
   * @param tenant null: all of them
   * @param most findings that are shown; all are counted
   */
  ProofReport prove(String dataClass, String tenant, Period period, int most) {
    return reader.read(connection -> prove(connection, dataClass, tenant, period, most));
  }

  private ProofReport prove(
      Connection connection, String dataClass, String tenant, Period period, int most)
      throws SQLException {
    long startNanos = System.nanoTime();
    Findings findings = new Findings(most);
    requireTenant(connection, tenant);
    PolicyWitness witness = new PolicyWitness(connection, history, dataClass, findings);
    PinProof proof = new PinProof(connection, json, period, dataClass, tenant, witness, findings);
    proof.decisions();
    List<ProofReport.PolicyUsed> used = witness.used();
    if (used.isEmpty()) {
      witness.requirePinned(period);
    }
    VerifyReport trail = verifier.verify(connection, period, findings);
    Instant now = trail.checkedAt();
    proof.callsWithoutDecision(
        trail.pendingSince() == null ? null : trail.pendingSince().minus(IN_QUEUE),
        now.minus(silentAfter));
    proof.unroutedCalls();
    ProofReport.Counts counts = proof.counts();
    ProofReport.Verdict verdict =
        findings.total() > 0
            ? ProofReport.Verdict.NOT_PROVEN
            : counts.bound() > 0
                ? ProofReport.Verdict.PROVEN
                : ProofReport.Verdict.NOTHING_TO_PROVE;
    boolean over = period.to() != null && period.to().isBefore(now.minus(silentAfter));
    return new ProofReport(
        "Every decision for data class '"
            + dataClass
            + "' in the period went to a model that its pins allow, and so did every call that was"
            + " seen under its id.",
        installation(connection),
        software,
        dataClass,
        tenant,
        period.from(),
        period.to(),
        now,
        verdict,
        verdict == ProofReport.Verdict.PROVEN,
        over && trail.pendingDecisions() == 0 && trail.unanchored() == 0,
        counts,
        used,
        findings,
        trail,
        notCovered(counts, trail),
        (System.nanoTime() - startNanos) / 1_000_000);
  }

  /** One without decisions yet is a tenant, too. */
  private static void requireTenant(Connection connection, String tenant) throws SQLException {
    if (tenant == null) {
      return;
    }
    try (PreparedStatement select =
        connection.prepareStatement("select 1 from tenant where name = ?")) {
      select.setString(1, tenant);
      try (ResultSet row = select.executeQuery()) {
        if (!row.next()) {
          throw new Problem.Unprocessable(
              "unknown_tenant", "tenant", "names no tenant of this installation");
        }
      }
    }
  }

  private static String installation(Connection connection) throws SQLException {
    try (PreparedStatement select =
            connection.prepareStatement(
                "select encode(hash, 'hex') from audit_event where position = 1");
        ResultSet row = select.executeQuery()) {
      return row.next() ? row.getString(1) : null;
    }
  }

  private static List<String> notCovered(ProofReport.Counts counts, VerifyReport trail) {
    List<String> words = new ArrayList<>();
    words.add(
        "Calls that no span told of, and calls whose span carries no decision id: "
            + counts.callsUnrouted()
            + " of the latter were seen in the period.");
    words.add(
        "Whether a span tells the truth about the model that ran, and a request about its data"
            + " class, where no credentials say it.");
    words.add(
        "Calls are not chained: that somebody with write access removed or altered the row of a"
            + " call would not be found.");
    words.add(
        "Somebody with write access who removes a chain's newest rows together with their anchors:"
            + " found only when that chain's next decision arrives, or its replica, still alive,"
            + " anchors again; for a chain that has ended, not from the database.");
    words.add(
        "Somebody with write access who rewrites a chain's rows and anchors so that they fit, or"
            + " the operators' events and theirs: all are in one database. Compare the heads above"
            + " with a page that was filed earlier, or with the lines 'audit chain' of the"
            + " service's log.");
    words.add(
        "Decisions that a replica answered after its last sign of life and before it was killed:"
            + " within one anchor interval, nobody else knows of them.");
    if (trail.unanchored() > 0) {
      words.add(
          trail.unanchored()
              + " records behind the last anchor of their chain: their hashes fit, and nothing"
              + " vouches for the last of them.");
    }
    if (trail.pendingDecisions() > 0) {
      words.add(trail.pendingDecisions() + " decisions that are still on their way.");
    }
    if (trail.unchainedDecisions() > 0) {
      words.add(
          trail.unchainedDecisions()
              + " decisions from before there were chains: nothing vouches for them.");
    }
    return words;
  }
}
