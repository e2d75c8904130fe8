package io.floorkeeper.replay;

import java.util.Locale;

/**
 * An estimate with a 95 % interval.
 *
 * @param n the sample behind it
 */
record Interval(double value, double low, double high, long n) {
  private static final double Z = 1.959963984540054;

  /**
   * A share of successes, or a mean of values in [0, 1]: Wilson's interval (Wilson 1927), which for
   * fractional values is conservative, as their variance is at most that of a coin.
   */
  static Interval ofShare(double mean, long n) {
    if (n == 0) {
      return new Interval(Double.NaN, Double.NaN, Double.NaN, 0);
    }
    double z2 = Z * Z;
    double centre = (mean + z2 / (2 * n)) / (1 + z2 / n);
    double half = Z / (1 + z2 / n) * Math.sqrt(mean * (1 - mean) / n + z2 / (4.0 * n * n));
    return new Interval(mean, centre - half, centre + half, n);
  }

  /**
   * One minus the ratio of two sums over the same tasks, by the delta method: with r = sum x / sum
   * y and residuals x - r*y, se(r) = sqrt(n * var(residual)) / sum y.
   *
   * @param x dollars that were spent, per task
   * @param y dollars of the alternative on the same tasks
   */
  static Interval ofSaving(double[] x, double[] y) {
    int n = x.length;
    double sumX = 0;
    double sumY = 0;
    for (int i = 0; i < n; i++) {
      sumX += x[i];
      sumY += y[i];
    }
    double ratio = sumX / sumY;
    double squares = 0;
    for (int i = 0; i < n; i++) {
      double residual = x[i] - ratio * y[i];
      squares += residual * residual;
    }
    double half = n < 2 ? Double.NaN : Z * Math.sqrt(squares * n / (n - 1.0)) / sumY;
    return new Interval(1 - ratio, 1 - ratio - half, 1 - ratio + half, n);
  }

  String percent() {
    return String.format(Locale.ROOT, "%.1f %% [%.1f, %.1f]", 100 * value, 100 * low, 100 * high);
  }

  String plain() {
    return String.format(Locale.ROOT, "%.3f [%.3f, %.3f]", value, low, high);
  }
}
