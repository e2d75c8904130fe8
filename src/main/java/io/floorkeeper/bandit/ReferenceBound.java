package io.floorkeeper.bandit;

import java.util.OptionalDouble;

/** What a task costs at least, on average, on the reference arm. */
public sealed interface ReferenceBound permits HoldoutCost, ReferenceCost {

  /**
   * L, which is above the true mean with a probability of at most alpha; nothing where there are
   * too few samples to claim any.
   *
   * @param alpha in (0, 1)
   * @throws IllegalArgumentException if it is out of range
   */
  OptionalDouble lowerBoundUsd(double alpha);
}
