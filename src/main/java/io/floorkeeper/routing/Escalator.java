package io.floorkeeper.routing;

import io.floorkeeper.ledger.DecisionId;
import io.floorkeeper.ledger.InvalidDecisionIdException;
import io.floorkeeper.platform.Caller;
import io.floorkeeper.platform.Problem;
import java.util.List;

/**
 * A failed check + snapshot -> the next rung, or none. Pure, and without memory: how far a task has
 * climbed stands in its id, so whoever asks twice gets the same id, and since every id is of a
 * higher rung than the one before a task ends after as many steps as its ladder has tiers.
 */
final class Escalator {
  private final long idLifeMillis;

  /**
   * @param idLifeMillis an id older than this goes on nowhere
   */
  Escalator(long idLifeMillis) {
    this.idLifeMillis = idLifeMillis;
  }

  /**
   * The next rung.
   *
   * @param request validated
   * @param caller whose tenant and data class pins match
   * @throws Problem.BadRequest where {@code decision_id} is none of this installation, or of
   *     another tenant or role
   * @throws Problem.Unprocessable where it has expired or nobody can tell its arm, the check is not
   *     the role's, or a pin cannot be met
   * @throws Problem.NotFound where its role is no more and there is no default
   */
  Escalation escalate(
      EscalateRequest request, Caller caller, AllocationSnapshot snapshot, long nowMillis) {
    DecisionId id = verified(request.decisionId(), caller, snapshot, nowMillis);
    RoleRoutes role = role(request, id, snapshot);
    FailedCheck check = FailedCheck.of(request, role.policy());
    RoleRoutes routes = role.ofBucket(id.bucket());
    ClimbLimits limits =
        ClimbLimits.of(
            request.asRoute(request.role() == null ? role.policy().name() : request.role()),
            caller,
            routes,
            snapshot,
            id,
            nowMillis);
    Climb climb = Climb.of(id, routes, limits, snapshot.published());
    if (check.hasPassed()) {
      return stands(
          Escalation.Outcome.PASSED,
          check.passed(),
          check.advice(),
          check,
          request,
          snapshot,
          routes,
          id,
          climb,
          limits);
    }
    String exhausted = climb.step();
    if (exhausted != null) {
      return stands(
          Escalation.Outcome.EXHAUSTED,
          exhausted,
          advice(exhausted),
          check,
          request,
          snapshot,
          routes,
          id,
          climb,
          limits);
    }
    limits.constraints().addAll(limits.passedCeilings(climb.candidate()));
    // Not sticky: a decision and its continuations (under the same pins) climb to the same id.
    DecisionId next =
        id.with(
            id.flags() & ~DecisionId.STICKY | limits.pinFlags(),
            climb.rung(),
            snapshot.keys().signingKeyNo());
    Decision decision =
        Router.again(
            snapshot,
            routes,
            next,
            climb.candidate(),
            Reason.ESCALATED,
            limits.open(),
            List.copyOf(limits.constraints()),
            nowMillis);
    return new Escalation(
        Escalation.Outcome.ESCALATED,
        Reason.ESCALATED.toString(),
        "call this model for the same task, under this decision_id",
        check.name(),
        snapshot,
        routes,
        next,
        decision.decisionId(),
        climb.candidate(),
        climb.above(),
        decision.constraints(),
        decision,
        limits.recordedFirst());
  }

  private static Escalation stands(
      Escalation.Outcome outcome,
      String reason,
      String advice,
      FailedCheck check,
      EscalateRequest request,
      AllocationSnapshot snapshot,
      RoleRoutes routes,
      DecisionId id,
      Climb climb,
      ClimbLimits limits) {
    return new Escalation(
        outcome,
        reason,
        advice,
        check.name(),
        snapshot,
        routes,
        id,
        request.decisionId(),
        climb.candidate(),
        outcome == Escalation.Outcome.PASSED ? climb.above() : List.of(),
        List.copyOf(limits.constraints()),
        null,
        false);
  }

  private static String advice(String exhausted) {
    String why =
        switch (exhausted) {
          case "ladder_end" -> "the role's ladder ends here";
          case "max_escalations" -> "the role's max_escalations are used up";
          case "same_model" -> "every rung above runs a model that has been tried";
          default -> "no rung above is open to this request (see constraints)";
        };
    return why
        + "; the last answer stands: say on its span that the check failed"
        + " (floorkeeper.check.passed: false), and hand the task to somebody";
  }

  private DecisionId verified(
      String characters, Caller caller, AllocationSnapshot snapshot, long nowMillis) {
    DecisionId id;
    try {
      id = snapshot.keys().verify(characters);
    } catch (InvalidDecisionIdException e) {
      if (e.why() == InvalidDecisionIdException.Why.UNSTORED_KEY) {
        throw unnumbered();
      }
      throw Problem.BadRequest.field("invalid_decision_id", "decision_id", e.getMessage());
    }
    if (id.tenantNo() != caller.tenantNo()) { // pins on tenants match the caller's
      throw Problem.BadRequest.field(
          "wrong_tenant", "decision_id", "is a decision of another tenant than the caller's");
    }
    if (nowMillis - id.epochMillis() > idLifeMillis) {
      throw new Problem.Unprocessable(
          "expired_decision_id",
          "decision_id",
          "has expired, and with it the task; ask /route for a new one");
    }
    if (id.armNo() == 0) {
      throw unnumbered();
    }
    return id;
  }

  private static Problem.Unprocessable unnumbered() {
    return new Problem.Unprocessable(
        "unstored_decision",
        "decision_id",
        "was decided while the database was out of reach, and does not say from where the task"
            + " would climb; ask /route again, with a min_tier above the model that failed");
  }

  private static RoleRoutes role(
      EscalateRequest request, DecisionId id, AllocationSnapshot snapshot) {
    String name = snapshot.published().numbers().roleName(id.roleNo()).orElse("");
    RoleRoutes routes = snapshot.routes(name);
    if (routes == null) {
      throw new Problem.NotFound(
          "unknown_role",
          "decision_id",
          "the policy in force has no role '" + name + "' any more and names no default role");
    }
    if (request.role() != null && snapshot.routes(request.role()) != routes) {
      throw Problem.BadRequest.field("wrong_role", "role", "is not the role of this decision");
    }
    return routes;
  }
}
