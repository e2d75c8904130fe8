package io.floorkeeper.bandit;

/**
 * The posterior of an arm's quality: Beta(a, b) on [0, 1].
 *
 * @param a pseudo-count of quality delivered, positive and finite
 * @param b pseudo-count of quality missed, positive and finite
 */
public record BetaPosterior(double a, double b) {

  public BetaPosterior {
    requirePositive("a", a);
    requirePositive("b", b);
  }

  /**
   * The posterior after n effective labels of mean mu on a prior worth n0 labels:
   *
   * <pre>a = n0*mu0 + n*mu     b = n0*(1-mu0) + n*(1-mu)</pre>
   *
   * @param priorMean mu0 in (0, 1), open so that neither a nor b can be 0
   * @param n0 positive
   * @param n not negative; 0 leaves the prior alone
   * @param mu in [0, 1]; not read where n is 0
   * @throws IllegalArgumentException naming the parameter that is out of range
   */
  public static BetaPosterior of(double priorMean, double n0, double n, double mu) {
    if (!(priorMean > 0 && priorMean < 1)) {
      throw new IllegalArgumentException("priorMean must lie in (0, 1): " + priorMean);
    }
    requirePositive("n0", n0);
    if (!(n >= 0 && n < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException("n must be finite and not negative: " + n);
    }
    if (n == 0) {
      return new BetaPosterior(n0 * priorMean, n0 * (1 - priorMean));
    }
    if (!(mu >= 0 && mu <= 1)) {
      throw new IllegalArgumentException("mu must lie in [0, 1]: " + mu);
    }
    return new BetaPosterior(n0 * priorMean + n * mu, n0 * (1 - priorMean) + n * (1 - mu));
  }

  private static void requirePositive(String name, double value) {
    if (!(value > 0 && value < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException(name + " must be positive and finite: " + value);
    }
  }

  public double mean() {
    return a / (a + b);
  }

  public double variance() {
    double n = a + b;
    return a / n * (b / n) / (n + 1);
  }

  /** P(q &lt;= x) = I_x(a, b). */
  public double cdf(double x) {
    return x <= 0 ? 0 : x >= 1 ? 1 : new LogitBeta(this).cdf(LogitBeta.logit(x));
  }

  /** P(q &gt;= x) = 1 - I_x(a, b), accurate also where it is small. */
  public double survival(double x) {
    return x <= 0 ? 1 : x >= 1 ? 0 : new LogitBeta(this).survival(LogitBeta.logit(x));
  }

  /**
   * The x with P(q &lt;= x) = p.
   *
   * @throws IllegalArgumentException if p is outside [0, 1]
   */
  public double quantile(double p) {
    if (!(p >= 0 && p <= 1)) {
      throw new IllegalArgumentException("p must lie in [0, 1]: " + p);
    }
    return p == 0 ? 0 : p == 1 ? 1 : LogitBeta.logistic(new LogitBeta(this).quantile(p));
  }

  /** Density at x, infinite at an end whose parameter is below 1; 0 outside [0, 1]. */
  public double density(double x) {
    return Math.exp(logDensity(x));
  }

  public double logDensity(double x) {
    if (!(x >= 0 && x <= 1)) {
      return Double.NEGATIVE_INFINITY;
    }
    if (x == 0 || x == 1) {
      double here = x == 0 ? a : b;
      double other = x == 0 ? b : a;
      // x^(a-1) at its end: a pole, nothing, or for a = 1 the constant 1/B(1, b) = b.
      return here < 1
          ? Double.POSITIVE_INFINITY
          : here > 1 ? Double.NEGATIVE_INFINITY : Math.log(other);
    }
    return new LogitBeta(this).logDensity(LogitBeta.logit(x)) - Math.log(x) - Math.log1p(-x);
  }
}
