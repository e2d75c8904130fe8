package io.floorkeeper.learning;

import io.floorkeeper.ledger.Call;
import io.floorkeeper.ledger.DecisionId;
import io.floorkeeper.ledger.Tokens;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What an episode needs to know of one of its calls.
 *
 * @param rank its place in the episode: rung, start, span; unsigned bytes compare as the calls
 *     follow one another
 * @param nanoUsd booked dollars, empty where unpriced
 */
record EpisodeCall(
    byte[] rank,
    Optional<Tokens> tokens,
    OptionalLong nanoUsd,
    boolean error,
    Optional<Label> label) {

  static EpisodeCall of(
      Call call, DecisionId decision, OptionalLong nanoUsd, Optional<Label> label) {
    return new EpisodeCall(
        rank(decision.rung(), call.startedAt(), call.spanId()),
        call.tokens(),
        nanoUsd,
        call.error(),
        label);
  }

  /** Whether it was made on a higher rung than the first. */
  boolean isClimbed() {
    return rank[0] != 0;
  }

  private static byte[] rank(int rung, Instant startedAt, String spanId) {
    return ByteBuffer.allocate(1 + Long.BYTES + Integer.BYTES + 8)
        .put((byte) rung)
        .putLong(startedAt.getEpochSecond())
        .putInt(startedAt.getNano())
        .put(HexFormat.of().parseHex(spanId))
        .array();
  }
}
