package io.floorkeeper.bandit;

import java.util.List;

/**
 * The evidence of one arm as it counts today: blocks fade with the role's calls and with the arm's
 * resets. Nothing is forgotten in the store, so the half-life can be tuned without relearning.
 *
 * <pre>
 * d  = 2^(-(N - N_b)/H) * .05^(resets since b)          the discount of block b
 * W1 = sum_b d * sum v     W2 = sum_b d * sum v^2     WR = sum_b d * sum v*q
 * n  = W1^2 / W2                                         effective labels
 * mu = WR / W1                                           their mean quality
 * </pre>
 *
 * <p>Why d stands in the FIRST power beside v^2. Kish's effective sample size (Survey Sampling,
 * 1965) of weights d*v would be (sum d*v)^2 / sum d^2*v^2, which does not change when every weight
 * is scaled alike: it measures how uneven the weights are and would never forget an arm that is no
 * longer used. A discount is not an uneven weight but an absence of evidence: d of each label
 * remains. So d labels of weight v enter Kish's formula, and with v = 1 the effective n is the
 * discounted label count. By Cauchy-Schwarz, (sum d*v)^2 &lt;= (sum d) * (sum d*v^2): n never
 * exceeds the discounted label count, and since d^2 &lt;= d it never exceeds Kish's n of the
 * weights d*v either.
 *
 * <p>A block that is more than {@link #HORIZON_HALF_LIVES} half-lives old counts nothing, so that
 * the answer does not depend on when the store folds it away.
 */
public final class DiscountedEvidence {

  /** Blocks older than this many half-lives count nothing. */
  public static final double HORIZON_HALF_LIVES = 6;

  /** What evidence from before a reset of the arm counts. */
  public static final double RESET_DISCOUNT = .05;

  private double episodes;
  private double bookedEpisodes;
  private double labels;
  private double w1;
  private double w2;
  private double wr;
  private double tokenEpisodes;
  private double inputTokens;
  private double cacheReadTokens;
  private double cacheWriteTokens;
  private double outputTokens;
  private double reasoningTokens;
  private double climbedInputTokens;
  private double climbedCacheReadTokens;
  private double climbedCacheWriteTokens;
  private double climbedOutputTokens;
  private double climbedReasoningTokens;
  private double climbedUsd;
  private double dollarEpisodes;
  private double usd;
  private double usd2;
  private double errors;
  private double latencyCount;
  private double latencyMillis;

  private DiscountedEvidence() {}

  /**
   * @param blocks the arm's blocks, in any order
   * @param roleCalls N, the role's call count now; a block opened after it is taken as new
   * @param halfLifeCalls H in calls of the role; infinite: nothing fades but by resets
   * @throws IllegalArgumentException if the half-life is not positive
   */
  public static DiscountedEvidence of(
      List<BlockEvidence> blocks, long roleCalls, double halfLifeCalls) {
    if (!(halfLifeCalls > 0)) {
      throw new IllegalArgumentException("halfLifeCalls must be positive: " + halfLifeCalls);
    }
    DiscountedEvidence sum = new DiscountedEvidence();
    for (BlockEvidence block : blocks) {
      double halfLives = Math.max(0, roleCalls - block.openedAtCalls()) / halfLifeCalls;
      if (halfLives <= HORIZON_HALF_LIVES) {
        double d = Math.pow(2, -halfLives) * Math.pow(RESET_DISCOUNT, block.resetsSince());
        sum.add(d, block.sums());
        if (block.climbed()) {
          sum.addClimbed(d, block.sums());
        }
      }
      if (roleCalls - block.openedAtCalls() <= FloorLedger.BOOK_CALLS) {
        sum.bookedEpisodes +=
            Math.pow(RESET_DISCOUNT, block.resetsSince()) * block.sums().episodes();
      }
    }
    return sum;
  }

  private void add(double d, Evidence e) {
    episodes += d * e.episodes();
    labels += d * e.labels();
    w1 += d * e.sumV().doubleValue() / Evidence.ONE;
    w2 += d * e.sumV2().doubleValue() / Evidence.ONE / Evidence.ONE;
    wr += d * e.sumVQ().doubleValue() / Evidence.ONE / Evidence.ONE;
    tokenEpisodes += d * e.tokenEpisodes();
    inputTokens += d * e.inputTokens();
    cacheReadTokens += d * e.cacheReadTokens();
    cacheWriteTokens += d * e.cacheWriteTokens();
    outputTokens += d * e.outputTokens();
    reasoningTokens += d * e.reasoningTokens();
    dollarEpisodes += d * e.dollarEpisodes();
    usd += d * e.sumNanoUsd().doubleValue() / Evidence.NANOS_PER_USD;
    usd2 += d * e.sumNanoUsd2().doubleValue() / Evidence.NANOS_PER_USD / Evidence.NANOS_PER_USD;
    errors += d * e.errors();
    latencyCount += d * e.latencyCount();
    latencyMillis += d * e.sumLatencyMillis();
  }

