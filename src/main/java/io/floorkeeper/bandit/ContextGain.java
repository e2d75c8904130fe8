package io.floorkeeper.bandit;

import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/**
 * What routing by cell is predicted to save over routing by role, at the same floor.
 *
 * <p>Qualities are drawn from their posteriors; for each draw, what the policy would do if the draw
 * were the truth is priced on both sides:
 *
 * <pre>
 * by cell:  per_arm  C = sum_b w_b * min {c_bk : q_bk &gt;= f_b, k not refuted in b or the strongest}
 *           role     C = min sum_b w_b sum_k pi_bk*c_bk  s.t. sum_b w_b sum_k pi_bk*q_bk &gt;= sum_b w_b*f_b
 * by role:           C = min sum_k pi_k*c_k  s.t. sum_k pi_k*q_k &gt;= g
 *           with q_k = sum_b w_b*q_bk, c_k = sum_b w_b*c_bk
 *           g = sum_b w_b*f_b;  per_arm: no less than what is delivered by cell
 * gain      C(by role) - C(by cell), dollars per call
 * f_b = f, or r*q_b,ref;   a floor that no arm of a cell reaches is .98 of its strongest there
 * </pre>
 *
 * <p>Why g. Under a floor per arm every choice answers to the floor, so routing by cell holds it in
 * every context, and routing by role on average only: the dearer one would seem to lose. What the
 * floor in every context is worth is what the role, were it to deliver as much, would have to pay.
 *
 * <p>So what is not known counts for the gain and against it, as in the allocations themselves.
 * Draws are normal with the posterior's mean and standard deviation, cut to [0, 1]: enough for a
 * prediction, and a thousand times cheaper than betas. Their seed is fixed: equal evidence gives
 * equal figures.
 *
 * @param roleUsd C(by role), mean over the draws, dollars per call
 * @param gainUsd mean of the gain; {@code lowUsd}, {@code highUsd} its 10 % and 90 % quantiles
 * @param qualityGain by how much the quality delivered by cell exceeds the floor g of the role
 */
