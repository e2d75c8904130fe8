package io.floorkeeper.bandit;

import java.math.BigDecimal;
import java.util.Objects;

/**
 * What logged decisions say of a candidate policy, as sums from which {@link ImportanceSampling}
 * and {@link CressieRead} read their estimates.
 *
 * <pre>
 * w = p_pred / p_log     x = w * reward        each rounded once, to a double
 * sums of w, w^2, reward, x, w*x, x^2          exact: no rounding after that
 * </pre>
 *
 * <p>Exact sums commute and associate: shards merge to the whole in any order, to the last digit,
 * and no variance that is computed from them comes out negative. A reward is whatever is to be
 * averaged: quality, or dollars.
 *
 * <p>The unit is a first draw (a session's, else a task's): repeats under a fixed draw are not new
 * randomness. p_log is the logged propensity of the arm that was chosen, p_pred what the candidate
 * policy gives that same arm. The caller answers for support: an arm that the candidate uses and
 * the log never drew leaves no trace here.
 *
 * @param n decisions
 * @param sumW of the weights, about n where log and candidate are what they say
 * @param minW smallest weight, infinite where n = 0
 * @param maxW largest weight, 0 where n = 0
 * @param minReward infinite where n = 0
 * @param maxReward negative infinite where n = 0
 */
public record OffPolicySums(
    long n,
    BigDecimal sumW,
    BigDecimal sumW2,
    BigDecimal sumReward,
    BigDecimal sumX,
    BigDecimal sumWX,
    BigDecimal sumX2,
    double minW,
    double maxW,
    double minReward,
    double maxReward) {

  private static final BigDecimal NIL = BigDecimal.ZERO;

  public static final OffPolicySums ZERO =
      new OffPolicySums(
          0,
          NIL,
          NIL,
          NIL,
          NIL,
          NIL,
          NIL,
          Double.POSITIVE_INFINITY,
          0,
          Double.POSITIVE_INFINITY,
          Double.NEGATIVE_INFINITY);

  public OffPolicySums {
    Objects.requireNonNull(sumW, "sumW");
    Objects.requireNonNull(sumW2, "sumW2");
    Objects.requireNonNull(sumReward, "sumReward");
    Objects.requireNonNull(sumX, "sumX");
    Objects.requireNonNull(sumWX, "sumWX");
    Objects.requireNonNull(sumX2, "sumX2");
  }

  /**
   * One logged decision.
   *
   * @param pLog probability with which the arm was chosen, in (0, 1]
   * @param pPred probability with which the candidate policy would choose that arm, in [0, 1]
   * @param reward finite
   * @throws IllegalArgumentException naming the parameter that is out of range
   */
  public static OffPolicySums decision(double pLog, double pPred, double reward) {
    double weight = weight(pLog, pPred);
    if (!Double.isFinite(weight * reward)) {
      throw new IllegalArgumentException("reward must be finite, weighed too: " + reward);
    }
    BigDecimal w = new BigDecimal(weight);
    BigDecimal x = new BigDecimal(weight * reward);
    return new OffPolicySums(
        1,
        w,
        w.multiply(w),
        new BigDecimal(reward),
        x,
        w.multiply(x),
        x.multiply(x),
        weight,
        weight,
        reward,
        reward);
  }

  /** The importance weight p_pred / p_log. */
  static double weight(double pLog, double pPred) {
    if (!(pLog > 0 && pLog <= 1)) {
      throw new IllegalArgumentException("pLog must lie in (0, 1]: " + pLog);
    }
    if (!(pPred >= 0 && pPred <= 1)) {
      throw new IllegalArgumentException("pPred must lie in [0, 1]: " + pPred);
    }
    return pPred / pLog;
  }

  public OffPolicySums plus(OffPolicySums other) {
    return new OffPolicySums(
        Math.addExact(n, other.n),
        sumW.add(other.sumW),
        sumW2.add(other.sumW2),
        sumReward.add(other.sumReward),
        sumX.add(other.sumX),
        sumWX.add(other.sumWX),
        sumX2.add(other.sumX2),
        Math.min(minW, other.minW),
        Math.max(maxW, other.maxW),
        Math.min(minReward, other.minReward),
        Math.max(maxReward, other.maxReward));
  }

  /**
   * The same decisions so many times over.
   *
   * @throws IllegalArgumentException if count is negative
   */
  public OffPolicySums times(long count) {
    if (count < 0) {
      throw new IllegalArgumentException("count must not be negative: " + count);
    }
    if (count == 0) {
      return ZERO;
    }
    BigDecimal times = BigDecimal.valueOf(count);
    return new OffPolicySums(
        Math.multiplyExact(n, count),
        sumW.multiply(times),
        sumW2.multiply(times),
        sumReward.multiply(times),
        sumX.multiply(times),
        sumWX.multiply(times),
        sumX2.multiply(times),
        minW,
        maxW,
        minReward,
        maxReward);
  }

  /**
   * How many decisions of the candidate's own the log is worth: (sum w)^2 / sum w^2 (Kish 1965). 0
   * where no weight is positive.
   */
  public double effectiveN() {
    return effectiveN(sumW, sumW2);
  }

  static double effectiveN(BigDecimal sumW, BigDecimal sumW2) {
    double w = sumW.doubleValue();
    return sumW2.signum() == 0 ? 0 : w / sumW2.doubleValue() * w;
  }
}
