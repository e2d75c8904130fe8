package io.floorkeeper.learning;

import io.floorkeeper.ledger.Call;
import io.floorkeeper.ledger.DecisionId;
import io.floorkeeper.ledger.Tokens;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Arrays;
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
  private static final int RANK_BYTES = 1 + Long.BYTES + Integer.BYTES + 8;

  static EpisodeCall of(
      Call call, DecisionId decision, OptionalLong nanoUsd, Optional<Label> label) {
    return new EpisodeCall(
        rank(decision.rung(), call.startedAt(), HexFormat.of().parseHex(call.spanId())),
        call.tokens(),
        nanoUsd,
        call.error(),
        label);
  }

  /** Whether it was made on a higher rung than the first. */
  boolean isClimbed() {
    return rank[0] != 0;
  }

  /** The place of a call. */
  static byte[] rank(int rung, Instant startedAt, byte[] spanId) {
    return ByteBuffer.allocate(RANK_BYTES)
        .put((byte) rung)
        .putLong(startedAt.getEpochSecond())
        .putInt(startedAt.getNano())
        .put(spanId)
        .array();
  }

  /** The place behind all calls of a rung: of a judgement of the whole pass. */
  static byte[] rankBehind(int rung) {
    byte[] rank = new byte[RANK_BYTES];
    Arrays.fill(rank, (byte) 0xff);
    rank[0] = (byte) rung;
    return rank;
  }
}
