package io.floorkeeper.routing;

import java.util.concurrent.CompletableFuture;

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

  /** The limit has passed; false where the broker had it before. */
  boolean refuse() {
    return outcome.complete(false);
  }

  /** True once the broker has it, false once the caller is refused. */
  CompletableFuture<Boolean> outcome() {
    return outcome;
  }
}
