package io.floorkeeper.routing;

import io.floorkeeper.ledger.DecisionRecord;
import io.floorkeeper.ledger.ShadowOdds;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/** From what was decided to what the decision log keeps of it. */
final class LogRecords {
  private LogRecords() {}

  static DecisionRecord decision(DecisionLog.Entry entry, int replica) {
    Decision d = entry.decision();
    RouteRequest request = entry.request();
    DecisionLog.Aside aside = entry.aside() == null ? DecisionLog.Aside.NONE : entry.aside();
    return new DecisionRecord(
        d.decisionId(),
        replica,
        entry.sequence(),
        Instant.ofEpochMilli(d.decidedAtMillis()),
        d.routes().roleNo(),
        request.role(),
        d.arm().arm().key(),
        d.arm().arm().tier(),
        d.arm().arm().model().name(),
        d.reason().toString(),
        d.propensity(),
        d.snapshot().published().version(),
        d.id().epoch(),
        d.id().bucket(),
        d.mask(),
        d.evaluate(),
        Learnings.of(d.routes()),
        d.constraints(),
        d.snapshot().evidenceAtMillis() == 0
            ? -1
            : d.decidedAtMillis() - d.snapshot().evidenceAtMillis(),
        request.collaboration(),
        request.sessionId(),
        request.runId(),
        request.step(),
        Eligibility.dataClass(request, entry.caller()),
        request.tags(),
        d.shadowCandidate() < 0 ? null : d.routes().arms().get(d.shadowCandidate()).arm().key(),
        d.shadowCandidate() < 0 ? null : d.shadowPropensity(),
        entry.caller().tenant(),
        aside.check(),
        aside.classifierMillis(),
        aside.classifierNanoUsd(),
        d.ceiling() == null ? null : CeilingExplanation.of(d).toString(),
        d.shadow() == null ? null : odds(d));
  }

  private static ShadowOdds odds(Decision d) {
    List<ShadowOdds.Arm> arms = new ArrayList<>();
    double taken = 0;
    for (int position = 0; position < d.shadow().candidates().size(); position++) {
      int candidate = d.shadow().candidates().get(position);
      double bandit = d.shadow().solution().propensity(position);
      taken = candidate == d.candidate() ? bandit : taken;
      arms.add(
          new ShadowOdds.Arm(
              d.routes().arms().get(candidate).arm().key(),
              d.rulesPropensity(candidate),
              bandit,
              d.servedPropensity(candidate)));
    }
    return new ShadowOdds(taken, arms);
  }

  /** What makes an allocation one that was not explained yet. */
  static String allocationKey(Decision decision) {
    return decision.routes().roleNo()
        + ":"
        + decision.routes().bucket()
        + ":"
        + decision.allocation().mask()
        + ":"
        + decision.snapshot().published().version()
        + ":"
        + decision.routes().epoch();
  }
}
