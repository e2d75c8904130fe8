package io.floorkeeper.bandit;

import java.math.BigInteger;
import java.util.Objects;

/**
 * What was observed of one role x bucket x arm x evidence block, as exact integer sums.
 *
 * <p>Integers commute: partitions, replicas, retries, late and corrected labels merge in any order,
 * a correction is {@code minus} the old label {@code plus} the new one, and a rebuild from the
 * facts is identical to the last unit. Second moments are unbounded integers because 64 bits
 * overflow at three dollars.
 *
 * <p>Units: a label's weight v and its quality q are in millionths ({@link #ONE} = 1), so {@code
 * sumV} is in millionths and {@code sumV2}, {@code sumVQ} are in millionths squared; dollars are in
 * billionths ({@link #NANOS_PER_USD}).
 *
 * @param episodes episodes that were started on the arm
 * @param labels labels taken, whatever their weight
 * @param sumV sum of v
 * @param sumV2 sum of v^2
 * @param sumVQ sum of v*q
 * @param inputTokens uncached input tokens of the episodes whose tokens are known
 * @param cacheReadTokens input tokens read from the provider's cache
 * @param cacheWriteTokens input tokens written to the provider's cache
 * @param outputTokens output tokens, reasoning included
 * @param reasoningTokens the part of the output that was reasoning
 * @param tokenEpisodes episodes whose tokens are known
 * @param dollarEpisodes episodes whose dollars are known
 * @param sumNanoUsd sum of those dollars
 * @param sumNanoUsd2 sum of their squares
 * @param errors calls that failed
 * @param latencyCount calls whose latency is known
 * @param sumLatencyMillis sum of those latencies
 */
