package io.floorkeeper.bandit;

import org.apache.commons.math3.special.Beta;

/**
 * A confidence interval of the mean of observations in [0, 1] that holds at every sample size at
 * once: the means that a two-sided {@link BetaBinomialMixture} does not refute, g = p and h = 1 - p
 * (Howard et al. 2021, Proposition 6, by the sub-Bernoulli condition also for fractions). With S
 * the sum, F = n - S, it comes to
 *
 * <pre>
 * {p : B(F + (1-p)*R, S + p*R) / B((1-p)*R, p*R) / (p^S * (1-p)^F) &lt; 1/alpha}
 * R = max(nBest/(2 ln(1/alphaBest) + ln(1 + 2 ln(1/alphaBest))) - 1, .001)
 * </pre>
 *
 * @param low rounded down
 * @param high rounded up
 */
public record BernoulliInterval(double low, double high) {
  private static final double ALPHA_BEST = .05;

  /**
   * @param sum of the observations, in [0, n]
   * @param n observations, positive
   * @param alpha in (0, 1)
   * @param nBest the sample size at which the interval is to be nearly the shortest, positive;
   *     settled before the samples
   * @throws IllegalArgumentException naming the parameter that is out of range
   */
  public static BernoulliInterval of(double sum, long n, double alpha, double nBest) {
    if (n < 1) {
      throw new IllegalArgumentException("n must be positive: " + n);
    }
    if (!(sum >= 0 && sum <= n)) {
      throw new IllegalArgumentException("sum must lie in [0, n]: " + sum);
    }
    MixtureBoundary.requireAlpha("alpha", alpha);
    MixtureBoundary.requirePositive("nBest", nBest);
    double strength =
        Math.max(MixtureBoundary.bestRho(nBest, ALPHA_BEST, MixtureBoundary.Sides.TWO) - 1, 1e-3);
    // An interval is mirrored with its observations: only the lower end is computed.
    double low = lowEnd(sum, n - sum, strength, alpha);
    double high = 1 - lowEnd(n - sum, sum, strength, alpha);
    return new BernoulliInterval(low, high);
  }

  /** Bisects between 0, which a success refutes, and the mean, which nothing does. */
  private static double lowEnd(double successes, double failures, double strength, double alpha) {
    double refuted = 0;
    double kept = successes / (successes + failures);
    while (kept - refuted > 1e-12) {
      double p = refuted + (kept - refuted) / 2;
      double log =
          Beta.logBeta(failures + (1 - p) * strength, successes + p * strength)
              - Beta.logBeta((1 - p) * strength, p * strength)
              - successes * Math.log(p)
              - failures * Math.log1p(-p);
      if (log < -Math.log(alpha)) {
        kept = p;
      } else {
        refuted = p;
      }
    }
    return refuted;
  }
}
