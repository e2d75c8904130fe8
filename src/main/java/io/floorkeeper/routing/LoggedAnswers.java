package io.floorkeeper.routing;

import io.floorkeeper.platform.Caller;
import io.floorkeeper.platform.Problem;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;

/**
 * Answers and their records: the record goes behind the answer, and before it where a pin says
 * {@code audit: required}.
 */
@ApplicationScoped
class LoggedAnswers {
  private final DecisionLog log;
  private final Duration limit;
  private final Counter withheld;

  LoggedAnswers(DecisionLog log, RoutingSettings settings, MeterRegistry meters) {
    this.log = log;
    this.limit = settings.auditAckLimit();
    this.withheld = meters.counter("floorkeeper.decisions.withheld");
  }

  /**
   * Logs what was decided, and gives the answer back.
   *
   * @param aside null: nothing
   * @throws RecordedFirst where the answer waits for its record
   * @throws Problem.Unavailable {@code audit_unavailable} where it cannot even wait
   */
  <T> T given(
      T answer,
      RouteRequest request,
      Caller caller,
      Decision decision,
      long number,
      DecisionLog.Aside aside) {
    boolean recordedFirst =
        Eligibility.isRecordedFirst(
            request, caller, decision.routes(), decision.snapshot().published().policy());
    return given(answer, recordedFirst, request, caller, decision, number, aside);
  }

  /** The same, where it is known whether the record comes first. */
  <T> T given(
      T answer,
      boolean recordedFirst,
      RouteRequest request,
      Caller caller,
      Decision decision,
      long number,
      DecisionLog.Aside aside) {
    if (!recordedFirst) {
      log.offer(new DecisionLog.Entry(request, caller, decision, number, null, aside));
      return answer;
    }
    Acknowledgement acknowledgement = new Acknowledgement();
    if (!log.offer(
        new DecisionLog.Entry(request, caller, decision, number, acknowledgement, aside))) {
      withheld.increment();
      throw unavailable();
    }
    CompletableFuture<Boolean> recorded = acknowledgement.within(limit);
    recorded.thenAccept(
        there -> {
          if (!there) {
            withheld.increment();
          }
        });
    throw new RecordedFirst(answer, recorded);
  }

  static Problem unavailable() {
    return new Problem.Unavailable(
        "audit_unavailable",
        "a pin of this request wants its record to be safe before the answer is given, and the"
            + " broker has not acknowledged it in time");
  }
}
