package io.floorkeeper.bandit;

import java.util.List;

/**
 * A prior that borrows from siblings: a role's arm from the same arm in the tenant's other roles, a
 * bucket's from the role's other buckets. Leave one out: what is judged is no part of its prior.
 *
 * <pre>
 * mu = (m0*mu0 + sum_j min(n_j, cap)*mu_j) / (m0 + sum_j min(n_j, cap))     over the others j
 * Beta(n0*mu, n0*(1-mu))
 * </pre>
 *
 * <p>The cap keeps one busy sibling from speaking for all: siblings differ, and that spread, not
 * the noise within one, is what a prior has to be humble about.
 */
public final class PooledPrior {
  /** m0: what the policy's own prior mean is worth among the siblings, in labels. */
  public static final double OWN_WEIGHT = 20;

  /** No sibling is worth more labels than this. */
  public static final double SIBLING_CAP = 50;

  /** n0 of a role that borrows from other roles. */
  public static final double ROLE_WEIGHT = 4;

  /** n0 of a bucket that borrows from its role's other buckets. */
  public static final double BUCKET_WEIGHT = 15;

  private static final double LEAST = 1e-3;

  private PooledPrior() {}

  /**
   * What is known of the arm in a sibling.
   *
   * @param labels n_j, effective, not negative
   * @param mean mu_j in [0, 1]; not read where labels is 0
   */
  public record Sibling(double labels, double mean) {
    public Sibling {
      if (!(labels >= 0 && labels < Double.POSITIVE_INFINITY)) {
        throw new IllegalArgumentException("labels must be finite and not negative: " + labels);
      }
      if (labels > 0 && !(mean >= 0 && mean <= 1)) {
        throw new IllegalArgumentException("mean must lie in [0, 1]: " + mean);
      }
    }
  }

  /**
   * mu, within [.001, .999]: a prior must not rule anything out.
   *
   * @param ownMean mu0 in (0, 1), of the policy
   * @param others the siblings, without the one that is judged
   * @throws IllegalArgumentException if ownMean is outside (0, 1)
   */
  public static double mean(double ownMean, List<Sibling> others) {
    if (!(ownMean > 0 && ownMean < 1)) {
      throw new IllegalArgumentException("ownMean must lie in (0, 1): " + ownMean);
    }
    double weights = OWN_WEIGHT;
    double sum = OWN_WEIGHT * ownMean;
    for (Sibling other : others) {
      if (other.labels > 0) {
        double weight = Math.min(other.labels, SIBLING_CAP);
        weights += weight;
        sum += weight * other.mean;
      }
    }
    return Math.max(LEAST, Math.min(1 - LEAST, sum / weights));
  }

  /**
   * The prior itself.
   *
   * @param weight n0, positive: {@link #ROLE_WEIGHT} or {@link #BUCKET_WEIGHT}
   */
  public static BetaPosterior of(double ownMean, List<Sibling> others, double weight) {
    return BetaPosterior.of(mean(ownMean, others), weight, 0, 0);
  }
}
