package io.floorkeeper.bandit;

/**
 * What the earlier tasks of a log let one expect of each arm: the predictions of a doubly robust
 * estimate, and how far rewards lie from them. Not safe for use by several threads.
 *
 * <pre>
 * m[k] = (n0 * prior[k] + sum v*r) / (n0 + sum v)                  v = 1/p of a label, else 1;  n0 = 4
 * s[k] = (n0 * s0[k] + sum (v*(r - m))^2) / (n0 + tasks of k)      m as it was before r
 * s0   = 1/4 for rewards in [0, 1];   cv^2 * m^2 for dollars, cv^2 = mean of ((r - m)/m)^2 over all arms
 * </pre>
 *
 * <p>A prediction that has seen nothing but earlier tasks is fixed when a task's arm is drawn, so
 * what it gets wrong is corrected without bias, however the draws followed the outcomes. s0 keeps
 * an arm of three passes from being taken for one without any failure: 1/4 is the most that such
 * rewards can spread, and counts four times, as in Agresti and Coull (1998).
 */
public final class ArmMeans {
  static final double PRIOR_WEIGHT = 4;

  /** Relative, squared, until dollars say otherwise: their usual spread is about their mean. */
  private static final double FIRST_CV2 = 1;

  private final double[] prior;
  private final boolean bounded;
  private final double[] weights;
  private final double[] rewards;
  private final double[] squares;
  private final long[] tasks;
  private double relative = PRIOR_WEIGHT * FIRST_CV2;
  private double relativeTasks = PRIOR_WEIGHT;

  /**
   * @param prior what is expected of each arm before any reward, finite
   * @param bounded whether rewards lie in [0, 1]; else they are dollars
   */
  public ArmMeans(double[] prior, boolean bounded) {
    this.prior = prior.clone();
    this.bounded = bounded;
    weights = new double[prior.length];
    rewards = new double[prior.length];
    squares = new double[prior.length];
    tasks = new long[prior.length];
  }

  int arms() {
    return prior.length;
  }

  /** m[k]. */
  public double predicted(int k) {
    return (PRIOR_WEIGHT * prior[k] + rewards[k]) / (PRIOR_WEIGHT + weights[k]);
  }

  /** Tasks on the arm of which the reward was to be seen. */
  public long tasks(int k) {
    return tasks[k];
  }

  /** A reward, after its task was estimated with what was predicted before. */
  public void learn(int k, double weight, double reward) {
    double predicted = predicted(k);
    double missed = weight * (reward - predicted);
    squares[k] += missed * missed;
    if (predicted > 0) {
      relative += missed / predicted * missed / predicted;
      relativeTasks++;
    }
    tasks[k]++;
    weights[k] += weight;
    rewards[k] += weight * reward;
  }

  /** A task whose reward was to be seen and was not; the others weigh more for it. */
  public void unseen(int k) {
    tasks[k]++;
  }

  /** s[k]: the mean square of what a reward misses its prediction by. */
  public double spread(int k) {
    double m = predicted(k);
    double first = bounded ? .25 : relative / relativeTasks * m * m;
    return (PRIOR_WEIGHT * first + squares[k]) / (PRIOR_WEIGHT + tasks[k]);
  }
}
