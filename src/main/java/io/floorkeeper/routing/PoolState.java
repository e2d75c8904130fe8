package io.floorkeeper.routing;

import io.floorkeeper.policy.HealthRule;
import java.util.Map;

/**
 * How the models stand at one moment, as this replica sees it. Immutable.
 *
 * @param byModel those that were looked at; a model stands in one tier, so this is by arm as well
 * @param probeShare of the requests that a half open model would have got, in (0, 1]
 */
record PoolState(Map<String, Standing> byModel, double probeShare) {
  static final PoolState UNKNOWN = new PoolState(Map.of(), HealthRule.DEFAULT.probeShare());

  /**
   * One model.
   *
   * @param calls within the window (half open: since it is probed) that say something of it
   * @param p95LatencyMillis NaN without calls
   * @param admitShare of its requests that it takes; 1: all, or no capacity is given
   * @param callsPerMinute in the last minute, on all replicas, of callers without decisions too
   * @param utilisation calls per minute over capacity; NaN without a capacity
   */
  record Standing(
      ArmHealth health,
      long calls,
      long errors,
      double p95LatencyMillis,
      double admitShare,
      double callsPerMinute,
      double utilisation) {
    static final Standing UNKNOWN =
        new Standing(ArmHealth.WELL, 0, 0, Double.NaN, 1, 0, Double.NaN);
  }

  PoolState {
    byModel = Map.copyOf(byModel);
  }

  Standing standing(String model) {
    return byModel.getOrDefault(model, Standing.UNKNOWN);
  }

  /** Whether it leaves every request what {@code other} leaves it. */
  boolean gatesAlike(PoolState other) {
    return probeShare == other.probeShare
        && byModel.keySet().equals(other.byModel.keySet())
        && byModel.keySet().stream()
            .allMatch(
                model -> {
                  Standing one = standing(model);
                  Standing another = other.standing(model);
                  return one.health.state() == another.health.state()
                      && one.admitShare == another.admitShare;
                });
  }
}
