package io.floorkeeper.bandit;

/**
 * What an arm costs in a bucket where it was hardly tried. A bucket of long inputs is dear on every
 * arm, so an arm without episodes there must not look cheap beside those that have them; and an arm
 * that is used where calls are short must not look cheap everywhere. Dollars are taken for a
 * product of the arm and the bucket:
 *
 * <pre>
 * c_k   = (n0*prior_k + sum_b n_bk * x_bk/phi_b) / (n0 + sum_b n_bk)        n0 = 4 episodes
 * phi_b = (n0 + sum_k n_bk * x_bk/c_k) / (n0 + sum_k n_bk)
 *   x_bk  dollars per episode as seen, in n_bk episodes;   repeated until they agree
 * prior of arm k in bucket b: phi_b * c_k, worth {@link CostPosterior#PRIOR_EPISODES}
 * </pre>
 */
public final class BucketCost {
  private static final int ROUNDS = 20;
  private static final double N0 = CostPosterior.PRIOR_EPISODES;

  private BucketCost() {}

  /**
   * phi_b * c_k by bucket and arm.
   *
   * @param episodes n, by bucket and arm, not negative
   * @param seenUsd x, by bucket and arm; not read where there are no episodes
   * @param priorUsd by arm, not negative; an arm that costs nothing goes on to cost nothing
   * @throws IllegalArgumentException if a count or a cost that is read is out of range
   */
  public static double[][] priorsUsd(double[][] episodes, double[][] seenUsd, double[] priorUsd) {
    int buckets = episodes.length;
    double[] phi = new double[buckets];
    java.util.Arrays.fill(phi, 1);
    double[] arm = priorUsd.clone();
    for (int b = 0; b < buckets; b++) {
      for (int k = 0; k < arm.length; k++) {
        require("episodes", episodes[b][k]);
        if (episodes[b][k] > 0) {
          require("seenUsd", seenUsd[b][k]);
        }
      }
    }
    for (int round = 0; round < ROUNDS; round++) {
      for (int k = 0; k < arm.length; k++) {
        double weights = N0;
        double sum = N0 * priorUsd[k];
        for (int b = 0; b < buckets && priorUsd[k] > 0; b++) {
          weights += episodes[b][k];
          sum += episodes[b][k] > 0 ? episodes[b][k] * seenUsd[b][k] / phi[b] : 0;
        }
        arm[k] = sum / weights;
      }
      for (int b = 0; b < buckets; b++) {
        double weights = N0;
        double sum = N0;
        for (int k = 0; k < arm.length; k++) {
          if (episodes[b][k] > 0 && arm[k] > 0) {
            weights += episodes[b][k];
            sum += episodes[b][k] * seenUsd[b][k] / arm[k];
          }
        }
        phi[b] = sum / weights;
      }
    }
    double[][] priors = new double[buckets][arm.length];
    for (int b = 0; b < buckets; b++) {
      for (int k = 0; k < arm.length; k++) {
        priors[b][k] = phi[b] * arm[k];
      }
    }
    return priors;
  }

  private static void require(String name, double value) {
    if (!(value >= 0 && value < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException(name + " must be finite and not negative: " + value);
    }
  }
}
