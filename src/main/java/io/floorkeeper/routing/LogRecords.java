package io.floorkeeper.routing;

import io.floorkeeper.ledger.DecisionRecord;
import java.time.Instant;

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
        d.shadowOdds(),
        d.allocation() == null ? 0 : d.routes().pace(),
        d.allocation() == null ? 0 : d.snapshot().prices());
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
        + decision.routes().epoch()
        + ":"
        + decision.routes().pace()
        + ":"
        + decision.snapshot().prices();
  }
}
