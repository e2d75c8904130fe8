package io.floorkeeper.audit;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.floorkeeper.ledger.DecisionId;
import io.floorkeeper.ledger.DecisionRecord;
import io.floorkeeper.ledger.DecisionRow;
import io.floorkeeper.policy.Pin;
import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Every decision of a class in a period against the pins of the policy version that made it, and
 * every call under its id against the same. One pass, streamed.
 */
final class PinProof {
  private static final int FETCH_ROWS = 2_000;

  /** Ids are used for a day or so. */
  private static final int LATEST_CALL_DAYS = 31;

  private static final String DECISIONS =
      """
      with model_ran as (
        select decision_id, coalesce(model, '') as model, count(*) as calls from call
        where decision_id is not null and day >= ? group by 1, 2),
      ran as (
        select decision_id, array_agg(model) as models, array_agg(calls) as calls from model_ran group by 1)
      select %s, ran.models, ran.calls as calls from decision d left join ran using (decision_id)
      where d.decided_at >= ? and d.decided_at < ?
      """
          .formatted(DecisionRow.COLUMNS);

  private final Connection connection;
  private final DecisionRow rows;
  private final Period period;
  private final String dataClass;
  private final String tenant;
  private final PolicyWitness policies;
  private final Findings findings;

  private long decisions;
  private long ofUnknownClass;
  private long unpinned;
  private long ofUnknownPolicy;
  private long withoutCall;
  private long calls;
  private long callsPending;
  private long callsUnrouted;

  /**
   * @param tenant null: all of them
   */
  PinProof(
      Connection connection,
      ObjectMapper json,
      Period period,
      String dataClass,
      String tenant,
      PolicyWitness policies,
      Findings findings) {
    this.connection = connection;
    this.rows = new DecisionRow(json);
    this.period = period;
    this.dataClass = dataClass;
    this.tenant = tenant;
    this.policies = policies;
    this.findings = findings;
  }

  ProofReport.Counts counts() {
    return new ProofReport.Counts(
        decisions,
        decisions - unpinned - ofUnknownPolicy,
        ofUnknownClass,
        unpinned,
        ofUnknownPolicy,
        withoutCall,
        calls,
        callsPending,
        callsUnrouted);
  }

  void decisions() throws SQLException {
    try (PreparedStatement select = connection.prepareStatement(DECISIONS)) {
      select.setFetchSize(FETCH_ROWS);
      // A call cannot begin before it was decided; clocks may differ by a little.
      select.setObject(
          1,
          LocalDate.ofInstant(Period.from(period.from()).toInstant(), ZoneOffset.UTC).minusDays(1));
      select.setObject(2, Period.from(period.from()));
      select.setObject(3, Period.to(period.to()));
      try (ResultSet row = select.executeQuery()) {
        while (row.next()) {
          try {
            decision(rows.read(row), row);
          } catch (DecisionRow.BrokenRowException e) {
            findings.add(
                AuditFinding.decision(
                    AuditFinding.Kind.ALTERED, DecisionRow.id(row), e.getMessage(), null, null));
          }
        }
      }
    }
  }

  private void decision(DecisionRecord decision, ResultSet row) throws SQLException {
    if (tenant != null && !tenant.equals(Tenants.of(decision))) {
      return;
    }
    boolean ofClass =
        decision.dataClass() != null && dataClass.equalsIgnoreCase(decision.dataClass().strip());
    Optional<RuledVersion> version = policies.version(decision.policyVersion());
    boolean strictest = version.isPresent() && version.get().isStrictest(decision);
    // Without its policy nobody can tell whether a silent one counted as of the class.
    boolean silent = version.isEmpty() && decision.dataClass() == null;
    if (!ofClass && !strictest && !silent) {
      return;
    }
    decisions++;
    ofUnknownClass += strictest || !ofClass ? 1 : 0;
    Array models = row.getArray("models");
    if (models == null) {
      withoutCall++;
    }
    Optional<RuledVersion.Ruling> ruling = version.flatMap(v -> v.ruling(decision));
    List<Pin> binding = ruling.map(RuledVersion.Ruling::pins).orElse(List.of());
    VersionTally tally = policies.tally(decision.policyVersion(), decision.decisionId());
    tally.decided(decision.model(), binding);
    if (version.isEmpty()) {
      ofUnknownPolicy++;
    } else if (ruling.isEmpty()) {
      unpinned++;
    } else if (!ruling.get().models().contains(decision.model())) {
      findings.add(
          AuditFinding.decision(
              AuditFinding.Kind.DECIDED_OUTSIDE_PIN,
              decision.decisionId(),
              "decided for a model that its pins do not allow",
              "one of " + ruling.get().models(),
              decision.model()));
    }
    if (models != null) {
      ran(decision, version, ruling, tally, models, row.getArray("calls"));
    }
  }

