package io.floorkeeper.ingest;

import java.util.List;

/**
 * What one span or log record was taken for, in words: never a value of an attribute that no
 * dialect names.
 *
 * @param signal "span" or "log"
 * @param traceId empty where there is none that can be read; so are {@code spanId}, {@code name}
 *     and {@code dialect}
 * @param why what decided, in the order in which it was asked
 * @param facts what was read of a model call
 * @param evaluations what it says of itself or of others
 */
public record SpanExplanation(
    String signal,
    String traceId,
    String spanId,
    String name,
    TakenFor takenFor,
    String dialect,
    List<String> why,
    List<Fact> facts,
    List<Judgement> evaluations) {

  public SpanExplanation {
    why = List.copyOf(why);
    facts = List.copyOf(facts);
    evaluations = List.copyOf(evaluations);
  }

  /** Among what it counts. */
  public enum TakenFor {
    MODEL_CALL,
    /** Counts for nothing: its children do, or nobody knows what it is. */
    NOT_A_CALL,
    /** Judges others, and is no call itself. */
    EVALUATION_CARRIER,
    /** Becomes a dead letter. */
    REJECTED
  }

  /**
   * One fact of a call.
   *
   * @param name {@code model}, {@code tokens.input}, ...
   * @param from the attribute that holds it, or how it comes about
   */
  public record Fact(String name, String value, String from) {}

  /**
   * One judgement.
   *
   * @param said score, label or verdict as it was sent
   * @param of what is judged: "this call", {@code span <trace> <span>}, {@code response <id>}, ...
   */
  public record Judgement(String name, String said, String of) {}
}
