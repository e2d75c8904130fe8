package io.floorkeeper.routing;

import io.floorkeeper.bandit.Allocation;
import org.apache.commons.rng.UniformRandomProvider;

/**
 * The models behind a tier, where a tier is named and nothing is learned: a rule, a preset, a fixed
 * role. Pure; allocates nothing.
 *
 * <p>The eligible models of the tier share its requests by their weights; a weight of 0 counts only
 * where no other is left, and then those left share alike. Where the tier has none that is
 * eligible, the next stronger tier answers, else the strongest that has one.
 *
 * <p>One model is not drawn: it takes no random number. Of several the exact share is the
 * propensity, but the decision stays {@code NOT_DRAWN} for the estimators: they ask what any arm of
 * the role would have done, and the arms of other tiers had no chance in such a draw.
 */
final class TierPool {
  private static final long POOL_SALT = 0x66_6C_6F_6F_72_05L;

  private TierPool() {}

  /** The place among the policy's tiers of the role's preset. */
  static int presetTier(RoleRoutes routes) {
    int preset = routes.policy().presetIndex();
    return preset < 0 ? 0 : tier(routes, preset);
  }

  /**
   * The arm that answers for the tier: by chance, or of one session always the same as long as the
   * same arms are eligible.
   *
   * @param mask of the eligible, not 0
   */
  static int pick(
      RouteRequest request,
      RoleRoutes routes,
      int tierIndex,
      long mask,
      UniformRandomProvider random) {
    long members = members(routes, tierIndex, mask);
    if (Long.bitCount(members) == 1) {
      return Long.numberOfTrailingZeros(members);
    }
    double u =
        request.sessionId() == null
            ? random.nextDouble()
            : Allocation.uniform(request.sessionId(), routes.policy().name(), POOL_SALT);
    boolean weighted = sum(routes, members) > 0;
    double left = u * (weighted ? sum(routes, members) : Long.bitCount(members));
    int last = -1;
    for (long rest = members; rest != 0; rest &= rest - 1) {
      int k = Long.numberOfTrailingZeros(rest);
      double weight = weighted ? weight(routes, k) : 1;
      if (weight > 0) {
        last = k;
        left -= weight;
        if (left < 0) {
          return k;
        }
      }
    }
    return last; // rounding alone leads here
  }

  /** The probability that {@link #pick} answers with the candidate. */
  static double probability(RoleRoutes routes, int tierIndex, long mask, int candidate) {
    long members = members(routes, tierIndex, mask);
    if ((members & 1L << candidate) == 0) {
      return 0;
    }
    double sum = sum(routes, members);
    return sum > 0 ? weight(routes, candidate) / sum : 1. / Long.bitCount(members);
  }

  /** Whether the candidate may answer where the role's preset tier is asked. */
  static boolean isPreset(RoleRoutes routes, long mask, int candidate) {
    return answers(routes, presetTier(routes), mask, candidate);
  }

  /** Whether the candidate is of the tier that answers for this one. */
  static boolean answers(RoleRoutes routes, int tierIndex, long mask, int candidate) {
    return (members(routes, tierIndex, mask) & 1L << candidate) != 0;
  }

  private static long members(RoleRoutes routes, int tierIndex, long mask) {
    int answering = Long.SIZE - 1 - Long.numberOfLeadingZeros(mask);
    for (long rest = mask; rest != 0; rest &= rest - 1) {
      int k = Long.numberOfTrailingZeros(rest);
      if (tier(routes, k) >= tierIndex) {
        answering = k;
        break;
      }
    }
    long members = 0;
    for (long rest = mask; rest != 0; rest &= rest - 1) {
      int k = Long.numberOfTrailingZeros(rest);
      if (tier(routes, k) == tier(routes, answering)) {
        members |= 1L << k;
      }
    }
    return members;
  }

  private static int tier(RoleRoutes routes, int candidate) {
    return routes.arms().get(candidate).arm().tierIndex();
  }

  private static double weight(RoleRoutes routes, int candidate) {
    return routes.arms().get(candidate).arm().model().weight();
  }

  /** Of the weights; 0: all of them are. */
  private static double sum(RoleRoutes routes, long members) {
    double sum = 0;
    for (long rest = members; rest != 0; rest &= rest - 1) {
      sum += weight(routes, Long.numberOfTrailingZeros(rest));
    }
    return sum;
  }
}
