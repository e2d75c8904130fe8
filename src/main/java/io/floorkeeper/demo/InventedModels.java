package io.floorkeeper.demo;

import java.util.Map;
import java.util.random.RandomGenerator;

/**
 * How well each tier does each role of the demonstration: invented figures, which the service is
 * not told. Quality by tier, small to frontier; tokens are lognormal around the role's mean.
 */
final class InventedModels {

  private record Role(double small, double mid, double frontier, double input, double output) {}

  /** What a call came to. */
  record Outcome(boolean passed, long inputTokens, long outputTokens, long latencyMillis) {}

  private static final Map<String, Role> ROLES =
      Map.of(
          "planner", new Role(.66, .88, .96, 2_400, 700),
          "worker", new Role(.84, .955, .965, 1_800, 400),
          "file-ops", new Role(.985, .99, .99, 600, 80),
          "critic", new Role(.94, .95, .96, 2_000, 150));

  private static final Map<String, Double> MILLIS_PER_TOKEN =
      Map.of("small", 4.0, "mid", 9.0, "frontier", 16.0);

  private InventedModels() {}

  static Outcome call(String role, String tier, RandomGenerator random) {
    Role known = ROLES.get(role);
    double quality =
        switch (tier) {
          case "small" -> known.small;
          case "mid" -> known.mid;
          default -> known.frontier;
        };
    long output = lognormal(known.output, random);
    return new Outcome(
        random.nextDouble() < quality,
        lognormal(known.input, random),
        output,
        200 + Math.round(output * MILLIS_PER_TOKEN.getOrDefault(tier, 12.0)));
  }

  private static long lognormal(double mean, RandomGenerator random) {
    double sigma = .5;
    return Math.max(
        1, Math.round(mean * Math.exp(sigma * random.nextGaussian() - sigma * sigma / 2)));
  }
}
