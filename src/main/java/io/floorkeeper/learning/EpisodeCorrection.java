package io.floorkeeper.learning;

import io.floorkeeper.bandit.Evidence;
import io.floorkeeper.ledger.DecisionId;
import io.floorkeeper.ledger.StoredCall;
import java.nio.ByteBuffer;
import java.util.HexFormat;
import java.util.Optional;

/**
 * A call that an episode has counted and that counts no more, or at another cost.
 *
 * @param before one that ran where it was decided to
 * @param after the same at another cost; empty: a twin of it counts
 */
record EpisodeCorrection(StoredCall before, Optional<StoredCall> after) {

  ByteBuffer root() {
    return ByteBuffer.wrap(DecisionId.rootOf(before.decisionId()));
  }

  int rung() {
    return DecisionId.rungOf(before.decisionId());
  }

  boolean isLost() {
    return after.isEmpty();
  }

  /** Its place in the episode. */
  byte[] rank() {
    return EpisodeCall.rank(
        rung(), before.startedAt(), HexFormat.of().parseHex(before.key().spanId()));
  }

  /** By how much what a call of a higher rung adds by itself has moved, its label left out. */
  Evidence ofClimbed() {
    return after
        .map(this::alone)
        .orElse(Evidence.ZERO.minus(Evidence.latency(before.latencyMillis())))
        .minus(alone(before));
  }

  private Evidence alone(StoredCall call) {
    return Chain.NONE
        .plus(
            new EpisodeCall(
                rank(), call.tokens(), call.bookedNanoUsd(), call.error(), Optional.empty()))
        .evidence(Optional.empty());
  }
}
