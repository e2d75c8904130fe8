package io.floorkeeper.routing;

import io.floorkeeper.policy.RolePolicy;
import java.util.List;

/**
 * Whether a role has shown enough for learning to take over from its preset: traces that are
 * attributed to its decisions, and both axes armed. Quality is armed by a floor and at least one
 * label; cost by a known cost of every candidate: what is not priced cannot be saved on.
 *
 * <p>A policy that asks for no traces has no gate: it learns from its priors on.
 *
 * @param traces attributed calls so far
 */
record Graduation(long traces, int minTraces, boolean qualityArmed, boolean costArmed) {

  static Graduation of(RolePolicy policy, List<ArmView> arms, long traces) {
    return new Graduation(
        traces,
        policy.graduationMinTraces(),
        policy.floor().isPresent() && arms.stream().anyMatch(arm -> arm.labels() > 0),
        arms.stream().allMatch(ArmView::costKnown));
  }

  boolean isPassed() {
    return minTraces == 0 || traces >= minTraces && qualityArmed && costArmed;
  }
}