  private void ran(
      DecisionRecord decision,
      Optional<RuledVersion> version,
      Optional<RuledVersion.Ruling> ruling,
      VersionTally tally,
      Array models,
      Array counts)
      throws SQLException {
    String[] names = (String[]) models.getArray();
    Long[] numbers = (Long[]) counts.getArray();
    for (int i = 0; i < names.length; i++) {
      calls += numbers[i];
      String reported = names[i];
      Optional<String> model = version.flatMap(v -> v.model(reported));
      tally.ran(
          model.orElse(reported.isEmpty() ? "(not named)" : reported),
          ruling.map(RuledVersion.Ruling::pins).orElse(List.of()),
          numbers[i]);
      if (ruling.isEmpty()) {
        continue;
      }
      Set<String> allowed = ruling.get().models();
      if (model.isEmpty() || !allowed.contains(model.get())) {
        findings.add(
            new AuditFinding(
                model.isEmpty()
                    ? AuditFinding.Kind.RAN_ON_UNKNOWN_MODEL
                    : AuditFinding.Kind.RAN_OUTSIDE_PIN,
                null,
                0,
                decision.decisionId(),
                numbers[i],
                model.isPresent()
                    ? "ran on a model that its pins do not allow"
                    : names[i].isEmpty()
                        ? "the span does not say on which model it ran"
                        : "ran on a model that the policy does not know",
                "one of " + allowed,
                names[i].isEmpty() ? "nothing" : names[i]));
      }
    }
  }

  /**
   * Calls whose decision is not there and was made in the period, as its id says, whatever its
   * class was.
   *
   * @param pendingSince what was decided after this may still be on its way; null: nothing is
   * @param youngest likewise, since it may not even be anchored
   */
  void callsWithoutDecision(Instant pendingSince, Instant youngest) throws SQLException {
    try (PreparedStatement select =
        connection.prepareStatement(
            """
            select c.decision_id, coalesce(c.model, ''), count(*) from call c
            where c.decision_id is not null and c.started_at >= ? and c.started_at < ?
              and not exists (select from decision d where d.decision_id = c.decision_id)
            group by 1, 2
            """)) {
      select.setFetchSize(FETCH_ROWS);
      select.setObject(1, Period.from(period.from()).minusDays(1));
      select.setObject(2, Period.to(period.to()).plusDays(LATEST_CALL_DAYS));
      try (ResultSet row = select.executeQuery()) {
        while (row.next()) {
          Instant decidedAt = DecisionId.decidedAt(row.getBytes(1));
          if (!period.contains(decidedAt)) {
            continue;
          }
          if (decidedAt.isAfter(youngest)
              || pendingSince != null && decidedAt.isAfter(pendingSince)) {
            callsPending += row.getLong(3);
          } else {
            findings.add(
                new AuditFinding(
                    AuditFinding.Kind.CALL_WITHOUT_DECISION,
                    null,
                    0,
                    DecisionRow.id(row),
                    row.getLong(3),
                    "a call carries a decision that is not in the log; its class is not known",
                    "a decision",
                    "none; it ran on '" + row.getString(2) + "'"));
          }
        }
      }
    }
  }

  /** Calls of the period that nobody routed: nothing can be said of them. */
  void unroutedCalls() throws SQLException {
    try (PreparedStatement select =
        connection.prepareStatement(
            "select count(*) from call where decision_id is null and not twin and started_at >= ?"
                + " and started_at < ?")) {
      select.setObject(1, Period.from(period.from()));
      select.setObject(2, Period.to(period.to()));
      try (ResultSet row = select.executeQuery()) {
        row.next();
        callsUnrouted = row.getLong(1);
      }
    }
  }
}
