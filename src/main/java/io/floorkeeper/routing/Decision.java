package io.floorkeeper.routing;

import io.floorkeeper.ledger.DecisionId;
import java.util.List;

/**
 * What the router decided, before anybody is told.
 *
 * @param candidate index among the role's candidates
 * @param allocation that it was drawn from, or null where nothing was drawn
 * @param shadowCandidate what the bandit would have chosen where it does not answer yet, or -1
 * @param ceiling what spend ceilings had to do with it; null: nothing
 * @param unseen the eligible arms whose allocations the next snapshot should hold; 0: it has them
 */
record Decision(
    AllocationSnapshot snapshot,
    RoleRoutes routes,
    int candidate,
    Reason reason,
    double propensity,
    boolean evaluate,
    long mask,
    List<String> constraints,
    MaskAllocation allocation,
    int shadowCandidate,
    double shadowPropensity,
    CeilingVerdict ceiling,
    long unseen,
    DecisionId id,
    String decisionId,
    long decidedAtMillis) {

  boolean unseenMask() {
    return unseen != 0;
  }

  ArmView arm() {
    return routes.arms().get(candidate);
  }
}
