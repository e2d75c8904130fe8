package io.floorkeeper.routing;

import io.floorkeeper.policy.RolePolicy;
import io.floorkeeper.posterior.ArmStanding;
import io.floorkeeper.posterior.RaisedAlarm;
import java.util.List;

/**
 * All that routing needs of one role, computed off the hot path. Immutable.
 *
 * @param calls routed calls of the role that the evidence behind it holds
 * @param allocations the common mask's first, then those that requests asked for
 * @param standings of arms that an alarm was about
 * @param alarms the role's latest, newest first
 * @param learning whether the bandit answers: the strategy learns, learning is on, and the role has
 *     gathered the traces that the policy asks for
 */
record RoleRoutes(
    int roleNo,
    RolePolicy policy,
    List<ArmView> arms,
    long calls,
    long epoch,
    int block,
    int labelCode,
    boolean cold,
    boolean learning,
    boolean shadow,
    List<ArmStanding> standings,
    List<RaisedAlarm> alarms,
    List<MaskAllocation> allocations) {

  long fullMask() {
    return arms.size() == Long.SIZE ? -1L : (1L << arms.size()) - 1;
  }

  /** The allocation for exactly this mask, or null. */
  MaskAllocation allocation(long mask) {
    for (int i = 0; i < allocations.size(); i++) {
      MaskAllocation allocation = allocations.get(i);
      if (allocation.mask() == mask) {
        return allocation;
      }
    }
    return null;
  }
}