  private void addClimbed(double d, Evidence e) {
    climbedInputTokens += d * e.inputTokens();
    climbedCacheReadTokens += d * e.cacheReadTokens();
    climbedCacheWriteTokens += d * e.cacheWriteTokens();
    climbedOutputTokens += d * e.outputTokens();
    climbedReasoningTokens += d * e.reasoningTokens();
    climbedUsd += d * e.sumNanoUsd().doubleValue() / Evidence.NANOS_PER_USD;
  }

  /**
   * Mean tokens of an episode, by kind.
   *
   * @param reasoning the part of the output that was reasoning
   */
  public record MeanTokens(
      double input, double cacheRead, double cacheWrite, double output, double reasoning) {
    /** All that was read, cached or not. */
    public double allInput() {
      return input + cacheRead + cacheWrite;
    }
  }

  /** What the arm itself was given and gave; NaN where no tokens are known. */
  public MeanTokens firstPassTokens() {
    MeanTokens climbed = climbedTokens();
    return new MeanTokens(
        meanInputTokens() - climbed.input(),
        meanCacheReadTokens() - climbed.cacheRead(),
        meanCacheWriteTokens() - climbed.cacheWrite(),
        meanOutputTokens() - climbed.output(),
        meanReasoningTokens() - climbed.reasoning());
  }

  /**
   * What the arms above it were given and gave, spread over all its episodes. A chain of which some
   * call's tokens are unknown takes those of its first pass back, which must not make it negative.
   */
  public MeanTokens climbedTokens() {
    return new MeanTokens(
        Math.max(0, climbedInputTokens) / tokenEpisodes,
        Math.max(0, climbedCacheReadTokens) / tokenEpisodes,
        Math.max(0, climbedCacheWriteTokens) / tokenEpisodes,
        Math.max(0, climbedOutputTokens) / tokenEpisodes,
        Math.max(0, climbedReasoningTokens) / tokenEpisodes);
  }

  /** The part of {@link #meanUsd} that was spent on the arms above, or NaN where none is known. */
  public double meanClimbedUsd() {
    return Math.max(0, climbedUsd) / dollarEpisodes;
  }

  /** Discounted count of episodes. */
  public double episodes() {
    return episodes;
  }

  /**
   * Episodes of the blocks opened within the last {@link FloorLedger#BOOK_CALLS} calls of the role,
   * discounted by resets alone.
   */
  public double bookedEpisodes() {
    return bookedEpisodes;
  }

  /** Discounted count of labels, whatever their weight; the most that n can be. */
  public double labels() {
    return labels;
  }

  /** n = W1^2/W2, or 0 without labels. */
  public double effectiveLabels() {
    // The bound by the count holds in real numbers; the minimum keeps it in rounded ones.
    return w1 > 0 && w2 > 0 ? Math.min(w1 * w1 / w2, labels) : 0;
  }

  /** mu = WR/W1 in [0, 1], or NaN without labels: there is nothing to say but the prior. */
  public double meanQuality() {
    return w1 > 0 ? Math.max(0, Math.min(1, wr / w1)) : Double.NaN;
  }

  /**
   * The posterior of the arm's quality.
   *
   * @param priorMean mu0 in (0, 1)
   * @param n0 what the prior is worth, in labels
   */
  public BetaPosterior quality(double priorMean, double n0) {
    return BetaPosterior.of(priorMean, n0, effectiveLabels(), meanQuality());
  }

  /** Discounted count of the episodes whose tokens are known. */
  public double tokenEpisodes() {
    return tokenEpisodes;
  }

  /** Mean uncached input tokens of an episode, or NaN where none is known; so the other kinds. */
  public double meanInputTokens() {
    return inputTokens / tokenEpisodes;
  }

  public double meanCacheReadTokens() {
    return cacheReadTokens / tokenEpisodes;
  }

  public double meanCacheWriteTokens() {
    return cacheWriteTokens / tokenEpisodes;
  }

  public double meanOutputTokens() {
    return outputTokens / tokenEpisodes;
  }

  public double meanReasoningTokens() {
    return reasoningTokens / tokenEpisodes;
  }

  /** Discounted count of the episodes whose dollars are known. */
  public double dollarEpisodes() {
    return dollarEpisodes;
  }

  /** Mean dollars of an episode, or NaN where none is known. */
  public double meanUsd() {
    return usd / dollarEpisodes;
  }

  /**
   * Coefficient of variation of an episode's dollars, sqrt(E[c^2]/E[c]^2 - 1); NaN where no dollars
   * are known or all were 0.
   */
  public double cvUsd() {
    double mean = meanUsd();
    return mean > 0
        ? Math.sqrt(Math.max(0, usd2 / dollarEpisodes / (mean * mean) - 1))
        : Double.NaN;
  }

  /** Discounted count of failed calls. */
  public double errors() {
    return errors;
  }

  /** Mean number of calls in a first pass, at least 1: its retries and tool loops. */
  public double callsPerEpisode() {
    return episodes > 0 ? Math.max(1, latencyCount / episodes) : 1;
  }

  /** Mean latency of a call in milliseconds, or NaN where none is known. */
  public double meanLatencyMillis() {
    return latencyMillis / latencyCount;
  }
}
