package io.floorkeeper.routing;

import io.floorkeeper.bandit.ArmBelief;
import io.floorkeeper.policy.Arm;
import java.math.BigDecimal;
import java.math.MathContext;

/**
 * One candidate of a role as the snapshot knows it.
 *
 * @param labels effective number of labels behind the quality, 0: the prior alone
 * @param costKnown whether the cost stands on a price or on dollars; else it is the dearest
 *     candidate's, and nobody is told it as a figure
 * @param p95LatencyMillis NaN where no call was seen
 * @param estimate what an answer says of it, rounded for readers
 */
record ArmView(
    Arm arm,
    int armNo,
    ArmBelief belief,
    double labels,
    double dollarEpisodes,
    boolean costKnown,
    double p95LatencyMillis,
    RouteAnswer.Estimate estimate) {

  /** Figures that people read need no more. */
  private static final MathContext READABLE = new MathContext(4);

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
        new RouteAnswer.Estimate(
            readable(belief.quality().mean()),
            readable(belief.quality().quantile(delta)),
            readable(belief.quality().quantile(1 - delta)),
            readable(labels),
            costKnown ? readable(belief.cost().meanUsd()) : null,
            costKnown ? readable(belief.cost().quantile(delta)) : null,
            costKnown ? readable(belief.cost().quantile(1 - delta)) : null));
  }

  private static double readable(double value) {
    return new BigDecimal(value).round(READABLE).doubleValue();
  }
}
