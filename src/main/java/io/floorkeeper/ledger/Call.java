package io.floorkeeper.ledger;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * One model call that really happened, read from one leaf span. No prompt or completion text, ever.
 *
 * @param traceId 32 lower-case hex digits
 * @param spanId 16 lower-case hex digits
 * @param startedAt to the microsecond
 * @param dialect the id of the dialect that read it
 * @param model that ran: the response's name where given, else the request's
 * @param tokens empty where the span says nothing of them
 * @param reportedNanoUsd dollars as the span reports them, in 1e-9 USD
 * @param decisionId the 64 characters as the span carries them, not yet verified
 * @param role as the span itself or its resource names it, without the decision id
 * @param roleSource the attribute that named it
 * @param serviceTier at which the provider served it: "default", "batch", "flex", "priority", ...
 */
public record Call(
    String traceId,
    String spanId,
    Optional<String> parentSpanId,
    Instant startedAt,
    long latencyMillis,
    String dialect,
    Optional<String> model,
    Optional<String> requestModel,
    Optional<String> provider,
    Optional<Tokens> tokens,
    OptionalLong reportedNanoUsd,
    Optional<String> decisionId,
    Optional<String> role,
    Optional<String> roleSource,
    Optional<String> sessionId,
    Optional<String> responseId,
    boolean error,
    Optional<String> errorType,
    List<Evaluation> evaluations,
    Optional<String> serviceTier) {
  public Call {
    // As Postgres keeps it: what is said of a call later finds the same place in its task.
    startedAt = startedAt.truncatedTo(ChronoUnit.MICROS);
    evaluations = List.copyOf(evaluations);
  }

  /** With the cost that somebody else reports of it. */
  public Call withReportedNanoUsd(long another) {
    return new Call(
        traceId,
        spanId,
        parentSpanId,
        startedAt,
        latencyMillis,
        dialect,
        model,
        requestModel,
        provider,
        tokens,
        OptionalLong.of(another),
        decisionId,
        role,
        roleSource,
        sessionId,
        responseId,
        error,
        errorType,
        evaluations,
        serviceTier);
  }

  /** Whether it was written as a log record: the ids of such dialects end so. */
  public boolean isLogRecord() {
    return dialect.endsWith("-logs");
  }
}
