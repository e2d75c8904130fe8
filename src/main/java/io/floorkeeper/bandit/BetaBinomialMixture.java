package io.floorkeeper.bandit;

import org.apache.commons.math3.special.Beta;

/**
 * The boundary for deviations that are sub-Bernoulli: between -g and h, as of a bounded mean
 * (Howard et al. 2021, Propositions 6 and 7). With F = (v - g*s)/(g(g+h)), S = (v + h*s)/(h(g+h)),
 * a = r/(g(g+h)), b = r/(h(g+h)):
 *
 * <pre>
 * ln m = v/(g*h) * ln(g+h) - S*ln g - F*ln h + ln B_x(a + F, b + S) - ln B_x(a, b)
 * x = 1 (two sides),  h/(g+h) (one side);   B_x the incomplete beta function
 * </pre>
 *
 * <p>For g = p and h = 1 - p, S and F are successes and failures, v = n*p*(1-p).
 *
 * @param r strength of the mixing, positive and finite
 * @param g reach downward, positive and finite
 * @param h reach upward, positive and finite
 * @param sides watched
 */
public record BetaBinomialMixture(double r, double g, double h, Sides sides)
    implements MixtureBoundary {

  public BetaBinomialMixture {
    MixtureBoundary.requirePositive("r", r);
    MixtureBoundary.requirePositive("g", g);
    MixtureBoundary.requirePositive("h", h);
  }

  /**
   * That whose bound is nearly the lowest at vBest and alphaBest: r = rho - g*h, and at least a
   * thousandth of g*h (ibidem, section 3.5).
   */
  public static BetaBinomialMixture bestAt(
      double vBest, double alphaBest, double g, double h, Sides sides) {
    double rho = MixtureBoundary.bestRho(vBest, alphaBest, sides);
    return new BetaBinomialMixture(Math.max(rho - g * h, 1e-3 * g * h), g, h, sides);
  }

  @Override
  public double mostS(double v) {
    return v / g;
  }

  /** Minus infinity for an s outside [-v/h, v/g], which no sum of such deviations reaches. */
  @Override
  public double logMixture(double s, double v) {
    double range = g + h;
    double f = (v - g * s) / (g * range);
    double n = (v + h * s) / (h * range);
    if (s < -v / h || s > v / g) {
      return Double.NEGATIVE_INFINITY;
    }
    double a = r / (g * range);
    double b = r / (h * range);
    return v / (g * h) * Math.log(range)
        - n * Math.log(g)
        - f * Math.log(h)
        + logBeta(a + Math.max(0, f), b + Math.max(0, n))
        - logBeta(a, b);
  }

  private double logBeta(double a, double b) {
    double whole = Beta.logBeta(a, b);
    return sides == Sides.TWO ? whole : whole + Math.log(new BetaPosterior(a, b).cdf(h / (g + h)));
  }
}
