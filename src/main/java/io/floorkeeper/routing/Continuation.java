package io.floorkeeper.routing;

import io.floorkeeper.ledger.DecisionId;
import io.floorkeeper.ledger.InvalidDecisionIdException;
import io.floorkeeper.platform.Caller;
import io.floorkeeper.platform.Problem;
import io.floorkeeper.policy.EscalationLadder;

/**
 * The task that a request goes on with. Pure.
 *
 * @param idLifeMillis an id older than this continues nothing
 */
record Continuation(long idLifeMillis) {

  /**
   * The id under which the verified task behind {@code continues} goes on; null where it has
   * expired, no one can check it any more, or it names no arm: before the database has numbered
   * them all arms are 0.
   */
  DecisionId root(
      RouteRequest request, Caller caller, AllocationSnapshot snapshot, long nowMillis) {
    try {
      DecisionId root = snapshot.keys().continued(request.continues(), DecisionId.STICKY);
      if (root.tenantNo() != caller.tenantNo()) {
        throw Problem.BadRequest.field(
            "wrong_tenant", "continues", "is a decision of another tenant than the caller's");
      }
      boolean expired = nowMillis - root.epochMillis() > idLifeMillis;
      return root.armNo() == 0 || expired ? null : root;
    } catch (InvalidDecisionIdException e) {
      if (e.why() == InvalidDecisionIdException.Why.UNSTORED_KEY) {
        return null;
      }
      throw Problem.BadRequest.field("invalid_decision_id", "continues", e.getMessage());
    }
  }

  /**
   * The candidate that the task is at; -1: it is none any more.
   *
   * @throws Problem.BadRequest where it is a task of another role
   */
  static int candidate(RoleRoutes routes, DecisionId root, AllocationSnapshot snapshot) {
    if (root.roleNo() != routes.roleNo()) {
      if (root.policyVersion() != snapshot.published().version()) {
        return -1; // under another policy another role answered for this one
      }
      throw Problem.BadRequest.field(
          "wrong_role", "continues", "is a decision for another role than this request's");
    }
    int start = routes.candidate(root.armNo());
    if (start < 0 || root.rung() == 0) {
      return start;
    }
    // An escalated task goes on where it has climbed to, and not where it started.
    return EscalationLadder.above(routes.arms().get(start).arm(), routes.policy())
        .rung(root.rung())
        .map(routes::candidate)
        .orElse(-1);
  }
}
