package io.floorkeeper.routing;

import io.floorkeeper.bandit.Allocation;
import io.floorkeeper.bandit.FloorSolution;
import io.floorkeeper.policy.RolePolicy;
import java.util.Set;
import org.apache.commons.rng.UniformRandomProvider;

/**
 * What a shadowed role's drawn share is drawn over.
 *
 * <pre>
 * d[k] = 1/2 * p_bandit[k] + 1/2 * 1{k in U}/|U|         U: the eligible arms less the refuted and the demoted, and the strongest
 * p[k] = (1 - s) * p_rules[k] + s * d[k]                 s: the share
 * </pre>
 *
 * <p>The bandit's own half keeps every weight p_bandit/p at or below 2/s, whatever the bandit does,
 * and spends where it would spend; where it agrees with the rules it costs nothing. The even half
 * lets the bandit learn of arms that it has no opinion of, and gives later allocations something to
 * be judged by. What the evidence refutes is not in it: a floor binds exploration too, but for what
 * the bandit explores itself.
 */
final class ShadowMix {
  /** Salts of the draws by session, as the router has. */
  private static final long SHARE_SALT = 0x66_6C_6F_6F_72_03L;

  private static final long ARM_SALT = 0x66_6C_6F_6F_72_04L;

  private ShadowMix() {}

  static double[] of(FloorSolution solution, Set<Integer> demoted) {
    double[] d = solution.propensities();
    boolean[] even = new boolean[d.length];
    int count = 0;
    for (int k = 0; k < d.length; k++) {
      even[k] = k == d.length - 1 || !solution.refuted(k) && !demoted.contains(k);
      count += even[k] ? 1 : 0;
    }
    for (int k = 0; k < d.length; k++) {
      d[k] = d[k] / 2 + (even[k] ? .5 / count : 0);
    }
    return d;
  }

  /** Whether the request is one of the share. */
  static boolean draws(RouteRequest request, RolePolicy policy, UniformRandomProvider random) {
    return Draws.uniform(request, policy, SHARE_SALT, random) < policy.shadowShare();
  }

  /** The position that such a request gets. */
  static int draw(
      RouteRequest request,
      RoleRoutes routes,
      MaskAllocation allocation,
      UniformRandomProvider random) {
    Allocation draws = allocation.shadowDraws();
    return request.sessionId() == null
        ? draws.draw(random)
        : draws.drawBySession(Draws.uniform(request, routes.policy(), ARM_SALT, random));
  }

  /**
   * p of a candidate over all that the gates could have left, as {@link RoleGates#propensity}.
   *
   * @param eligible before any gate
   * @param rulesTier the tier that the rules gave the request
   * @throws NullPointerException where {@link RoleGates#lacksAllocation}
   */
  static double propensity(
      RoleRoutes routes, RoleGates gates, long eligible, int rulesTier, int candidate) {
    double p = 0;
    for (int i = 0; i < gates.outcomes(); i++) {
      long mask = gates.outcome(i, eligible);
      if ((mask & 1L << candidate) != 0) {
        double given =
            Long.bitCount(mask) == 1
                ? 1
                : propensity(routes, routes.allocation(mask), rulesTier, candidate);
        p += gates.probability(i) * given;
      }
    }
    return Math.min(1, p);
  }

  /**
   * p of a candidate that the allocation has, given its mask.
   *
   * @param rulesTier the tier that the rules gave the request
   */
  static double propensity(
      RoleRoutes routes, MaskAllocation allocation, int rulesTier, int candidate) {
    double share = routes.shadow() ? routes.policy().shadowShare() : 0;
    return (1 - share) * TierPool.probability(routes, rulesTier, allocation.mask(), candidate)
        + share * allocation.shadowDraws().propensity(allocation.positionOf(candidate));
  }
}
