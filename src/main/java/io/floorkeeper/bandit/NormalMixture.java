package io.floorkeeper.bandit;

/**
 * The boundary for sub-Gaussian deviations, mixed over a normal (two sides) or a half-normal (one
 * side) distribution of lambda with variance 1/rho (Howard et al. 2021, Propositions 4 and 5, after
 * Robbins 1970):
 *
 * <pre>
 * two sides:  ln m = s^2/(2(v+rho)) + ln(rho/(v+rho))/2
 *             bound = sqrt((v+rho) * ln((v+rho)/(alpha^2 * rho)))
 * one side:   ln m = s^2/(2(v+rho)) + ln(4*rho/(v+rho))/2 + ln Phi(s/sqrt(v+rho))
 * </pre>
 *
 * @param rho positive and finite; {@link MixtureBoundary#bestRho} chooses it
 * @param sides watched
 */
public record NormalMixture(double rho, Sides sides) implements MixtureBoundary {

  public NormalMixture {
    MixtureBoundary.requirePositive("rho", rho);
  }

  /** That whose bound is nearly the lowest at vBest and alphaBest. */
  public static NormalMixture bestAt(double vBest, double alphaBest, Sides sides) {
    return new NormalMixture(MixtureBoundary.bestRho(vBest, alphaBest, sides), sides);
  }

  @Override
  public double logMixture(double s, double v) {
    double total = v + rho;
    double log = s * s / (2 * total) + Math.log(rho / total) / 2;
    return sides == Sides.TWO
        ? log
        : log + Math.log(2) + Math.log(Normal.cdf(s / Math.sqrt(total)));
  }

  @Override
  public double bound(double v, double alpha) {
    if (sides == Sides.ONE) {
      return MixtureBoundary.super.bound(v, alpha);
    }
    MixtureBoundary.requireTime("v", v);
    MixtureBoundary.requireAlpha("alpha", alpha);
    double total = v + rho;
    return Math.sqrt(total * (Math.log(total / rho) - 2 * Math.log(alpha)));
  }
}
