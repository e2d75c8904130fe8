package io.floorkeeper.bandit;

import org.apache.commons.math3.special.Erf;

/** The standard normal distribution, fast enough for the inner loop of a quadrature. */
final class Normal {
  /** Beyond it, 1 - Phi is below 1e-17. */
  static final double REACH = 8.5;

  private static final int PER_UNIT = 16;
  private static final int TERMS = 9;
  private static final double[] CDF = new double[2 * 9 * PER_UNIT + 1];
  private static final double[] DENSITY = new double[CDF.length];
  private static final double[] RECIPROCAL = new double[TERMS + 2];

  static {
    for (int i = 0; i < CDF.length; i++) {
      double z = (double) i / PER_UNIT - 9;
      CDF[i] = Erf.erfc(-z / Math.sqrt(2)) / 2;
      DENSITY[i] = density(z);
    }
    for (int n = 1; n < RECIPROCAL.length; n++) {
      RECIPROCAL[n] = 1. / n;
    }
  }

  private Normal() {}

  static double density(double z) {
    return Math.exp(-z * z / 2) / Math.sqrt(2 * Math.PI);
  }

  /**
   * Phi(z) to 1e-15, by Taylor's series around the nearest sixteenth g, |d| = |z - g| &lt;= 1/32:
   *
   * <pre>
   * Phi(g + d) = Phi(g) + phi(g) * sum_n u_n,   u_n = (-1)^n He_n(g) d^(n+1)/(n+1)!
   * u_(n+1) = -g*d/(n+2) * u_n - n*d^2/((n+1)(n+2)) * u_(n-1)      (Hermite's recurrence)
   * </pre>
   */
  static double cdf(double z) {
    if (!(Math.abs(z) < REACH)) {
      return z > 0 ? 1 : 0;
    }
    int i = (int) ((z + 9) * PER_UNIT + .5);
    double g = (double) i / PER_UNIT - 9;
    double d = z - g;
    double before = 0;
    double u = d;
    double sum = u;
    for (int n = 0; n < TERMS - 1; n++) {
      double next = -d * RECIPROCAL[n + 2] * (g * u + n * d * RECIPROCAL[n + 1] * before);
      before = u;
      u = next;
      sum += u;
    }
    return CDF[i] + DENSITY[i] * sum;
  }

  /** The z with Phi(z) = p, 0 &lt; p &lt; 1. */
  static double quantile(double p) {
    return -Math.sqrt(2) * Erf.erfcInv(2 * p);
  }
}
