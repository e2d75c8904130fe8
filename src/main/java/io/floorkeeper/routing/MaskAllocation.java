package io.floorkeeper.routing;

import io.floorkeeper.bandit.Allocation;
import io.floorkeeper.bandit.FloorSolution;
import java.util.List;
import java.util.Set;

/**
 * The allocation over the arms that one eligibility mask leaves. Removing arms first and computing
 * then is what keeps the floor: renormalising another mask's mixture would void it.
 *
 * @param mask bit k: candidate k of the role is in
 * @param candidates index among the role's candidates, by position in the solution
 * @param demoted positions of arms that an alarm took out of exploitation: they keep their share of
 *     exploration, and are labelled, until they have enough new labels
 * @param draws the sampler over {@code solution.pi}
 * @param shadowDraws the sampler of a shadowed role's drawn share: {@link ShadowMix}
 * @param pace the step of {@link BudgetSteps} that it had to be paid from, since the floor's
 *     allocation would cost more; {@link BudgetSteps#NONE}: no budget binds
 * @param unpaced the floor's allocation; where no budget binds the same as {@code solution}
 */
record MaskAllocation(
    long mask,
    List<Integer> candidates,
    Set<Integer> demoted,
    FloorSolution solution,
    Allocation draws,
    Allocation shadowDraws,
    int pace,
    FloorSolution unpaced) {

  /** With the samplers that a solution calls for. */
  static MaskAllocation of(
      long mask, List<Integer> candidates, Set<Integer> demoted, FloorSolution solution) {
    return of(mask, candidates, demoted, solution, BudgetSteps.NONE, solution);
  }

  static MaskAllocation of(
      long mask,
      List<Integer> candidates,
      Set<Integer> demoted,
      FloorSolution solution,
      int pace,
      FloorSolution unpaced) {
    return new MaskAllocation(
        mask,
        List.copyOf(candidates),
        demoted,
        solution,
        Allocation.of(solution.pis()),
        Allocation.of(ShadowMix.of(solution, demoted)),
        pace,
        unpaced);
  }

  /** Whether a budget binds. */
  boolean isPaced() {
    return pace != BudgetSteps.NONE;
  }

  /** That it had to be paid from; NaN: none binds. */
  double budgetUsdPerTask() {
    return isPaced() ? BudgetSteps.usdPerTask(pace) : Double.NaN;
  }

  /** The position of a candidate in the solution, or -1. */
  int positionOf(int candidate) {
    return candidates.indexOf(candidate);
  }

  /** Whether a call on this arm is asked for a label besides the base rate. */
  boolean wantsLabels(int position) {
    return demoted.contains(position) || solution.wantsLabels(position);
  }
}
