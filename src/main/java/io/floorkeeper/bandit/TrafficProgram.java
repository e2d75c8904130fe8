package io.floorkeeper.bandit;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * The linear program of {@link TwoArmProgram} over several buckets at once, weighed by traffic: the
 * floor is the role's, so a bucket where quality is cheap may pay for one where it is dear.
 *
 * <pre>
 * argmin sum_b w_b sum_k pi_bk*c_bk    s.t.  sum_b w_b sum_k pi_bk*value_bk &gt;= level,  sum_k pi_bk = 1
 * </pre>
 *
 * <p>It is the continuous multiple-choice knapsack (Sinha and Zoltners, Operations Research 27,
 * 1979): every bucket starts with its cheapest arm, and the steps along the upper hulls of (cost,
 * value) are taken in the order of value per dollar until the level is reached; the last one in
 * part. So at most one bucket mixes two arms. Weights do not change the order of the steps.
 */
final class TrafficProgram {

  private TrafficProgram() {}

  /** Up from one arm of a bucket to the next of its hull. */
  private record Step(int bucket, int from, int to, double value, double cost) {
    double valuePerDollar() {
      return cost > 0 ? value / cost : Double.POSITIVE_INFINITY;
    }
  }

  /**
   * @param weight w, not negative
   * @param value by bucket and arm
   * @param cost by bucket and arm
   * @param allowed by arm
   * @return pi by bucket and arm, or null where no mixture reaches the level
   */
  static double[][] cheapest(
      double[] weight, double[][] value, double[][] cost, boolean[] allowed, double level) {
    double[][] pi = new double[weight.length][];
    List<Step> steps = new ArrayList<>();
    double reached = 0;
    for (int b = 0; b < weight.length; b++) {
      List<Integer> hull = hull(value[b], cost[b], allowed);
      int first = hull.get(0);
      pi[b] = new double[value[b].length];
      pi[b][first] = 1;
      reached += weight[b] * value[b][first];
      for (int i = 1; i < hull.size(); i++) {
        int from = hull.get(i - 1);
        int to = hull.get(i);
        steps.add(
            new Step(b, from, to, value[b][to] - value[b][from], cost[b][to] - cost[b][from]));
      }
    }
    // A stable sort: the steps of one bucket stay in their order where they are as steep.
    steps.sort(Comparator.comparingDouble(Step::valuePerDollar).reversed());
    for (Step step : steps) {
      double gain = weight[step.bucket] * step.value;
      if (reached >= level) {
        break;
      }
      double share = gain > 0 ? Math.min(1, (level - reached) / gain) : 1;
      pi[step.bucket][step.from] = 1 - share;
      pi[step.bucket][step.to] = share;
      reached += share * gain;
    }
    return reached >= level - 1e-12 ? pi : null;
  }

  /** The arms that are the best for some price of value, cheapest first. */
  private static List<Integer> hull(double[] value, double[] cost, boolean[] allowed) {
    List<Integer> hull = new ArrayList<>();
    int at = -1;
    for (int k = 0; k < value.length; k++) {
      boolean cheaper = at < 0 || cost[k] < cost[at] || cost[k] == cost[at] && value[k] > value[at];
      at = allowed[k] && cheaper ? k : at;
    }
    while (at >= 0) {
      hull.add(at);
      int next = -1;
      double steepest = 0;
      for (int k = 0; k < value.length; k++) {
        if (allowed[k] && value[k] > value[at]) {
          double slope = (value[k] - value[at]) / (cost[k] - cost[at]);
          // Along one line the nearest point comes first, and the others after it.
          if (slope > steepest || slope == steepest && next >= 0 && value[k] < value[next]) {
            steepest = slope;
            next = k;
          }
        }
      }
      at = next;
    }
    return hull;
  }
}
