package io.floorkeeper.bandit;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.OptionalDouble;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;

/**
 * What a task costs at least, on average, on the reference arm: a lower confidence bound from the
 * holdout's first draws that holds at every sample size at once, for any distribution of cost.
 *
 * <pre>
 * L = inf {m : mean_j prod_i (1 - lambda_j + lambda_j * c_i/m) &lt; 1/alpha}
 * P(L exceeds the true mean, ever) &lt;= alpha
 * </pre>
 *
 * <p>For m the true mean the products are nonnegative martingales that start at 1, and Ville's
 * inequality bounds their supremum (Waudby-Smith and Ramdas, arXiv 2010.09686, section 4, one sided
 * and unbounded above; the lambdas are those of {@link Wager#cost}).
 *
 * <p><b>In bounded memory.</b> The set is a half-line, since every product falls in m. So only the
 * logarithms of the products at a fixed grid of m are kept: 16 points an octave, six octaves either
 * side of a cost that was expected before the first sample, 965 numbers. Between two grid points
 * every product is bounded from below once more: in u = ln m,
 *
 * <pre>f_j(u) = sum_i ln (1 - lambda_j + lambda_j * c_i * e^-u)</pre>
 *
 * <p>is a sum of convex functions, and a convex function lies above each of its secants continued.
 * Whatever is rounded is rounded down: L is never above that of all samples, for a grid however
 * badly placed (below the grid L is 0, beyond it L is the last point), and within the grid less
 * than a thousandth below it, at any number of samples.
 *
 * <p>The mean is that of the samples' own time: after a price change of the reference arm begin a
 * new one. And it is that of the tasks that were held out: of all tasks only where the share of the
 * holdout is one and the same. Where it varies, {@link ReferenceCost}. Not safe for use by several
 * threads.
 */
public final class HoldoutCost implements ReferenceBound {

  /** Fewer samples claim nothing. */
  public static final int LEAST_SAMPLES = 100;

  private static final int PER_OCTAVE = 16;
  private static final int OCTAVES_EACH_SIDE = 6;
  private static final int POINTS = 2 * OCTAVES_EACH_SIDE * PER_OCTAVE + 1;
  private static final double STEP = Math.log(2) / PER_OCTAVE;

  /** What the sums of logarithms may have lost to rounding, in ln m, with much to spare. */
  private static final double ROUNDING = 1e-9;

  private static final double[] LAMBDA =
      Wager.cost(1).stakes().stream().mapToDouble(Double::doubleValue).toArray();

  private final double expectedUsd;
  private final double[] gridUsd = new double[POINTS];
  private final double[] logProducts;
  private long samples;

  private HoldoutCost(State state) {
    expectedUsd = state.expectedUsd();
    samples = state.samples();
    logProducts = state.logProducts().stream().mapToDouble(Double::doubleValue).toArray();
    for (int i = 0; i < POINTS; i++) {
      gridUsd[i] = Math.exp(logGrid(i));
    }
  }

  /**
   * All there is to it.
   *
   * @param expectedUsd the middle of the grid, positive and finite
   * @param samples how many there were
   * @param logProducts one value per grid point and lambda, the lambdas of a point together
   */
  public record State(double expectedUsd, long samples, List<Double> logProducts) {
    public State {
      requireExpected(expectedUsd);
      if (samples < 0) {
        throw new IllegalArgumentException("samples must not be negative: " + samples);
      }
      if (logProducts.size() != POINTS * LAMBDA.length) {
        throw new IllegalArgumentException(
            "logProducts must have " + POINTS * LAMBDA.length + " values: " + logProducts.size());
      }
      if (!logProducts.stream().allMatch(Double::isFinite)) {
        throw new IllegalArgumentException("logProducts must be finite");
      }
      logProducts = List.copyOf(logProducts);
    }
  }

