package io.floorkeeper.bandit;

import java.util.Arrays;

/**
 * Gauss-Legendre quadrature of 16 nodes on [-1, 1], with the matrix that integrates cumulatively.
 *
 * <p>With Lagrange's basis written in Legendre polynomials, l_j(t) = w_j sum_m (m + 1/2) P_m(x_j)
 * P_m(t), and Integral_(-1)^x P_m = (P_(m+1)(x) - P_(m-1)(x))/(2m + 1):
 *
 * <pre>A_ij = Integral_(-1)^(x_i) l_j = w_j/2 * sum_m P_m(x_j) * (P_(m+1)(x_i) - P_(m-1)(x_i))
 * </pre>
 */
final class GaussLegendre {
  static final int N = 16;

  private static final double[] NODE = new double[N];
  private static final double[] WEIGHT = new double[N];

  /** A transposed: a row per value, a column per node. */
  private static final double[][] CUMULATIVE = new double[N][N];

  private static final double[] LAST = new double[N];
  private static final double[] LAST_BUT_ONE = new double[N];

  static {
    double[][] p = new double[N][];
    for (int i = 0; i < N; i++) {
      double x = -Math.cos(Math.PI * (i + .75) / (N + .5));
      for (int newton = 0; newton < 8; newton++) {
        double[] at = legendre(x);
        x -= at[N] / slope(x, at);
      }
      NODE[i] = x;
      p[i] = legendre(x);
      WEIGHT[i] = 2 / ((1 - x * x) * slope(x, p[i]) * slope(x, p[i]));
    }
    for (int j = 0; j < N; j++) {
      for (int i = 0; i < N; i++) {
        double sum = NODE[i] + 1;
        for (int m = 1; m < N; m++) {
          sum += p[j][m] * (p[i][m + 1] - p[i][m - 1]);
        }
        CUMULATIVE[j][i] = WEIGHT[j] / 2 * sum;
      }
      LAST[j] = (N - .5) * WEIGHT[j] * p[j][N - 1];
      LAST_BUT_ONE[j] = (N - 1.5) * WEIGHT[j] * p[j][N - 2];
    }
  }

  private GaussLegendre() {}

  private static double[] legendre(double x) {
    double[] p = new double[N + 1];
    p[0] = 1;
    p[1] = x;
    for (int m = 1; m < N; m++) {
      p[m + 1] = ((2 * m + 1) * x * p[m] - m * p[m - 1]) / (m + 1);
    }
    return p;
  }

  private static double slope(double x, double[] p) {
    return N * (x * p[N] - p[N - 1]) / (x * x - 1);
  }

  static double node(int i) {
    return NODE[i];
  }

  static double weight(int i) {
    return WEIGHT[i];
  }

  /** Integral over [-1, 1] of the polynomial through the values. */
  static double integral(double[] values) {
    return dot(WEIGHT, values);
  }

  /**
   * Integrals from -1 to each of the nodes of the polynomial through the values. Value by value, so
   * that the sums of all nodes grow side by side: node by node each would wait for its own addition
   * before the next.
   */
  static void integralsToNodes(double[] values, double[] integrals) {
    Arrays.fill(integrals, 0);
    for (int j = 0; j < N; j++) {
      double[] row = CUMULATIVE[j];
      double value = values[j];
      for (int i = 0; i < N; i++) {
        integrals[i] += row[i] * value;
      }
    }
  }

  /** Size of the last two coefficients of the Legendre series: what 16 nodes do not resolve. */
  static double unresolved(double[] values) {
    return Math.abs(dot(LAST, values)) + Math.abs(dot(LAST_BUT_ONE, values));
  }

  private static double dot(double[] u, double[] v) {
    double sum = 0;
    for (int i = 0; i < N; i++) {
      sum += u[i] * v[i];
    }
    return sum;
  }
}
