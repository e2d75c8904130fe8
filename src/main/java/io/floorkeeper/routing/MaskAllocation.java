package io.floorkeeper.routing;

import io.floorkeeper.bandit.Allocation;
import io.floorkeeper.bandit.FloorSolution;
import java.util.List;

/**
 * The allocation over the arms that one eligibility mask leaves. Removing arms first and computing
 * then is what keeps the floor: renormalising another mask's mixture would void it.
 *
 * @param mask bit k: candidate k of the role is in
 * @param candidates index among the role's candidates, by position in the solution
 * @param draws the sampler over {@code solution.pi}
 */
record MaskAllocation(
    long mask, List<Integer> candidates, FloorSolution solution, Allocation draws) {

  /** The position of a candidate in the solution, or -1. */
  int positionOf(int candidate) {
    return candidates.indexOf(candidate);
  }
}
