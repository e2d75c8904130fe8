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
 * quality  m = sum_b w_b*E[q_b],   s_b = n0_b/(n0_b + n_b), what the prior is of the posterior
 *          v = sum_b w_b^2*(1 - s_b)*Var[q_b] + (sum_b w_b*sqrt(s_b)*sd[q_b])^2
 *          Beta with mean m and variance v
 * dollars  m = sum_b w_b*E[c_b],   v = sum_b w_b^2*Var[c_b];   lognormal with mean m and variance v
 * </pre>
 *
 * <p>Labels of different cells are independent; what the cells borrow is one opinion, and may be
 * wrong in all of them at once. Taken for as many opinions as there are cells it would be sure of
 * an arm that nobody has tried.
 *
 * <p>Where buckets are alike the sum is as right, and simpler; it is used there.
 */
public final class Standardised {
  private Standardised() {}

  /**
   * @param cells the posterior of the arm's quality, by cell
   * @param priorWeight n0, what of each posterior is borrowed, in labels; 0: nothing
   * @param weight w, shares of the traffic, sum 1
   */
  public static BetaPosterior quality(
      List<BetaPosterior> cells, double[] priorWeight, double[] weight) {
    double mean = 0;
    double own = 0;
    double shared = 0;
    for (int b = 0; b < weight.length; b++) {
      BetaPosterior q = cells.get(b);
      double s = Math.min(1, priorWeight[b] / (q.a() + q.b()));
      mean += weight[b] * q.mean();
      own += weight[b] * weight[b] * (1 - s) * q.variance();
      shared += weight[b] * Math.sqrt(s * q.variance());
    }
    double n = mean * (1 - mean) / (own + shared * shared) - 1;
    return new BetaPosterior(n * mean, n * (1 - mean));
  }

  /**
   * @param cells the posterior of the arm's cost, by cell
   * @param weight w, shares of the traffic, sum 1
   */
  public static CostPosterior cost(List<CostPosterior> cells, double[] weight) {
    double usd = 0;
    double variance = 0;
    for (int b = 0; b < weight.length; b++) {
      CostPosterior c = cells.get(b);
      double w = weight[b];
      usd += w * c.meanUsd();
      // Var of a lognormal: mean^2 * (exp(sd^2) - 1)
      variance += w * w * c.meanUsd() * c.meanUsd() * Math.expm1(c.logSd() * c.logSd());
    }
    return CostPosterior.of(usd, usd > 0 ? Math.sqrt(variance) / usd : 0, 1);
  }
}
