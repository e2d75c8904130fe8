package io.floorkeeper.routing;

import io.floorkeeper.ledger.DecisionId;
import io.floorkeeper.platform.Caller;
import io.floorkeeper.policy.Arm;
import io.floorkeeper.policy.EscalationLadder;
import io.floorkeeper.policy.PolicyBook;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * One task on its ladder: where it stands, and where it may go. For one request.
 *
 * <p>A step is to another tier, never to the same one again, and to a model that has not been tried
 * yet; rungs that the request leaves closed are passed over. How many steps were taken is not
 * written anywhere: each tier of the ladder up to here counts, also one that was passed over. What
 * a request leaves open may change from step to step, so by that nothing can be counted.
 */
final class Climb {
  private final List<Arm> rungs;
  private final RoleRoutes routes;
  private final ClimbLimits limits;
  private final Set<String> triedModels = new HashSet<>();
  private final List<String> told = new ArrayList<>();
  private final int startCandidate;
  private int rung;

  private Climb(
      DecisionId id, EscalationLadder ladder, RoleRoutes routes, ClimbLimits limits, String start) {
    this.rungs = ladder.rungs();
    this.routes = routes;
    this.limits = limits;
    this.rung = id.rung();
    this.startCandidate = routes.candidate(id.armNo());
    triedModels.add(start);
    for (int r = 0; r < Math.min(rung, rungs.size()); r++) {
      triedModels.add(rungs.get(r).model().name());
    }
  }

  /** One that goes on by itself from where that one stands. */
  private Climb(Climb from) {
    this.rungs = from.rungs;
    this.routes = from.routes;
    this.limits = from.limits;
    this.rung = from.rung;
    this.startCandidate = from.startCandidate;
    triedModels.addAll(from.triedModels);
  }

  /**
   * The tiers that {@code /escalate} would climb to from a decision, if it were told the same again
   * and nothing changed.
   */
  static List<String> above(RouteRequest request, Caller caller, Decision decision) {
    RoleRoutes routes = decision.routes();
    if (routes.policy().escalation().isEmpty()
        || routes.policy().maxEscalations() == 0
        || decision.id().armNo() == 0) { // it says not from where
      return List.of();
    }
    AllocationSnapshot snapshot = decision.snapshot();
    ClimbLimits limits =
        ClimbLimits.of(
            request, caller, routes, snapshot, decision.id(), decision.decidedAtMillis());
    return of(decision.id(), routes, limits, snapshot.published()).above();
  }

  /** Where the decision stands, on the ladder of the policy in force. */
  static Climb of(
      DecisionId id, RoleRoutes routes, ClimbLimits limits, PolicyBook.Published published) {
    String start = published.numbers().armKey(id.armNo()).orElse("");
    int slash = start.indexOf('/'); // a tier's name has none
    int tierIndex = -1;
    for (int t = 0; t < published.policy().tiers().size(); t++) {
      if (slash > 0 && start.substring(0, slash).equals(published.policy().tiers().get(t).name())) {
        tierIndex = t;
      }
    }
    EscalationLadder ladder =
        tierIndex < 0
            ? new EscalationLadder(List.of()) // above a tier that is no more there is nothing
            : EscalationLadder.above(tierIndex, routes.policy());
    return new Climb(id, ladder, routes, limits, start.substring(slash + 1));
  }

  /**
   * Takes the next step.
   *
   * @return null, or why there is none: {@code ladder_end, max_escalations, no_eligible_rung,
   *     same_model}
   */
  String step() {
    List<Integer> higher = higher();
    if (higher.isEmpty()) {
      return "ladder_end";
    }
    if (steps() >= routes.policy().maxEscalations()) {
      return "max_escalations";
    }
    if (!isTaken(higher, limits.well())) {
      if (!isTaken(higher, limits.open())) {
        return higher.stream().anyMatch(r -> isIn(limits.open(), rungs.get(r - 1)))
            ? "same_model"
            : "no_eligible_rung";
      }
      told.add("health_unmet"); // an ill model is more than none
    }
    return null;
  }

  /** Takes the first of these rungs that the mask has and whose model is untried. */
  private boolean isTaken(List<Integer> higher, long mask) {
    Set<String> passedOver = new LinkedHashSet<>();
    for (int r : higher) {
      Arm arm = rungs.get(r - 1);
      if (isIn(mask, arm) && triedModels.add(arm.model().name())) {
        passedOver.remove(arm.tier());
        passedOver.forEach(tier -> told.add("skipped:" + tier));
        rung = r;
        return true;
      }
      passedOver.add(arm.tier());
    }
    return false;
  }

  /** What its steps passed over. */
  List<String> told() {
    return told;
  }

  /** The rung that it stands on, as ids carry it. */
  int rung() {
    return rung;
  }

  /** The candidate of the rung; -1: it is none any more. */
  int candidate() {
    if (rung == 0) {
      return startCandidate;
    }
    return rung > rungs.size() ? -1 : routes.candidate(rungs.get(rung - 1));
  }

  /** The tiers that are left to it, in the order in which they would be climbed. */
  List<String> above() {
    Climb ahead = new Climb(this);
    List<String> tiers = new ArrayList<>();
    while (ahead.step() == null) {
      tiers.add(rungs.get(ahead.rung - 1).tier());
    }
    return tiers;
  }

  private List<Integer> higher() {
    List<Integer> higher = new ArrayList<>();
    for (int r = rung + 1; r <= rungs.size(); r++) {
      if (rung == 0 || !rungs.get(r - 1).tier().equals(rungs.get(rung - 1).tier())) {
        higher.add(r);
      }
    }
    return higher;
  }

  private int steps() {
    Set<String> climbed = new HashSet<>();
    for (int r = 1; r <= Math.min(rung, rungs.size()); r++) {
      climbed.add(rungs.get(r - 1).tier());
    }
    return climbed.size();
  }

  private boolean isIn(long mask, Arm arm) {
    int candidate = routes.candidate(arm);
    return candidate >= 0 && (mask & 1L << candidate) != 0;
  }
}
