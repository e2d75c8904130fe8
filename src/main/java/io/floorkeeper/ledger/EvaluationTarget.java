package io.floorkeeper.ledger;

/** What somebody's judgement is about. Ids are kept as their sources write them. */
public sealed interface EvaluationTarget {

  /**
   * One model call, by its span.
   *
   * @param traceId 32 lower-case hex digits
   * @param spanId 16 lower-case hex digits
   */
  record OfSpan(String traceId, String spanId) implements EvaluationTarget {}

  /** What one decision started, on the rung that its id names; the id is verified. */
  record OfDecision(DecisionId decision) implements EvaluationTarget {}

  /** One model call, by the id that its provider gave the response. */
  record OfResponse(String responseId) implements EvaluationTarget {}

  /** All that was decided within a session: its credit is shared. */
  record OfSession(String sessionId) implements EvaluationTarget {}
}
