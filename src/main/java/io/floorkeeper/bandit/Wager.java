package io.floorkeeper.bandit;

import java.util.Arrays;
import java.util.List;
import java.util.function.DoubleUnaryOperator;

/**
 * A mean that is doubted and the stakes set against it: y &gt;= 0, H0: E[y] &lt;= m. Under H0 every
 * factor
 *
 * <pre>1 - lambda + lambda * y/m,   0 &lt;= lambda &lt; 1</pre>
 *
 * <p>is not negative and has a mean of at most 1, whatever else the distribution of y is and
 * however it depends on the past: a bet that does not pay unless H0 is false (Waudby-Smith and
 * Ramdas, arXiv 2010.09686, section 4). Several stakes at once, averaged, serve small and large
 * shifts.
 *
 * @param m the doubted mean of y, positive and finite
 * @param stakes the lambdas, each in (0, 1)
 */
public record Wager(double m, List<Double> stakes) {
  private static final double[] RATIOS = {1.25, 1.5, 2, 3, 5};
  private static final List<Double> COST_STAKES = List.of(.02, .05, .1, .2, .4);

  public Wager {
    if (!(m > 0 && m < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException("m must be positive and finite: " + m);
    }
    if (stakes.isEmpty() || stakes.stream().anyMatch(lambda -> !(lambda > 0 && lambda < 1))) {
      throw new IllegalArgumentException("stakes must lie in (0, 1): " + stakes);
    }
    stakes = List.copyOf(stakes);
  }

  /**
   * That a quality lies at or above its floor: y = 1 - q, m = 1 - floor.
   *
   * @throws IllegalArgumentException if the floor is outside (0, 1)
   */
  public static Wager quality(double floor) {
    if (!(floor > 0 && floor < 1)) {
      throw new IllegalArgumentException("floor must lie in (0, 1): " + floor);
    }
    return shortfall(1 - floor);
  }

  /**
   * That the share of quality missed, y = 1 - q, has a mean of at most m. The stake that grows
   * fastest where the mean of a yes-or-no y is really r*m is (r-1)*m/(1-m) (Kelly); half of the
   * capital is the most that is set:
   *
   * <pre>lambda = min((r-1)*m/(1-m), 1/2),   r in {1.25, 1.5, 2, 3, 5}</pre>
   */
  static Wager shortfall(double m) {
    return new Wager(m, stakes(r -> Math.min((r - 1) * m / (1 - m), .5)));
  }

  /** That quality, y = q, has a mean of at most m: lambda = 1 - 1/r, r in {1.25, 1.5, 2, 3, 5}. */
  static Wager excess(double m) {
    return new Wager(m, stakes(r -> 1 - 1 / r));
  }

  /**
   * That a cost lies at or below its ceiling: y = c, m = ceilingUsd, lambda in {.02, .05, .1, .2,
   * .4}.
   *
   * @throws IllegalArgumentException if the ceiling is not positive and finite
   */
  public static Wager cost(double ceilingUsd) {
    if (!(ceilingUsd > 0 && ceilingUsd < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException("ceilingUsd must be positive and finite: " + ceilingUsd);
    }
    return new Wager(ceilingUsd, COST_STAKES);
  }

  private static List<Double> stakes(DoubleUnaryOperator ofRatio) {
    return Arrays.stream(RATIOS).map(ofRatio).boxed().toList();
  }
}
