package io.floorkeeper.routing;

import java.util.Locale;

/** How far a role's learning is, in the one word that answers and reports use. */
final class Learnings {
  private Learnings() {}

  /**
   * {@code off}, {@code shadow}, {@code learn}, or {@code gathering}: learning waits for traces.
   */
  static String of(RoleRoutes routes) {
    if (routes.learning() || routes.shadow()) {
      return routes.policy().learning().name().toLowerCase(Locale.ROOT);
    }
    boolean wouldLearn =
        routes.policy().strategy() == io.floorkeeper.policy.RolePolicy.Strategy.LEARN
            && routes.policy().learning() != io.floorkeeper.policy.RolePolicy.Learning.OFF;
    return wouldLearn ? "gathering" : "off";
  }
}
