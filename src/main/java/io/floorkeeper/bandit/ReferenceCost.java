package io.floorkeeper.bandit;

import java.util.Arrays;
import java.util.OptionalDouble;

/**
 * What a task costs at least, on average over <em>all</em> tasks, on the reference arm: a lower
 * confidence bound from a log in which each task had its own probability of that arm.
 *
 * <pre>
 * y_i = c_i / p_i  where task i drew the reference, with the probability p_i;  else 0
 * L   = inf {m : mean_j prod_i (1 - lambda_j + lambda_j * y_i/m) &lt; 1/alpha}      over all N draws
 * </pre>
 *
 * <p>Whatever p_i depends on (the time, a context bucket, an eligibility mask, the outcomes
 * before), y_i has the mean E[c_ref] given all that came before task i and what it is: the tasks on
 * which the reference is rare weigh more by as much as they are seen less. A mean of the
 * reference's draws, or of the holdout's ({@link HoldoutCost}), has no such property once p_i
 * varies. Where the reference could not be drawn y_i is 0, which understates. For m the true mean
 * the products are nonnegative martingales (Waudby-Smith and Ramdas, arXiv 2010.09686, section 4),
 * and
 *
 * <pre>
 * P(L exceeds the true mean, ever) &lt;= alpha       where tasks come with one mean (of all kinds)
 * P(L exceeds the mean of the N tasks) &lt;= alpha   at any one N, however the tasks' means move
 * </pre>
 *
 * <p>The second since prod (1 - lambda + lambda*mu_i/m) &lt;= 1 where m is the mean of the mu_i, so
 * long as what a task would cost does not follow from what was drawn before it.
 *
 * <p><b>The stakes.</b> The best lambda for a gap of g = 1 - m/E[c] is about g*E[y]^2/Var[y], about
 * g*p where most of the variance is that of the weights. At n reference draws g is worth seeing
 * from about sqrt(2 ln(1/alpha) / n) on. So shares of the reference from one half to a thousandth,
 * with 100 to 10,000 draws of it, ask for .2 to .0002: ten stakes over that, {@link Wager#cost}'s
 * five for large shares and five below for rare, heavy ones. More stakes than are needed cost ln 10
 * instead of ln 5 of evidence.
 *
 * <p><b>Exact</b>, unlike {@link HoldoutCost}: the samples are kept, 8 bytes each, and draws of
 * other arms, a factor of (1 - lambda_j) each, are only counted. So there is no grid, and no cost
 * to be guessed beforehand; the bound is rounded down by a billionth. Not safe for use by several
 * threads.
 */
public final class ReferenceCost implements ReferenceBound {

  /** Fewer draws of the reference claim nothing. */
  public static final int LEAST_DRAWS = HoldoutCost.LEAST_SAMPLES;

  private static final double[] LAMBDA = {.0005, .001, .002, .005, .01, .02, .05, .1, .2, .4};

  /** Relative; what the products lose to rounding is less by orders of magnitude. */
  private static final double PRECISION = 1e-9;

  /** An L below the mean's 2^-60 is none. */
  private static final int MOST_HALVINGS = 60;

  private static final double HUGE = 1e200;

  private double[] weighedUsd = new double[LEAST_DRAWS];
  private int draws;
  private long others;
  private double sum;

  /**
   * A draw of the reference.
   *
   * @param costUsd what its task cost
   * @param propensity p, the probability with which this task drew the reference
   * @throws IllegalArgumentException if the cost is negative, not finite, or beyond any currency,
   *     or the propensity outside (0, 1]; nothing is changed
   */
  public void add(double costUsd, double propensity) {
    if (!(costUsd >= 0 && costUsd < 1e100)) {
      throw new IllegalArgumentException("costUsd must lie in [0, 1e100): " + costUsd);
    }
    if (!(propensity > 0 && propensity <= 1)) {
      throw new IllegalArgumentException("propensity must lie in (0, 1]: " + propensity);
    }
    if (draws == weighedUsd.length) {
      weighedUsd = Arrays.copyOf(weighedUsd, 2 * draws);
    }
    weighedUsd[draws++] = costUsd / propensity;
    sum += costUsd / propensity;
  }

  /** A draw of another arm, or one of the reference whose dollars are unknown: y = 0. */
  public void addOther() {
    others++;
  }

  /** How many were draws of the reference. */
  public int draws() {
    return draws;
  }

  @Override
  public OptionalDouble lowerBoundUsd(double alpha) {
    if (!(alpha > 0 && alpha < 1)) {
      throw new IllegalArgumentException("alpha must lie in (0, 1): " + alpha);
    }
    return draws < LEAST_DRAWS ? OptionalDouble.empty() : OptionalDouble.of(bound(alpha));
  }

  /** The products fall in m, and at the samples' own mean each is at most 1. */
  private double bound(double alpha) {
    double level = -Math.log(alpha);
    double open = sum / (draws + others);
    double refuted = open / 2;
    for (int i = 0; !(logMean(refuted) >= level); i++) {
      if (i == MOST_HALVINGS || !(open > 0)) {
        return 0;
      }
      open = refuted;
      refuted /= 2;
    }
    while (open - refuted > PRECISION * open) {
      double middle = (refuted + open) / 2;
      if (logMean(middle) >= level) {
        refuted = middle;
      } else {
        open = middle;
      }
    }
    return refuted * (1 - PRECISION);
  }

  private double logMean(double m) {
    return HoldoutCost.logMean(LAMBDA.length, j -> logProduct(LAMBDA[j], m));
  }

  /** Logarithms are dear: taken of whole products, before these leave the range of doubles. */
  private double logProduct(double lambda, double m) {
    double log = others * Math.log1p(-lambda);
    double lost = 1 - lambda;
    double won = lambda / m;
    double product = 1;
    for (int i = 0; i < draws; i++) {
      product *= lost + won * weighedUsd[i];
      if (product > HUGE || product < 1 / HUGE) {
        log += Math.log(product);
        product = 1;
      }
    }
    return log + Math.log(product);
  }
}
