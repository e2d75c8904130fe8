package io.floorkeeper.routing;

import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/**
 * What an answer waits for whose pin says {@code audit: required}: either the broker has its record
 * in time, or the caller is refused. Whichever comes first counts.
 */
final class Acknowledgement {
  private final CompletableFuture<Boolean> outcome = new CompletableFuture<>();

  /** The broker has it; false where the caller was refused before. */
  boolean acknowledge() {
    return outcome.complete(true);
  }

  /** True once the broker has it; false where it does not within the limit. */
  CompletableFuture<Boolean> within(Duration limit) {
    return outcome.completeOnTimeout(false, limit.toMillis(), TimeUnit.MILLISECONDS);
  }
}