  /**
   * @param expectedUsd what a task may cost, from the catalogue: settled before the first sample,
   *     and right to a factor of 30 or so, or the bound is loose
   * @throws IllegalArgumentException if it is not positive, or beyond any currency
   */
  public static HoldoutCost around(double expectedUsd) {
    return new HoldoutCost(
        new State(expectedUsd, 0, Collections.nCopies(POINTS * LAMBDA.length, 0.)));
  }

  public static HoldoutCost restored(State state) {
    return new HoldoutCost(state);
  }

  private static void requireExpected(double expectedUsd) {
    if (!(expectedUsd > 1e-100 && expectedUsd < 1e100)) {
      throw new IllegalArgumentException("expectedUsd must lie in (1e-100, 1e100): " + expectedUsd);
    }
  }

  private double logGrid(int i) {
    return Math.log(expectedUsd) + (i - POINTS / 2) * STEP;
  }

  /**
   * The dollars of one first draw of the holdout.
   *
   * @throws IllegalArgumentException if they are negative, not finite, or beyond any currency;
   *     nothing is changed
   */
  public void add(double costUsd) {
    if (!(costUsd >= 0 && costUsd < 1e100)) {
      throw new IllegalArgumentException("costUsd must lie in [0, 1e100): " + costUsd);
    }
    samples++;
    int at = 0;
    for (double m : gridUsd) {
      double excess = costUsd / m - 1;
      for (double lambda : LAMBDA) {
        logProducts[at++] += Math.log1p(lambda * excess);
      }
    }
  }

  public long samples() {
    return samples;
  }

  @Override
  public OptionalDouble lowerBoundUsd(double alpha) {
    if (!(alpha > 0 && alpha < 1)) {
      throw new IllegalArgumentException("alpha must lie in (0, 1): " + alpha);
    }
    return samples < LEAST_SAMPLES ? OptionalDouble.empty() : OptionalDouble.of(bound(alpha));
  }

  private double bound(double alpha) {
    double level = -Math.log(alpha);
    int refuted = -1; // the last grid point that the samples refute
    int open = POINTS;
    while (open - refuted > 1) {
      int middle = (refuted + open) >>> 1;
      if (logMean(middle) >= level) {
        refuted = middle;
      } else {
        open = middle;
      }
    }
    if (refuted < 0) {
      return 0;
    }
    return Math.exp(logGrid(refuted) + STEP * crossing(refuted, level) - ROUNDING);
  }

  /** The share of the step after a refuted grid point that is certainly refuted too. */
  private double crossing(int point, double level) {
    if (point == 0 || point > POINTS - 3) {
      return 0; // no two points on either side for the secants
    }
    double low = 0;
    double high = 1;
    for (int i = 0; i < 40; i++) {
      double middle = (low + high) / 2;
      if (logMean(LAMBDA.length, j -> between(point, j, middle)) >= level) {
        low = middle;
      } else {
        high = middle;
      }
    }
    return low;
  }

  /**
   * The higher of two secants continued, from either side, at a share of the step after a point.
   */
  private double between(int point, int j, double share) {
    double before = logProduct(point - 1, j);
    double left = logProduct(point, j);
    double right = logProduct(point + 1, j);
    double after = logProduct(point + 2, j);
    return Math.max(left + share * (left - before), right - (1 - share) * (after - right));
  }

  private double logProduct(int point, int j) {
    return logProducts[point * LAMBDA.length + j];
  }

  private double logMean(int point) {
    return logMean(LAMBDA.length, j -> logProduct(point, j));
  }

  /** ln mean_j exp(log_j), not overflowing; each log_j is asked for once. */
  static double logMean(int count, IntToDoubleFunction log) {
    double[] logs = IntStream.range(0, count).mapToDouble(log).toArray();
    double most = Double.NEGATIVE_INFINITY;
    for (double value : logs) {
      most = Math.max(most, value);
    }
    double sum = 0;
    for (double value : logs) {
      sum += Math.exp(value - most);
    }
    return most + Math.log(sum / count);
  }

  public State state() {
    List<Double> values = new ArrayList<>(logProducts.length);
    Arrays.stream(logProducts).forEach(values::add);
    return new State(expectedUsd, samples, values);
  }
}
