package io.floorkeeper.bandit;

import java.util.Objects;

/** What is believed of one arm: the quality it delivers and what an episode on it costs. */
public record ArmBelief(BetaPosterior quality, CostPosterior cost) {

  public ArmBelief {
    Objects.requireNonNull(quality, "quality");
    Objects.requireNonNull(cost, "cost");
  }
}
