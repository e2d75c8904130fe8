package io.floorkeeper.routing;

import io.floorkeeper.bandit.Allocation;
import io.floorkeeper.bandit.FloorSolution;
import io.floorkeeper.ledger.DecisionId;
import io.floorkeeper.policy.RolePolicy;
import org.apache.commons.rng.UniformRandomProvider;

/** The draws of a first decision, by chance or by session. Allocates nothing. */
final class Draws {
  /** Salts of the draws by session: each draw has a uniform of its own. */
  private static final long ARM_SALT = 0x66_6C_6F_6F_72_01L;

  private static final long SHARE_SALT = 0x66_6C_6F_6F_72_02L;

  private Draws() {}

  /** Whose share of the traffic the request falls into: HOLDOUT, CONTROL, or 0, the bandit's. */
  static int share(
      RouteRequest request,
      RoleRoutes routes,
      MaskAllocation allocation,
      UniformRandomProvider random) {
    RolePolicy policy = routes.policy();
    FloorSolution solution = allocation.solution(); // the shares that its propensities say
    double share = uniform(request, policy, SHARE_SALT, random);
    if (share < solution.holdoutShare()) {
      return DecisionId.HOLDOUT;
    }
    // Where the preset is not eligible the share of control is 0.
    return share < solution.holdoutShare() + solution.controlShare() ? DecisionId.CONTROL : 0;
  }

  static int position(
      int share,
      RouteRequest request,
      RoleRoutes routes,
      MaskAllocation allocation,
      UniformRandomProvider random) {
    if (share == DecisionId.HOLDOUT) {
      return allocation.candidates().size() - 1;
    }
    if (share == DecisionId.CONTROL) {
      return allocation.positionOf(routes.policy().presetIndex());
    }
    return request.sessionId() == null
        ? allocation.draws().draw(random)
        : allocation.draws().drawBySession(uniform(request, routes.policy(), ARM_SALT, random));
  }

  static double uniform(
      RouteRequest request, RolePolicy policy, long salt, UniformRandomProvider random) {
    return request.sessionId() == null
        ? random.nextDouble()
        : Allocation.uniform(request.sessionId(), policy.name(), salt);
  }

  static Reason drawn(int share, RoleRoutes routes, boolean stale) {
    return switch (share) {
      case DecisionId.HOLDOUT -> Reason.HOLDOUT;
      case DecisionId.CONTROL -> Reason.CONTROL;
      default -> stale ? Reason.STALE : routes.cold() ? Reason.COLD_START : Reason.SAMPLED;
    };
  }

  static boolean wantsLabels(RoleRoutes routes, MaskAllocation drawnFrom, int candidate) {
    MaskAllocation allocation = drawnFrom != null ? drawnFrom : routes.allocations().get(0);
    int position = allocation.positionOf(candidate);
    return position < 0 || allocation.wantsLabels(position);
  }
}
