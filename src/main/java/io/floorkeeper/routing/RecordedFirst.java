package io.floorkeeper.routing;

import java.util.concurrent.CompletableFuture;

/**
 * Thrown instead of an answer whose pin says {@code audit: required}: the answer is given when the
 * broker has its record, and no thread waits for that. So requests without such a pin go the
 * straight way and pay nothing for it.
 */
final class RecordedFirst extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final transient RouteAnswer answer;
  private final transient CompletableFuture<Boolean> recorded;

  /**
   * @param recorded true: the broker has it; false: not in time
   */
  RecordedFirst(RouteAnswer answer, CompletableFuture<Boolean> recorded) {
    super("the answer waits for its record", null, false, false);
    this.answer = answer;
    this.recorded = recorded;
  }

  RouteAnswer answer() {
    return answer;
  }

  CompletableFuture<Boolean> recorded() {
    return recorded;
  }
}
