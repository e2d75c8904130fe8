package io.floorkeeper.bandit;

import java.util.Objects;

/**
 * What is believed of one arm: the quality it delivers and what an episode on it costs.
 *
 * @param calls the episodes that it started, as they count today; not negative
 * @param bookedCalls those of them that are recent enough for the {@link FloorLedger}
 */
public record ArmBelief(
    BetaPosterior quality, CostPosterior cost, double calls, double bookedCalls) {

  public ArmBelief {
    Objects.requireNonNull(quality, "quality");
    Objects.requireNonNull(cost, "cost");
    requireCount("calls", calls);
    requireCount("bookedCalls", bookedCalls);
  }

  /** Of an arm that was never called. */
  public ArmBelief(BetaPosterior quality, CostPosterior cost) {
    this(quality, cost, 0, 0);
  }

  private static void requireCount(String name, double value) {
    if (!(value >= 0 && value < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException(name + " must be finite and not negative: " + value);
    }
  }
}
