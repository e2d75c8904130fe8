package io.floorkeeper.routing;

import io.floorkeeper.ledger.DecisionId;
import java.util.List;

/**
 * What the router decided, before anybody is told.
 *
 * @param candidate index among the role's candidates
 * @param allocation that it was drawn from, or null where nothing was drawn
 * @param shadow the allocation that the bandit would have drawn from where it does not answer yet,
 *     or null
 * @param shadowCandidate what it would have drawn, or -1
 * @param rulesTier the tier that the rules gave a shadowed task, whether it was served or not, or
 *     -1
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
    MaskAllocation shadow,
    int shadowCandidate,
    double shadowPropensity,
    int rulesTier,
    CeilingVerdict ceiling,
    long unseen,
    DecisionId id,
    String decisionId,
    long decidedAtMillis) {

  /** The probability that the rules give a candidate of a shadowed task. */
  double rulesPropensity(int itsCandidate) {
    return TierPool.probability(routes, rulesTier, mask, itsCandidate);
  }

  /** That with which it is served, of this mask: the rules', but for the share that is drawn. */
  double servedPropensity(int itsCandidate) {
    return ShadowMix.propensity(routes, shadow, rulesTier, itsCandidate);
  }

  boolean unseenMask() {
    return unseen != 0;
  }

  ArmView arm() {
    return routes.arms().get(candidate);
  }
}
