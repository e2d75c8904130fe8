package io.floorkeeper.ledger;

import java.nio.ByteBuffer;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * One response and the calls that describe it: two instrumentations, a span and a log record, or a
 * cache that served it again. The best of them counts. Immutable; may be put together in any order
 * with the same result.
 *
 * <p>Better is, of two, the one that carries a decision; that says its tokens; that is a span; that
 * began later: the inner of two spans, whose latency is the provider's and which ends, and so
 * arrives, first. Then by ids.
 *
 * @param rank of the best: what is better is smaller, as unsigned bytes
 * @param day on which the best began
 * @param members how many describe it
 * @param reportedRank of the best of those that report a cost; null: none does
 * @param reportedNanoUsd what that one reports
 */
public record Response(
    byte[] rank, LocalDate day, int members, byte[] reportedRank, OptionalLong reportedNanoUsd) {
  private static final int TRACE_BYTES = 16;
  private static final int SPAN_BYTES = 8;
  private static final int RANK_BYTES = 1 + Long.BYTES + TRACE_BYTES + SPAN_BYTES;
  private static final int UNDECIDED = 4;
  private static final int WITHOUT_TOKENS = 2;
  private static final int LOG_RECORD = 1;

  /** A response that one call describes. */
  public static Response of(AttributedCall attributed) {
    Call call = attributed.call();
    byte[] rank = rank(attributed);
    return new Response(
        rank,
        CallRepository.CallKey.of(call).day(),
        1,
        call.reportedNanoUsd().isPresent() ? rank : null,
        call.reportedNanoUsd());
  }

  static byte[] rank(AttributedCall attributed) {
    Call call = attributed.call();
    int kind =
        (attributed.decision().isPresent() ? 0 : UNDECIDED)
            + (call.tokens().isPresent() ? 0 : WITHOUT_TOKENS)
            + (call.isLogRecord() ? LOG_RECORD : 0);
    Instant start = call.startedAt();
    HexFormat hex = HexFormat.of();
    return ByteBuffer.allocate(RANK_BYTES)
        .put((byte) kind)
        .putLong(~(start.getEpochSecond() * 1_000_000_000L + start.getNano()))
        .put(hex.parseHex(call.traceId()))
        .put(hex.parseHex(call.spanId()))
        .array();
  }

  /** What both know. */
  public Response plus(Response other) {
    boolean better = Arrays.compareUnsigned(rank, other.rank) <= 0;
    boolean mine =
        other.reportedRank == null
            || reportedRank != null
                && Arrays.compareUnsigned(reportedRank, other.reportedRank) <= 0;
    return new Response(
        better ? rank : other.rank,
        better ? day : other.day,
        members + other.members,
        mine ? reportedRank : other.reportedRank,
        mine ? reportedNanoUsd : other.reportedNanoUsd);
  }

  /** Of the call that counts. */
  public CallRepository.CallKey key() {
    ByteBuffer bytes = ByteBuffer.wrap(rank);
    bytes.get();
    long start = ~bytes.getLong();
    byte[] trace = new byte[TRACE_BYTES];
    bytes.get(trace);
    byte[] span = new byte[SPAN_BYTES];
    bytes.get(span);
    HexFormat hex = HexFormat.of();
    LocalDate began =
        LocalDate.ofInstant(
            Instant.ofEpochSecond(
                Math.floorDiv(start, 1_000_000_000L), Math.floorMod(start, 1_000_000_000L)),
            ZoneOffset.UTC);
    return new CallRepository.CallKey(began, hex.formatHex(trace), hex.formatHex(span));
  }

  /** The cost that a twin reports and the call that counts does not; empty: none. */
  public OptionalLong borrowed() {
    return reportedRank == null || Arrays.equals(reportedRank, rank)
        ? OptionalLong.empty()
        : reportedNanoUsd;
  }

  /** Whether the same call counts. */
  public boolean countsAs(Response other) {
    return Arrays.equals(rank, other.rank);
  }

  /** The key by which its calls find one another. */
  public static Optional<byte[]> keyOf(Call call) {
    return ResponseKey.of(call);
  }
}
