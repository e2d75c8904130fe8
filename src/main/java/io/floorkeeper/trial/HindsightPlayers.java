package io.floorkeeper.trial;

import io.floorkeeper.bandit.KnownMeansLimit;
import java.util.HashMap;
import java.util.Map;

/** What could be had by knowing: limits to set a learner against, and maps that never change. */
final class HindsightPlayers {
  /** Tasks of each role that an offline evaluation for a static map tries on every candidate. */
  static final int EVALUATED_TASKS = 20;

  private static final long EVALUATION_SALT = 0x5DEECE66DL;

  private HindsightPlayers() {}

  /** The same tier for all; counted from the cheapest, or from the strongest where negative. */
  static Player uniform(int tier) {
    return (draw, random) -> {
      int n = draw.candidates().length;
      return tier < 0 ? Math.max(0, n + tier) : Math.min(tier, n - 1);
    };
  }

  /** The one tier that is best over all of the world's tasks. */
  static Player bestSingle(World world) {
    double[] sums = new double[0];
    World.Run run = world.begin(0);
    while (run.hasNext()) {
      double[] means = run.next().meanQualities();
      if (means.length > sums.length) {
        sums = java.util.Arrays.copyOf(sums, means.length);
      }
      for (int k = 0; k < means.length; k++) {
        sums[k] += means[k];
      }
    }
    int best = 0;
    for (int k = 1; k < sums.length; k++) {
      best = sums[k] > sums[best] ? k : best;
    }
    return uniform(best);
  }

  /**
   * The map that a team makes once: every candidate is tried on some tasks of each role, the
   * cheapest that clears the floor is entered, and nobody looks again. The trying is not charged.
   */
  static Player staticMap(World world, long seed) {
    Map<String, double[]> quality = new HashMap<>();
    Map<String, double[]> cost = new HashMap<>();
    Map<String, Double> floors = new HashMap<>();
    Map<String, Integer> tasks = new HashMap<>();
    World.Run run = world.begin(seed ^ EVALUATION_SALT);
    while (run.hasNext()) {
      Draw draw = run.next();
      if (tasks.merge(draw.role(), 1, Integer::sum) > EVALUATED_TASKS) {
        if (tasks.values().stream().allMatch(n -> n >= EVALUATED_TASKS)
            && tasks.get(draw.role()) > 50 * EVALUATED_TASKS) {
          break; // a role that has not come by now is rare enough for its preset
        }
        continue;
      }
      int n = draw.candidates().length;
      double[] q = quality.computeIfAbsent(draw.role(), r -> new double[n]);
      double[] c = cost.computeIfAbsent(draw.role(), r -> new double[n]);
      for (int k = 0; k < n; k++) {
        q[k] += draw.candidates()[k].quality();
        c[k] += draw.candidates()[k].costUsd();
      }
      floors.put(draw.role(), draw.floor() / draw.strongest().meanQuality());
    }
    Map<String, Integer> map = new HashMap<>();
    quality.forEach(
        (role, sums) -> {
          int last = sums.length - 1;
          double[] c = cost.get(role);
          int chosen = last;
          for (int k = 0; k < last; k++) {
            if (sums[k] >= floors.get(role) * sums[last] && c[k] < c[chosen]) {
              chosen = k;
            }
          }
          map.put(role, chosen);
        });
    return (draw, random) -> map.getOrDefault(draw.role(), draw.candidates().length - 1);
  }

  /** The cheapest mixture whose true mean clears the floor. */
  static Player mixture() {
    return (draw, random) -> {
      KnownMeansLimit limit =
          KnownMeansLimit.mixture(draw.meanQualities(), draw.meanCostsUsd(), draw.floor());
      double u = random.nextDouble();
      int k = 0;
      for (; k < limit.shares().size() - 1; k++) {
        u -= limit.shares().get(k);
        if (u < 0) {
          break;
        }
      }
      return k;
    };
  }

  /** The cheapest arm whose true mean clears the floor. */
  static Player fixedArm() {
    return (draw, random) ->
        KnownMeansLimit.fixedArm(draw.meanQualities(), draw.meanCostsUsd(), draw.floor())
            .shares()
            .indexOf(1.0);
  }

  /** The cheapest of those that do best on this very task: no router can know it. */
  static Player perTask() {
    return (draw, random) -> perTask(draw);
  }

  private static int perTask(Draw draw) {
    int best = 0;
    for (int k = 1; k < draw.candidates().length; k++) {
      Draw.Candidate challenger = draw.candidates()[k];
      Draw.Candidate holder = draw.candidates()[best];
      if (challenger.quality() > holder.quality()
          || challenger.quality() == holder.quality() && challenger.costUsd() < holder.costUsd()) {
        best = k;
      }
    }
    return best;
  }
}
