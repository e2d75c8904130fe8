package io.floorkeeper.routing;

import io.floorkeeper.bandit.ArmBelief;
import io.floorkeeper.policy.Arm;

/**
 * One candidate of a role as the snapshot knows it.
 *
 * @param labels effective number of labels behind the quality, 0: the prior alone
 * @param costKnown whether the cost stands on a price or on dollars; else it is the dearest
 *     candidate's, and nobody is told it as a figure
 * @param p95LatencyMillis NaN where no call was seen
 * @param estimates of {@link #estimate}
 */
record ArmView(
    Arm arm,
    int armNo,
    ArmBelief belief,
    double labels,
    double dollarEpisodes,
    boolean costKnown,
    double p95LatencyMillis,
    ArmEstimate estimates) {

  /** With the bounds of its belief, one-sided at {@code delta} each. */
  static ArmView of(
      Arm arm,
      int armNo,
      ArmBelief belief,
      double labels,
      double dollarEpisodes,
      boolean costKnown,
      double p95LatencyMillis,
      double delta) {
    return new ArmView(
        arm,
        armNo,
        belief,
        labels,
        dollarEpisodes,
        costKnown,
        p95LatencyMillis,
        new ArmEstimate(belief, labels, costKnown, delta));
  }

  /** What an answer says of it. */
  RouteAnswer.Estimate estimate() {
    return estimates.told();
  }
}
