package io.floorkeeper.bandit;

import java.util.List;

/**
 * The role's belief of an arm from those of its cells, weighed by traffic (direct standardisation).
 *
 * <p>Where buckets differ, the plain sum of their evidence says what the arm did on the tasks that
 * it was given. A router that gives it the easy ones reads a quality there that the role as a whole
 * would not get: Simpson's paradox, made by the router itself. Weighed by the role's own traffic
 * the mean does not depend on who was given what:
 *
 * <pre>
 * quality  m = sum_b w_b*E[q_b],  v = sum_b w_b^2*Var[q_b];   Beta with mean m and variance v
 * dollars  m = sum_b w_b*E[c_b],  v = sum_b w_b^2*Var[c_b];   lognormal with mean m and variance v
 * </pre>
 *
 * <p>Where buckets are alike the sum is as right, and simpler; it is used there.
 */
public final class Standardised {
  private Standardised() {}

  /**
   * @param cells the arm's belief, by cell
   * @param weight w, shares of the traffic, sum 1
   */
  public static ArmBelief of(List<ArmBelief> cells, double[] weight) {
    double quality = 0;
    double qualityVariance = 0;
    double usd = 0;
    double usdVariance = 0;
    for (int b = 0; b < weight.length; b++) {
      BetaPosterior q = cells.get(b).quality();
      CostPosterior c = cells.get(b).cost();
      double w = weight[b];
      quality += w * q.mean();
      qualityVariance += w * w * q.variance();
      usd += w * c.meanUsd();
      // Var of a lognormal: mean^2 * (exp(sd^2) - 1)
      usdVariance += w * w * c.meanUsd() * c.meanUsd() * Math.expm1(c.logSd() * c.logSd());
    }
    double n = quality * (1 - quality) / qualityVariance - 1;
    return new ArmBelief(
        new BetaPosterior(n * quality, n * (1 - quality)),
        CostPosterior.of(usd, usd > 0 ? Math.sqrt(usdVariance) / usd : 0, 1));
  }
}
