package io.floorkeeper.bandit;

import org.apache.commons.math3.special.Gamma;

/**
 * The boundary for sub-exponential deviations of scale c: heavier to the right than normal, as with
 * an empirical-Bernstein bound or an importance weight (Howard et al. 2021, Proposition 8). lambda
 * is mixed over a gamma distribution cut off at 1/c. With a = (v+rho)/c^2, x = a + s/c and P the
 * regularised lower incomplete gamma function:
 *
 * <pre>
 * ln m = k(rho/c^2) + ln Gamma(a) + ln P(a, x) - a*ln x + x - rho/c^2
 * k(r) = r*ln r - ln Gamma(r) - ln P(r, r)
 * </pre>
 *
 * @param rho positive and finite; {@link MixtureBoundary#bestRho} of one side chooses it
 * @param c scale, positive and finite
 */
public record GammaExponentialMixture(double rho, double c) implements MixtureBoundary {

  public GammaExponentialMixture {
    MixtureBoundary.requirePositive("rho", rho);
    MixtureBoundary.requirePositive("c", c);
  }

  /** That whose bound is nearly the lowest at vBest and alphaBest. */
  public static GammaExponentialMixture bestAt(double vBest, double alphaBest, double c) {
    return new GammaExponentialMixture(MixtureBoundary.bestRho(vBest, alphaBest, Sides.ONE), c);
  }

  @Override
  public double logMixture(double s, double v) {
    double r = rho / (c * c);
    double a = r + v / (c * c);
    double x = a + s / c;
    if (x <= 0) {
      return Double.NEGATIVE_INFINITY; // further below than a sub-exponential sum is asked about
    }
    double k = r * Math.log(r) - Gamma.logGamma(r) - Math.log(Gamma.regularizedGammaP(r, r));
    return k
        + Gamma.logGamma(a)
        + Math.log(Gamma.regularizedGammaP(a, x))
        - a * Math.log(x)
        + x
        - r;
  }
}
