package io.floorkeeper.bandit;

/**
 * A boundary that a sum of deviations S_t crosses, ever, with a probability of at most alpha; t is
 * measured by an intrinsic time V_t, for independent observations the sum of their variances.
 * (Howard, Ramdas, McAuliffe and Sekhon, "Time-uniform, nonparametric, nonasymptotic confidence
 * sequences", Annals of Statistics 49(2), 2021, arXiv 1810.08240, section 3.2.)
 *
 * <p>m(S_t, V_t), a mixture over lambda of exp(lambda*S_t - psi(lambda)*V_t), is a nonnegative
 * supermartingale that starts at 1; by Ville's inequality P(m ever reaches 1/alpha) &lt;= alpha. A
 * mean of t observations then lies within bound(V_t)/t of the truth, at every t at once.
 */
public interface MixtureBoundary {

  /** Whether a deviation is watched to one side or to both. */
  enum Sides {
    ONE,
    TWO
  }

  /**
   * ln m(s, v).
   *
   * @param s sum of the deviations
   * @param v intrinsic time, not negative and finite
   */
  double logMixture(double s, double v);

  /** The largest s that there can be at intrinsic time v. */
  default double mostS(double v) {
    return Double.POSITIVE_INFINITY;
  }

  /**
   * The s with m(s, v) = 1/alpha, rounded up; where there is none, the largest s.
   *
   * @param v intrinsic time, not negative and finite
   * @param alpha in (0, 1)
   * @throws IllegalArgumentException naming the parameter that is out of range
   */
  default double bound(double v, double alpha) {
    requireTime("v", v);
    requireAlpha("alpha", alpha);
    double level = -Math.log(alpha);
    double most = mostS(v);
    double high = Math.min(most, 1 + v);
    while (high < most && logMixture(high, v) < level) {
      high = Math.min(most, 2 * high);
    }
    double low = 0;
    while (high - low > 1e-13 * high) {
      double middle = low + (high - low) / 2;
      if (logMixture(middle, v) < level) {
        low = middle;
      } else {
        high = middle;
      }
    }
    return high;
  }

  /**
   * The rho that makes the two-sided normal mixture's bound nearly the lowest at intrinsic time v
   * and crossing probability alpha (ibidem, section 3.5):
   *
   * <pre>rho = v / (2 ln(1/alpha) + ln(1 + 2 ln(1/alpha)))</pre>
   *
   * <p>One-sided mixtures take that of 2*alpha; they ask for an alpha below 1/2.
   *
   * @throws IllegalArgumentException naming the parameter that is out of range
   */
  static double bestRho(double v, double alpha, Sides sides) {
    if (!(v > 0 && v < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException("v must be positive and finite: " + v);
    }
    double two = sides == Sides.ONE ? 2 * alpha : alpha;
    if (!(two > 0 && two < 1)) {
      throw new IllegalArgumentException("alpha is out of range: " + alpha);
    }
    double log = -2 * Math.log(two);
    return v / (log + Math.log1p(log));
  }

  /** Throws an IllegalArgumentException where v is negative or not finite. */
  static void requireTime(String name, double v) {
    if (!(v >= 0 && v < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException(name + " must be finite and not negative: " + v);
    }
  }

  /** Throws an IllegalArgumentException where alpha is outside (0, 1). */
  static void requireAlpha(String name, double alpha) {
    if (!(alpha > 0 && alpha < 1)) {
      throw new IllegalArgumentException(name + " must lie in (0, 1): " + alpha);
    }
  }

  /** Throws an IllegalArgumentException where a parameter is not positive and finite. */
  static void requirePositive(String name, double value) {
    if (!(value > 0 && value < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException(name + " must be positive and finite: " + value);
    }
  }
}
