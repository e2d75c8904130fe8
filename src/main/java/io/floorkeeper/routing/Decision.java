package io.floorkeeper.routing;

import io.floorkeeper.ledger.DecisionId;
import io.floorkeeper.ledger.ShadowOdds;
import java.util.ArrayList;
import java.util.List;

/**
 * What the router decided, before anybody is told.
 *
 * @param candidate index among the role's candidates
 * @param allocation that it was drawn from, or null where nothing was drawn
 * @param shadowed the arms that were eligible before any gate, where the bandit would have drawn
 *     and does not answer yet; 0: nothing was shadowed
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
    long shadowed,
    int shadowCandidate,
    double shadowPropensity,
    int rulesTier,
    CeilingVerdict ceiling,
    long unseen,
    DecisionId id,
    String decisionId,
    long decidedAtMillis) {

  boolean isShadowed() {
    return shadowed != 0;
  }

  /** Of a shadowed task, the arms that the gates could have left. */
  long shadowMask() {
    return gates().union(shadowed);
  }

  /**
   * The probability that the rules give a candidate of a shadowed task: like all of these, over
   * everything that the gates could have left.
   */
  double rulesPropensity(int itsCandidate) {
    return gates().ofTier(routes, rulesTier, shadowed, itsCandidate);
  }

  /** That which the bandit would give it, holdout and control included. */
  double banditPropensity(int itsCandidate) {
    return gates().propensity(routes, shadowed, itsCandidate);
  }

  /** That with which it is served: the rules', but for the share that is drawn. */
  double servedPropensity(int itsCandidate) {
    return ShadowMix.propensity(routes, gates(), shadowed, rulesTier, itsCandidate);
  }

  /** What a report on the bandit needs of a shadowed task; null of others. */
  ShadowOdds shadowOdds() {
    if (!isShadowed()) {
      return null;
    }
    List<ShadowOdds.Arm> arms = new ArrayList<>();
    for (long rest = shadowMask(); rest != 0; rest &= rest - 1) {
      int k = Long.numberOfTrailingZeros(rest);
      arms.add(
          new ShadowOdds.Arm(
              routes.arms().get(k).arm().key(),
              rulesPropensity(k),
              banditPropensity(k),
              servedPropensity(k)));
    }
    return new ShadowOdds(banditPropensity(candidate), arms);
  }

  private RoleGates gates() {
    return snapshot.gates(routes);
  }

  boolean unseenMask() {
    return unseen != 0;
  }

  ArmView arm() {
    return routes.arms().get(candidate);
  }
}
