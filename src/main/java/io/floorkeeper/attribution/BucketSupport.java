package io.floorkeeper.attribution;

/**
 * Whether an arm was drawn wherever the tasks are. An estimate of "always this arm" speaks of all
 * tasks, and knows nothing of a context bucket whose allocation has no use for the arm: the mean
 * weight then is below 1 by as much, SNIPS and the predictions of the doubly robust estimate put
 * the other buckets' rewards in its place, and their intervals know nothing of that.
 *
 * <p>In a bucket that the arm can be drawn for its weights 1/p add up to the bucket's tasks, in
 * expectation. Where they add up to less than half of them the bucket is taken for one that hardly
 * ever drew it: by its allocation, or by chance where tasks are few and the arm rare, and of either
 * there is next to no evidence there. Buckets with less than 2 % of the tasks weigh too little to
 * ask after each; they are asked after together. Not safe for use by several threads.
 */
final class BucketSupport {
  static final double LEAST_SHARE = .02;
  static final double LEAST_MEAN_WEIGHT = .5;
  private static final int BUCKETS = 256;

  private final long[] seen = new long[BUCKETS];
  private final long[] unseen = new long[BUCKETS];
  private final double[][] weights;

  BucketSupport(int candidates) {
    weights = new double[candidates][BUCKETS];
  }

  /**
   * A task with its reward.
   *
   * @param candidate -1: an arm that is none any more
   * @param bucket of its decision; 0: no context
   * @param weight the inverse of the probability with which all this was seen
   */
  void add(int candidate, int bucket, double weight) {
    seen[bucket]++;
    if (candidate >= 0) {
      weights[candidate][bucket] += weight;
    }
  }

  /** A task that was to have a reward and has none. */
  void addUnseen(int bucket) {
    unseen[bucket]++;
  }

  /**
   * The share of the tasks whose bucket hardly ever drew the candidate; 0: each drew it.
   *
   * @param withUnseen whether tasks without a reward count: where the weights make up for them
   */
  double undrawnShare(int candidate, boolean withUnseen) {
    long all = 0;
    for (int b = 0; b < BUCKETS; b++) {
      all += tasks(b, withUnseen);
    }
    long undrawn = 0;
    long small = 0;
    double smallWeight = 0;
    for (int b = 0; b < BUCKETS; b++) {
      long tasks = tasks(b, withUnseen);
      if (tasks < LEAST_SHARE * all) {
        small += tasks;
        smallWeight += weights[candidate][b];
      } else {
        undrawn += undrawn(tasks, weights[candidate][b]);
      }
    }
    if (small >= LEAST_SHARE * all) {
      undrawn += undrawn(small, smallWeight);
    }
    return all > 0 ? undrawn / (double) all : 0;
  }

  private long tasks(int bucket, boolean withUnseen) {
    return seen[bucket] + (withUnseen ? unseen[bucket] : 0);
  }

  private static long undrawn(long tasks, double weight) {
    return weight < LEAST_MEAN_WEIGHT * tasks ? tasks : 0;
  }
}
