package io.floorkeeper.ingest;

import io.floorkeeper.ledger.Call;

/** What one span was taken for, and why. */
public sealed interface SpanReading {

  /** A leaf model call. */
  record ModelCall(Call call) implements SpanReading {}

  /**
   * Not a model call (an agent, a tool, a chain, somebody's HTTP request): it repeats its
   * children's usage or has none, so it counts for nothing.
   */
  record NotACall(String reason) implements SpanReading {}

  /**
   * A model call that cannot be believed: goes to the dead letter, nothing of it is applied.
   *
   * @param traceId empty where it could not be read; so is {@code spanId}
   * @param code stable: {@code negative_tokens}, {@code not_a_number}, ...
   * @param field the attribute or span field at fault
   * @param message for people; never holds prompt text or the value itself where it is text
   */
  record Rejected(String traceId, String spanId, String code, String field, String message)
      implements SpanReading {}
}
