package io.floorkeeper.trial;

import java.util.Locale;
import org.apache.commons.math3.distribution.TDistribution;

/**
 * A mean over runs with its 95 % interval (Student's t) and the standard deviation between runs.
 *
 * @param low NaN with fewer than two runs; so high and sd
 * @param n runs
 */
public record Estimate(double mean, double low, double high, double sd, int n) {
  private static final double CONFIDENCE = .95;

  static Estimate of(double[] values) {
    int n = values.length;
    double mean = 0;
    for (double value : values) {
      mean += value / n;
    }
    if (n < 2) {
      return new Estimate(mean, Double.NaN, Double.NaN, Double.NaN, n);
    }
    double squares = 0;
    for (double value : values) {
      squares += (value - mean) * (value - mean);
    }
    double sd = Math.sqrt(squares / (n - 1));
    double half =
        new TDistribution(null, n - 1.0).inverseCumulativeProbability((1 + CONFIDENCE) / 2)
            * sd
            / Math.sqrt(n);
    return new Estimate(mean, mean - half, mean + half, sd, n);
  }

  /** In percent, with half the interval's width. */
  String percent() {
    return n < 2
        ? String.format(Locale.ROOT, "%5.1f %%", 100 * mean)
        : String.format(Locale.ROOT, "%5.1f %% +-%4.1f", 100 * mean, 50 * (high - low));
  }
}
