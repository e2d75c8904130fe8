package io.floorkeeper.routing;

import io.floorkeeper.policy.RolePolicy;

/** How far a role's learning is, in the one word that answers and reports use. */
final class Learnings {
  private Learnings() {}

  /**
   * {@code off}, {@code shadow}, {@code learn}, or {@code gathering}: learning waits for traces.
   */
  static String of(RoleRoutes routes) {
    RolePolicy policy = routes.policy();
    if (routes.learning()) {
      return "learn";
    }
    if (routes.shadow()) {
      return "shadow";
    }
    boolean wouldLearn =
        policy.strategy() == RolePolicy.Strategy.LEARN
            && policy.learning() != RolePolicy.Learning.OFF;
    return wouldLearn ? "gathering" : "off";
  }
}
