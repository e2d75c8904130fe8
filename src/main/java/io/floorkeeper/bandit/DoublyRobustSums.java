package io.floorkeeper.bandit;

import java.math.BigDecimal;
import java.util.Objects;

/**
 * The doubly robust estimate of a candidate policy's mean reward, as exact sums that merge like
 * {@link OffPolicySums}: importance weights correct what a reward model predicts.
 *
 * <pre>
 * d = sum_k p_pred[k] * m[k] + w * (reward - m[a])       w = p_pred[a] / p_log
 * v = sum d / n     se^2 = sum (d - v)^2 / (n (n-1))     (Dudik, Langford and Li 2011)
 * </pre>
 *
 * <p>Right where either the propensities or the predicted means m are; with propensities that are
 * logged exactly it is unbiased whatever m is, and the better m, the narrower. The predictions must
 * not have seen the reward that they are set against: fit them on earlier or on other decisions.
 *
 * @param n decisions
 */
public record DoublyRobustSums(
    long n, BigDecimal sumW, BigDecimal sumW2, BigDecimal sumD, BigDecimal sumD2) {

  private static final double ROUNDING = 1e-9;

  public static final DoublyRobustSums ZERO =
      new DoublyRobustSums(0, BigDecimal.ZERO, BigDecimal.ZERO, BigDecimal.ZERO, BigDecimal.ZERO);

  public DoublyRobustSums {
    Objects.requireNonNull(sumW, "sumW");
    Objects.requireNonNull(sumW2, "sumW2");
    Objects.requireNonNull(sumD, "sumD");
    Objects.requireNonNull(sumD2, "sumD2");
  }

  /**
   * One logged decision.
   *
   * @param arm the arm that was chosen
   * @param pLog probability with which it was, in (0, 1]
   * @param reward finite
   * @param pPred the candidate policy's probabilities of all arms, sum 1
   * @param predictedMeans what the reward model says of all arms, finite
   * @throws IllegalArgumentException naming the parameter that is out of range
   */
  public static DoublyRobustSums decision(
      int arm, double pLog, double reward, double[] pPred, double[] predictedMeans) {
    if (pPred.length != predictedMeans.length) {
      throw new IllegalArgumentException(
          "pPred and predictedMeans must have one value per arm: "
              + pPred.length
              + " and "
              + predictedMeans.length);
    }
    if (arm < 0 || arm >= pPred.length) {
      throw new IllegalArgumentException(
          "arm must be one of the " + pPred.length + " arms: " + arm);
    }
    double total = 0;
    double predicted = 0;
    for (int k = 0; k < pPred.length; k++) {
      if (!(pPred[k] >= 0 && pPred[k] <= 1)) {
        throw new IllegalArgumentException("pPred must lie in [0, 1]: " + pPred[k]);
      }
      total += pPred[k];
      predicted += pPred[k] * predictedMeans[k];
    }
    if (!(Math.abs(total - 1) <= ROUNDING)) {
      throw new IllegalArgumentException("pPred must sum to 1: " + total);
    }
    double weight = OffPolicySums.weight(pLog, pPred[arm]);
    double corrected = predicted + weight * (reward - predictedMeans[arm]);
    if (!Double.isFinite(corrected)) {
      throw new IllegalArgumentException("reward and predictedMeans must be finite: " + reward);
    }
    BigDecimal w = new BigDecimal(weight);
    BigDecimal d = new BigDecimal(corrected);
    return new DoublyRobustSums(1, w, w.multiply(w), d, d.multiply(d));
  }

  /**
   * Any number of logged decisions, for the candidate policy that always takes one arm: all that is
   * needed of them stands in their importance-sampling sums already, so the predicted mean may be
   * known after them.
   *
   * <pre>
   * d = m + w * (reward - m) = x + m * (1 - w)           decisions on other arms: w = x = 0
   * sum d   = sum x + m * (n - sum w)
   * sum d^2 = sum x^2 + 2m * (sum x - sum w*x) + m^2 * (n - 2 sum w + sum w^2)
   * </pre>
   *
   * @param sums of all the decisions, p_pred 1 on the arm and 0 on the others
   * @param predictedMean m, what a reward model that saw none of these rewards says of the arm
   * @throws IllegalArgumentException if predictedMean is not finite
   */
  public static DoublyRobustSums always(OffPolicySums sums, double predictedMean) {
    if (!Double.isFinite(predictedMean)) {
      throw new IllegalArgumentException("predictedMean must be finite: " + predictedMean);
    }
    BigDecimal m = new BigDecimal(predictedMean);
    BigDecimal n = BigDecimal.valueOf(sums.n());
    BigDecimal two = BigDecimal.valueOf(2);
    BigDecimal ofX = sums.sumX().subtract(sums.sumWX()).multiply(m).multiply(two);
    BigDecimal ofM = n.subtract(sums.sumW().multiply(two)).add(sums.sumW2());
    return new DoublyRobustSums(
        sums.n(),
        sums.sumW(),
        sums.sumW2(),
        sums.sumX().add(n.subtract(sums.sumW()).multiply(m)),
        sums.sumX2().add(ofX).add(ofM.multiply(m.pow(2))));
  }

  public DoublyRobustSums plus(DoublyRobustSums other) {
    return new DoublyRobustSums(
        Math.addExact(n, other.n),
        sumW.add(other.sumW),
        sumW2.add(other.sumW2),
        sumD.add(other.sumD),
        sumD2.add(other.sumD2));
  }

  /**
   * The same decisions so many times over.
   *
   * @throws IllegalArgumentException if count is negative
   */
  public DoublyRobustSums times(long count) {
    if (count < 0) {
      throw new IllegalArgumentException("count must not be negative: " + count);
    }
    if (count == 0) {
      return ZERO;
    }
    BigDecimal times = BigDecimal.valueOf(count);
    return new DoublyRobustSums(
        Math.multiplyExact(n, count),
        sumW.multiply(times),
        sumW2.multiply(times),
        sumD.multiply(times),
        sumD2.multiply(times));
  }

  /**
   * The estimate with its normal interval.
   *
   * @throws IllegalArgumentException if alpha is outside (0, 1)
   */
  public OffPolicyEstimate estimate(double alpha) {
    return ImportanceSampling.mean(n, sumD, sumD2, alpha, OffPolicySums.effectiveN(sumW, sumW2));
  }
}
