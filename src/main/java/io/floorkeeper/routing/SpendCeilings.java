package io.floorkeeper.routing;

import io.floorkeeper.bandit.Evidence;
import io.floorkeeper.platform.Problem;
import io.floorkeeper.policy.CostCeiling;
import io.floorkeeper.policy.Policy;
import io.floorkeeper.policy.RolePolicy;
import io.floorkeeper.posterior.RoleSpend;
import io.floorkeeper.routing.CeilingVerdict.Outcome;
import java.time.Instant;

/**
 * Ceilings of what a role spends in a day and in a run. Pure; looks at the snapshot only.
 *
 * <p>They act where a task begins. A task that goes on keeps its arm: what it has paid for already
 * would be lost, and the tail of one task is little beside the tasks to come.
 *
 * <pre>
 * reached, quality_first:  what is not drawn goes to the cheapest arm that is proven to keep the
 *                          floor; what is drawn stays: it is the cheapest mixture above it already
 * reached, cost_first:     the cheapest eligible arm
 * ahead,   cost_first:     the floor's allocation where the rest of the day pays for it, else the
 *                          best that it pays for   ({@link AllocationBuilder})
 * </pre>
 *
 * <p>A role without a floor has nothing that could come first.
 */
final class SpendCeilings {
  static final int DAY = 1;
  static final int RUN = 2;

  private SpendCeilings() {}

  /** Whether the role has such a ceiling and nobody knows yet what it has spent. */
  static boolean isUnknown(RolePolicy role, RoleSpend spend) {
    return spend == null && role.ceiling().isOfSpend();
  }

  /**
   * The ceilings that are reached. Allocates nothing.
   *
   * @param spend null: not known
   * @param runId null: of no run
   */
  static int reached(RolePolicy role, RoleSpend spend, String runId, long nowMillis) {
    if (spend == null) {
      return 0;
    }
    CostCeiling ceiling = role.ceiling();
    int reached = 0;
    // Yesterday's spend binds nobody, also where the database has been away since.
    if (ceiling.spendUsdPerDay().isPresent()
        && nowMillis < spend.dayEndMillis()
        && spend.nanoUsd() >= CostCeiling.nanoUsd(ceiling.spendUsdPerDay().get())) {
      reached |= DAY;
    }
    if (runId != null && ceiling.spendUsdPerRun().isPresent()) {
      Long spent = spend.runs().get(runId);
      if (spent != null && spent >= CostCeiling.nanoUsd(ceiling.spendUsdPerRun().get())) {
        reached |= RUN;
      }
    }
    return reached;
  }

  /** Whether any run has reached the role's ceiling, for those who do not say theirs. */
  static boolean isSomeRunSpent(RolePolicy role, RoleSpend spend) {
    if (spend == null || role.ceiling().spendUsdPerRun().isEmpty()) {
      return false;
    }
    long limit = CostCeiling.nanoUsd(role.ceiling().spendUsdPerRun().get());
    return spend.runs().values().stream().anyMatch(spent -> spent >= limit);
  }

  /**
   * Says that there is no answer where the policy blocks.
   *
   * @throws Problem.CeilingReached naming the ceiling, what was spent, and when it ends
   */
  static void orBlock(
      RouteRequest request, AllocationSnapshot snapshot, RoleRoutes routes, long nowMillis) {
    RolePolicy role = routes.policy();
    CostCeiling ceiling = role.ceiling();
    if (ceiling.action() != CostCeiling.Action.BLOCK) {
      return;
    }
    String runId = request.runId();
    RoleSpend spend = snapshot.spend(role);
    int reached = reached(role, spend, runId, nowMillis);
    if (reached == 0) {
      return;
    }
    if ((reached & RUN) != 0) {
      throw new Problem.CeilingReached(
          "run_id",
          "run '%s' has spent %s USD of the %s USD that role '%s' may spend in a run; another run may go on"
              .formatted(
                  runId,
                  usd(spend.runs().get(runId)),
                  ceiling.spendUsdPerRun().orElseThrow().toPlainString(),
                  role.name()),
          Problem.CeilingReached.NEVER);
    }
    throw new Problem.CeilingReached(
        "role",
        "role '%s' has spent %s USD of the %s USD that it may spend in a day; the next begins at %s"
            .formatted(
                role.name(),
                usd(spend.nanoUsd()),
                ceiling.spendUsdPerDay().orElseThrow().toPlainString(),
                Instant.ofEpochMilli(spend.dayEndMillis())),
        Math.max(1, (spend.dayEndMillis() - nowMillis + 999) / 1_000));
  }

  private static String usd(long nanoUsd) {
    return java.math.BigDecimal.valueOf(nanoUsd, 9).stripTrailingZeros().toPlainString();
  }

