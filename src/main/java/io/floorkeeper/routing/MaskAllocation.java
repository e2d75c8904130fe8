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
 * @param budgetUsdPerTask that it had to be paid from, since the floor's allocation would cost
 *     more; NaN: no budget binds
 */
record MaskAllocation(
    long mask,
    List<Integer> candidates,
    Set<Integer> demoted,
    FloorSolution solution,
    Allocation draws,
    Allocation shadowDraws,
    double budgetUsdPerTask) {

  /** With the samplers that a solution calls for. */
  static MaskAllocation of(
      long mask,
      List<Integer> candidates,
      Set<Integer> demoted,
      FloorSolution solution,
      double budgetUsdPerTask) {
    return new MaskAllocation(
        mask,
        List.copyOf(candidates),
        demoted,
        solution,
        Allocation.of(solution.pis()),
        Allocation.of(ShadowMix.of(solution, demoted)),
        budgetUsdPerTask);
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
