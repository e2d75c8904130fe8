package io.floorkeeper.routing;

import io.floorkeeper.bandit.ArmBelief;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.Objects;

/**
 * What answers say of an arm, rounded for readers; computed when the first of them asks. A snapshot
 * holds many more arms than are answered while it is in force, and its four quantiles and the
 * decimal rounding cost as much as the arm's part of the allocation.
 */
final class ArmEstimate {
  /** Figures that people read need no more. */
  private static final MathContext READABLE = new MathContext(4);

  private final ArmBelief belief;
  private final double labels;
  private final boolean costKnown;
  private final double delta;

  /**
   * Not volatile, on purpose: all fields of the value are final, so who sees it sees all of it, and
   * threads that do not see it yet compute an equal one.
   */
  private RouteAnswer.Estimate told;

  /**
   * @param delta of either one-sided bound
   */
  ArmEstimate(ArmBelief belief, double labels, boolean costKnown, double delta) {
    this.belief = belief;
    this.labels = labels;
    this.costKnown = costKnown;
    this.delta = delta;
  }

  RouteAnswer.Estimate told() {
    RouteAnswer.Estimate known = told;
    if (known == null) {
      known =
          new RouteAnswer.Estimate(
              readable(belief.quality().mean()),
              readable(belief.quality().quantile(delta)),
              readable(belief.quality().quantile(1 - delta)),
              readable(labels),
              costKnown ? readable(belief.cost().meanUsd()) : null,
              costKnown ? readable(belief.cost().quantile(delta)) : null,
              costKnown ? readable(belief.cost().quantile(1 - delta)) : null);
      told = known;
    }
    return known;
  }

  /** Equal where what it is computed from is: asked or not yet asked makes no difference. */
  @Override
  public boolean equals(Object other) {
    return other instanceof ArmEstimate o
        && belief.equals(o.belief)
        && Double.compare(labels, o.labels) == 0
        && costKnown == o.costKnown
        && Double.compare(delta, o.delta) == 0;
  }

  @Override
  public int hashCode() {
    return Objects.hash(belief, labels, costKnown, delta);
  }

  private static double readable(double value) {
    return new BigDecimal(value).round(READABLE).doubleValue();
  }
}
