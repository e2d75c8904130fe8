package io.floorkeeper.simulate;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.apache.commons.rng.UniformRandomProvider;
import org.apache.commons.rng.sampling.distribution.ZigguratSampler;
import org.apache.commons.rng.simple.RandomSource;

/**
 * Random problems to judge rules on: three scenarios are too few to tune on.
 *
 * <ul>
 *   <li>K = 2 to 5 tiers, all equally likely
 *   <li>the cheapest call costs $.0005; each further tier 2 to 15 times the one below, log-uniform
 *   <li>true means uniform on [.60, .99], sorted; drawn again until the strongest clears .90 where
 *       the floor is absolute
 *   <li>prior means: the true ones with an error of standard deviation .05, sorted, within [.05,
 *       .98]
 *   <li>floor absolute .90 or relative .95, each in half of the problems
 *   <li>in half of them one tier below the strongest jumps once, in the middle half of the run, to
 *       a mean uniform between .60 and the strongest's
 *   <li>labels: 30 % at random, boosted, late by 10 snapshots on average, 60 at most; on short
 *       streams (2,000 calls or fewer) all are labelled at once, and a snapshot is published every
 *       call
 * </ul>
 */
final class ProblemGenerator {
  private static final double CHEAPEST_USD = .0005;
  private static final int SHORT_CALLS = 2_000;

  private ProblemGenerator() {}

  /**
   * Problem number {@code index} of the series.
   *
   * @param fewest calls of a run, inclusive
   * @param most calls of a run, inclusive
   */
  static Scenario problem(long series, int index, int fewest, int most) {
    UniformRandomProvider random = RandomSource.L64_X128_MIX.create(series * 1_000_003L + index);
    ZigguratSampler.NormalizedGaussian gaussian = ZigguratSampler.NormalizedGaussian.of(random);
    int calls = fewest + random.nextInt(most - fewest + 1);
    int k = 2 + random.nextInt(4);
    boolean absolute = random.nextBoolean();
    double[] means = new double[k];
    do {
      for (int i = 0; i < k; i++) {
        means[i] = uniform(random, .60, .99);
      }
      Arrays.sort(means);
    } while (absolute && means[k - 1] < .90);
    double[] priors = new double[k];
    for (int i = 0; i < k; i++) {
      priors[i] = Math.max(.05, Math.min(.98, means[i] + .05 * gaussian.sample()));
    }
    Arrays.sort(priors);
    List<Scenario.Tier> tiers = new ArrayList<>();
    double costUsd = CHEAPEST_USD;
    for (int i = 0; i < k; i++) {
      tiers.add(new Scenario.Tier("tier-" + i, means[i], costUsd, 0, priors[i], 0));
      costUsd *= Math.exp(uniform(random, Math.log(2), Math.log(15)));
    }
    List<Scenario.Event> events = new ArrayList<>();
    if (random.nextBoolean()) {
      int at = calls / 4 + random.nextInt(Math.max(1, calls / 2));
      String tier = "tier-" + random.nextInt(k - 1);
      events.add(
          new Scenario.Event(at, tier, null, uniform(random, .60, means[k - 1]), null, null));
    }
    boolean isShort = most <= SHORT_CALLS;
    return new Scenario(
        "problem " + series + "/" + index,
        null,
        calls,
        absolute ? new Scenario.Floor(.90, null) : new Scenario.Floor(null, .95),
        tiers,
        Map.of(),
        Map.of(),
        events,
        isShort
            ? new Scenario.Labels(1, null, null, null, false, 0, 0)
            : new Scenario.Labels(.30, null, null, null, false, 10, 60),
        isShort ? 1 : 50);
  }

  private static double uniform(UniformRandomProvider random, double low, double high) {
    return low + (high - low) * random.nextDouble();
  }
}