public record Evidence(
    long episodes,
    long labels,
    BigInteger sumV,
    BigInteger sumV2,
    BigInteger sumVQ,
    long inputTokens,
    long cacheReadTokens,
    long cacheWriteTokens,
    long outputTokens,
    long reasoningTokens,
    long tokenEpisodes,
    long dollarEpisodes,
    BigInteger sumNanoUsd,
    BigInteger sumNanoUsd2,
    long errors,
    long latencyCount,
    long sumLatencyMillis) {

  /** A weight or a quality of 1, in millionths. */
  public static final long ONE = 1_000_000;

  public static final long NANOS_PER_USD = 1_000_000_000;

  private static final BigInteger NIL = BigInteger.ZERO;

  public static final Evidence ZERO =
      new Evidence(0, 0, NIL, NIL, NIL, 0, 0, 0, 0, 0, 0, 0, NIL, NIL, 0, 0, 0);

  public Evidence {
    Objects.requireNonNull(sumV, "sumV");
    Objects.requireNonNull(sumV2, "sumV2");
    Objects.requireNonNull(sumVQ, "sumVQ");
    Objects.requireNonNull(sumNanoUsd, "sumNanoUsd");
    Objects.requireNonNull(sumNanoUsd2, "sumNanoUsd2");
  }

  /** One episode that was started; what it used and was worth is added as it becomes known. */
  public static Evidence episode() {
    return new Evidence(1, 0, NIL, NIL, NIL, 0, 0, 0, 0, 0, 0, 0, NIL, NIL, 0, 0, 0);
  }

  /**
   * One label.
   *
   * @param vMicros its weight in millionths: {@link #ONE}, or ONE/p where the source of the outcome
   *     samples with probability p
   * @param qMicros its quality in millionths
   * @throws IllegalArgumentException if the weight is not positive or the quality is outside [0, 1]
   */
  public static Evidence label(long vMicros, long qMicros) {
    if (vMicros <= 0) {
      throw new IllegalArgumentException("vMicros must be positive: " + vMicros);
    }
    if (qMicros < 0 || qMicros > ONE) {
      throw new IllegalArgumentException("qMicros must lie in [0, " + ONE + "]: " + qMicros);
    }
    BigInteger v = BigInteger.valueOf(vMicros);
    BigInteger q = BigInteger.valueOf(qMicros);
    return new Evidence(
        0, 1, v, v.multiply(v), v.multiply(q), 0, 0, 0, 0, 0, 0, 0, NIL, NIL, 0, 0, 0);
  }

  /** The tokens of one episode, all its calls together. */
  public static Evidence tokens(
      long input, long cacheRead, long cacheWrite, long output, long reasoning) {
    if (Math.min(Math.min(input, cacheRead), Math.min(cacheWrite, Math.min(output, reasoning)))
        < 0) {
      throw new IllegalArgumentException("tokens must not be negative");
    }
    return new Evidence(
        0,
        0,
        NIL,
        NIL,
        NIL,
        input,
        cacheRead,
        cacheWrite,
        output,
        reasoning,
        1,
        0,
        NIL,
        NIL,
        0,
        0,
        0);
  }

  /** The dollars of one episode, all its calls together, in billionths. */
  public static Evidence dollars(long nanoUsd) {
    if (nanoUsd < 0) {
      throw new IllegalArgumentException("nanoUsd must not be negative: " + nanoUsd);
    }
    BigInteger usd = BigInteger.valueOf(nanoUsd);
    return new Evidence(0, 0, NIL, NIL, NIL, 0, 0, 0, 0, 0, 0, 1, usd, usd.multiply(usd), 0, 0, 0);
  }

  /** One call that failed. */
  public static Evidence error() {
    return new Evidence(0, 0, NIL, NIL, NIL, 0, 0, 0, 0, 0, 0, 0, NIL, NIL, 1, 0, 0);
  }

  /** The latency of one call. */
  public static Evidence latency(long millis) {
    if (millis < 0) {
      throw new IllegalArgumentException("millis must not be negative: " + millis);
    }
    return latencies(1, millis);
  }

  /** The latencies of several calls. */
  public static Evidence latencies(long calls, long sumMillis) {
    return new Evidence(0, 0, NIL, NIL, NIL, 0, 0, 0, 0, 0, 0, 0, NIL, NIL, 0, calls, sumMillis);
  }

  public Evidence plus(Evidence other) {
    return new Evidence(
        Math.addExact(episodes, other.episodes),
        Math.addExact(labels, other.labels),
        sumV.add(other.sumV),
        sumV2.add(other.sumV2),
        sumVQ.add(other.sumVQ),
        Math.addExact(inputTokens, other.inputTokens),
        Math.addExact(cacheReadTokens, other.cacheReadTokens),
        Math.addExact(cacheWriteTokens, other.cacheWriteTokens),
        Math.addExact(outputTokens, other.outputTokens),
        Math.addExact(reasoningTokens, other.reasoningTokens),
        Math.addExact(tokenEpisodes, other.tokenEpisodes),
        Math.addExact(dollarEpisodes, other.dollarEpisodes),
        sumNanoUsd.add(other.sumNanoUsd),
        sumNanoUsd2.add(other.sumNanoUsd2),
        Math.addExact(errors, other.errors),
        Math.addExact(latencyCount, other.latencyCount),
        Math.addExact(sumLatencyMillis, other.sumLatencyMillis));
  }

  public Evidence minus(Evidence other) {
    return new Evidence(
        Math.subtractExact(episodes, other.episodes),
        Math.subtractExact(labels, other.labels),
        sumV.subtract(other.sumV),
        sumV2.subtract(other.sumV2),
        sumVQ.subtract(other.sumVQ),
        Math.subtractExact(inputTokens, other.inputTokens),
        Math.subtractExact(cacheReadTokens, other.cacheReadTokens),
        Math.subtractExact(cacheWriteTokens, other.cacheWriteTokens),
        Math.subtractExact(outputTokens, other.outputTokens),
        Math.subtractExact(reasoningTokens, other.reasoningTokens),
        Math.subtractExact(tokenEpisodes, other.tokenEpisodes),
        Math.subtractExact(dollarEpisodes, other.dollarEpisodes),
        sumNanoUsd.subtract(other.sumNanoUsd),
        sumNanoUsd2.subtract(other.sumNanoUsd2),
        Math.subtractExact(errors, other.errors),
        Math.subtractExact(latencyCount, other.latencyCount),
        Math.subtractExact(sumLatencyMillis, other.sumLatencyMillis));
  }

  public boolean isZero() {
    return equals(ZERO);
  }
}