public record ContextGain(
    double roleUsd, double gainUsd, double lowUsd, double highUsd, double qualityGain) {

  private static final int DRAWS = 256;
  private static final long SEED = 0x636F6E74657874L;
  private static final double TAIL = .10;
  private static final double[] ONE = {1};

  /** A price and what it buys. */
  private record Choice(double costUsd, double quality) {}

  /**
   * @param cells by cell, the arms in tier order, the last the strongest
   * @param weight the cells' shares of the traffic, sum 1
   * @param settings their scope and fallback count
   */
  public static ContextGain predicted(
      List<List<ArmBelief>> cells, double[] weight, Floor floor, AllocationSettings settings) {
    int n = cells.size();
    int arms = cells.get(0).size();
    double[][] cost = new double[n][];
    double[] roleCost = new double[arms];
    for (int b = 0; b < n; b++) {
      cost[b] = cells.get(b).stream().mapToDouble(a -> a.cost().meanUsd()).toArray();
      for (int k = 0; k < arms; k++) {
        roleCost[k] += weight[b] * cost[b][k];
      }
    }
    boolean[][] usable = usable(cells, floor, settings);
    SplittableRandom random = new SplittableRandom(SEED);
    double[] gains = new double[DRAWS];
    double roleUsd = 0;
    double gainUsd = 0;
    double qualityGain = 0;
    for (int i = 0; i < DRAWS; i++) {
      double[][] quality = new double[n][arms];
      double[] roleQuality = new double[arms];
      for (int b = 0; b < n; b++) {
        for (int k = 0; k < arms; k++) {
          quality[b][k] = drawn(cells.get(b).get(k).quality(), random.nextGaussian());
          roleQuality[k] += weight[b] * quality[b][k];
        }
      }
      Choice byCell =
          settings.scope() == FloorScope.ROLE
              ? mixture(weight, quality, cost, level(weight, quality, floor), settings)
              : fixed(weight, quality, cost, usable, floor, settings);
      double level = floor(roleQuality, floor);
      if (settings.scope() == FloorScope.PER_ARM) {
        level = Math.max(level, byCell.quality);
      }
      Choice byRole =
          mixture(ONE, new double[][] {roleQuality}, new double[][] {roleCost}, level, settings);
      gains[i] = byRole.costUsd - byCell.costUsd;
      roleUsd += byRole.costUsd / DRAWS;
      gainUsd += gains[i] / DRAWS;
      qualityGain += (byCell.quality - byRole.quality) / DRAWS;
    }
    Arrays.sort(gains);
    return new ContextGain(
        roleUsd,
        gainUsd,
        gains[(int) (TAIL * DRAWS)],
        gains[(int) ((1 - TAIL) * DRAWS)],
        qualityGain);
  }

  private static double drawn(BetaPosterior q, double z) {
    return Math.max(0, Math.min(1, q.mean() + z * Math.sqrt(q.variance())));
  }

  private static double level(double[] weight, double[][] quality, Floor floor) {
    double level = 0;
    for (int b = 0; b < weight.length; b++) {
      level += weight[b] * floor(quality[b], floor);
    }
    return level;
  }

  private static double floor(double[] quality, Floor floor) {
    return floor.kind() == Floor.Kind.ABSOLUTE
        ? floor.value()
        : floor.value() * quality[quality.length - 1];
  }

  /**
   * What the evidence has refuted in a cell is not used there, however well a draw speaks of it.
   */
  private static boolean[][] usable(
      List<List<ArmBelief>> cells, Floor floor, AllocationSettings settings) {
    boolean[][] usable = new boolean[cells.size()][];
    for (int b = 0; b < usable.length; b++) {
      List<ArmBelief> arms = cells.get(b);
      ArmBounds bounds =
          floor.kind() == Floor.Kind.ABSOLUTE
              ? ArmBounds.absolute(arms, floor.value(), settings.delta())
              : ArmBounds.relative(arms, floor.value(), settings.delta());
      if (bounds.allRefuted()) {
        bounds = ArmBounds.relative(arms, settings.fallbackRelativeFloor(), settings.delta());
      }
      usable[b] = new boolean[arms.size()];
      for (int k = 0; k < arms.size(); k++) {
        usable[b][k] = k == arms.size() - 1 || !bounds.refuted(k);
      }
    }
    return usable;
  }

  private static Choice fixed(
      double[] weight,
      double[][] quality,
      double[][] cost,
      boolean[][] usable,
      Floor floor,
      AllocationSettings settings) {
    double usd = 0;
    double delivered = 0;
    for (int b = 0; b < weight.length; b++) {
      int k = cheapest(quality[b], cost[b], usable[b], floor(quality[b], floor));
      if (k < 0) {
        double least = settings.fallbackRelativeFloor() * quality[b][quality[b].length - 1];
        k = cheapest(quality[b], cost[b], usable[b], least);
      }
      usd += weight[b] * cost[b][k];
      delivered += weight[b] * quality[b][k];
    }
    return new Choice(usd, delivered);
  }

  private static int cheapest(double[] quality, double[] cost, boolean[] usable, double floor) {
    int cheapest = -1;
    for (int k = 0; k < quality.length; k++) {
      if (usable[k] && quality[k] >= floor && (cheapest < 0 || cost[k] < cost[cheapest])) {
        cheapest = k;
      }
    }
    return cheapest;
  }

  private static Choice mixture(
      double[] weight,
      double[][] quality,
      double[][] cost,
      double level,
      AllocationSettings settings) {
    boolean[] allowed = new boolean[quality[0].length];
    Arrays.fill(allowed, true);
    double reference = 0;
    for (int b = 0; b < weight.length; b++) {
      reference += weight[b] * quality[b][allowed.length - 1];
    }
    double[][] pi = TrafficProgram.cheapest(weight, quality, cost, allowed, level);
    if (pi == null) {
      pi =
          TrafficProgram.cheapest(
              weight, quality, cost, allowed, settings.fallbackRelativeFloor() * reference);
    }
    double usd = 0;
    double delivered = 0;
    for (int b = 0; b < weight.length; b++) {
      usd += weight[b] * FloorAllocation.dot(pi[b], cost[b]);
      delivered += weight[b] * FloorAllocation.dot(pi[b], quality[b]);
    }
    return new Choice(usd, delivered);
  }
}