  /**
   * What ceilings make of a choice; null: nothing.
   *
   * @param mask of the arms that could answer
   * @param choice whether several arms could have
   * @param candidate that would answer
   * @param drawnFrom null: it was not drawn
   */
  static CeilingVerdict judge(
      int reached,
      RoleSpend spend,
      RouteRequest request,
      AllocationSnapshot snapshot,
      RoleRoutes routes,
      long mask,
      boolean choice,
      int candidate,
      Reason reason,
      MaskAllocation drawnFrom) {
    double budget = drawnFrom == null ? Double.NaN : drawnFrom.budgetUsdPerTask();
    if (reached == 0 && Double.isNaN(budget)) {
      return null;
    }
    Policy policy = snapshot.published().policy();
    RolePolicy role = routes.policy();
    int target = target(snapshot, routes, mask);
    boolean draws = routes.learning() && !snapshot.killSwitch() && choice;
    Outcome outcome;
    if (reached == 0) {
      outcome = Outcome.PACED;
    } else if (role.ceiling().action() != CostCeiling.Action.LOWER
        || snapshot.killSwitch() && costsFirst(policy, role)) { // what is cheap was learned too
      outcome = Outcome.ALERTED;
    } else if (draws) {
      outcome = costsFirst(policy, role) ? Outcome.LOWERED : Outcome.FLOOR_FIRST;
    } else if (givesWay(routes, candidate, target)) {
      outcome = Outcome.LOWERED;
    } else {
      outcome =
          givesWay(routes, candidate, cheapest(routes, mask))
              ? Outcome.FLOOR_FIRST
              : Outcome.NOTHING_CHEAPER;
    }
    int answering = outcome == Outcome.LOWERED ? target : candidate;
    boolean yields =
        outcome == Outcome.PACED
            || outcome == Outcome.LOWERED
                && role.floor().isPresent()
                && !routes.isProven(mask, answering);
    return new CeilingVerdict(
        outcome,
        reached,
        spend,
        request.runId(),
        answering,
        yields,
        candidate,
        reason,
        drawnFrom,
        budget);
  }

  /**
   * With which probability the verdict's candidate answers: over all that the gates could have left
   * and the pool of a tier could have drawn. What is learned is not drawn from any more.
   *
   * @param tierIndex of the pool; -1: none was asked
   */
  static double propensity(
      CeilingVerdict verdict,
      AllocationSnapshot snapshot,
      RoleRoutes routes,
      RoleGates gates,
      long eligible,
      int tierIndex) {
    double propensity = 0;
    for (int i = 0; i < gates.outcomes(); i++) {
      long mask = gates.outcome(i, eligible);
      int target = target(snapshot, routes, mask);
      propensity +=
          gates.probability(i) * answers(verdict.candidate(), target, routes, tierIndex, mask);
    }
    return Math.min(1, propensity);
  }

  private static double answers(
      int candidate, int target, RoleRoutes routes, int tierIndex, long mask) {
    if (tierIndex < 0) {
      return candidate == target ? 1 : 0;
    }
    double propensity = 0;
    for (int k = 0; k < routes.arms().size(); k++) {
      if (candidate == (givesWay(routes, k, target) ? target : k)) {
        propensity += TierPool.probability(routes, tierIndex, mask, k);
      }
    }
    return propensity;
  }

  /**
   * Whom dearer arms give way to; -1: nobody. With the kill switch on what was learned is not
   * trusted: no proof of quality, and no cost.
   */
  private static int target(AllocationSnapshot snapshot, RoleRoutes routes, long mask) {
    if (snapshot.killSwitch()) {
      return -1;
    }
    return costsFirst(snapshot.published().policy(), routes.policy())
        ? cheapest(routes, mask)
        : cheapestProven(routes, mask);
  }

  private static boolean costsFirst(Policy policy, RolePolicy role) {
    return policy.precedence() == Policy.Precedence.COST_FIRST || role.floor().isEmpty();
  }

  private static boolean givesWay(RoleRoutes routes, int candidate, int target) {
    return target >= 0 && costUsd(routes, target) < costUsd(routes, candidate);
  }

  /**
   * What a task may cost so that the rest of the day's budget lasts, as a step of {@link
   * BudgetSteps}; {@link BudgetSteps#NONE}: no budget paces the role.
   */
  static int pace(Policy policy, RolePolicy role, RoleSpend spend) {
    if (spend == null || !isPaced(policy, role)) {
      return BudgetSteps.NONE;
    }
    long limit = CostCeiling.nanoUsd(role.ceiling().spendUsdPerDay().orElseThrow());
    double leftUsd = (double) Math.max(0, limit - spend.nanoUsd()) / Evidence.NANOS_PER_USD;
    return BudgetSteps.of(leftUsd / Math.max(1, spend.tasksAhead()));
  }

  /** Whether the role's allocation depends on what it has spent. */
  static boolean isPaced(Policy policy, RolePolicy role) {
    return policy.precedence() == Policy.Precedence.COST_FIRST
        && role.ceiling().action() == CostCeiling.Action.LOWER
        && role.ceiling().spendUsdPerDay().isPresent();
  }

  private static int cheapest(RoleRoutes routes, long mask) {
    int cheapest = Long.numberOfTrailingZeros(mask);
    for (int k = cheapest + 1; k < routes.arms().size(); k++) {
      if ((mask & 1L << k) != 0 && costUsd(routes, k) < costUsd(routes, cheapest)) {
        cheapest = k;
      }
    }
    return cheapest;
  }

  /** -1: none is proven. */
  private static int cheapestProven(RoleRoutes routes, long mask) {
    int cheapest = -1;
    for (int k = 0; k < routes.arms().size(); k++) {
      if ((mask & 1L << k) != 0
          && routes.isProven(mask, k)
          && (cheapest < 0 || costUsd(routes, k) < costUsd(routes, cheapest))) {
        cheapest = k;
      }
    }
    return cheapest;
  }

  private static double costUsd(RoleRoutes routes, int candidate) {
    return routes.arms().get(candidate).belief().cost().meanUsd();
  }
}
