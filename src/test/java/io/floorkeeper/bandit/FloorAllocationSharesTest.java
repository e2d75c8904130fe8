package io.floorkeeper.bandit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** What comes on top of the floor: arms under an alarm, holdout and control, budgets. */
class FloorAllocationSharesTest {
  private static final AllocationSettings PER_ARM =
      AllocationSettings.defaults().withScope(FloorScope.PER_ARM).withLedgerConfidence(0);
  private static final AllocationSettings ROLE = PER_ARM.withScope(FloorScope.ROLE);
  private static final Floor FLOOR = Floor.absolute(.90);

  // Below the floor, unsure, good, best.
  private static final ArmBelief REFUTED = arm(80, 20, .0005);
  private static final ArmBelief UNSURE = arm(18, 2, .004);
  private static final ArmBelief GOOD = arm(192, 8, .02);
  private static final ArmBelief BEST = arm(98, 2, .06);

  @Test
  void aDemotedArmIsExploredAndTriedOnTenPercentAndNotExploited() {
    // Given
    List<ArmBelief> arms = List.of(UNSURE, GOOD, BEST);

    // When
    FloorSolution solution = FloorAllocation.allocate(arms, FLOOR, PER_ARM, Set.of(1), -1);

    // Then
    double[] others = ConstrainedThompson.uncertainCosts(List.of(UNSURE, BEST), .90);
    double[] all = solution.thompsons();
    assertThat(solution.pi(1)).isCloseTo(.9 * .01 * all[1] + .1, within(1e-15));
    assertThat(solution.pi(2)).isCloseTo(.9 * (.99 * others[1] + .01 * all[2]), within(1e-14));
  }

  @Test
  void severalDemotedArmsShareTheTrial() {
    FloorSolution solution =
        FloorAllocation.allocate(List.of(UNSURE, GOOD, BEST), FLOOR, PER_ARM, Set.of(0, 1), -1);

    assertThat(solution.pi(0)).isBetween(.05, .06);
    assertThat(solution.pi(1)).isBetween(.05, .06);
    assertThat(solution.pi(0) + solution.pi(1) + solution.pi(2)).isCloseTo(1, within(1e-12));
  }

  @ParameterizedTest
  @EnumSource(FloorScope.class)
  void theStrongestIsNeverDemoted(FloorScope scope) {
    // Given
    List<ArmBelief> arms = List.of(UNSURE, GOOD, BEST);
    AllocationSettings settings = PER_ARM.withScope(scope);

    // When
    FloorSolution solution = FloorAllocation.allocate(arms, FLOOR, settings, Set.of(2), -1);

    // Then
    FloorSolution undemoted = FloorAllocation.allocate(arms, FLOOR, settings, Set.of(), -1);
    assertThat(solution.pis()).containsExactly(undemoted.pis());
  }

  @Test
  void underRoleScopeADemotedArmIsNotDrawnOn() {
    // Given
    List<ArmBelief> arms = List.of(REFUTED, GOOD, BEST);

    // When
    FloorSolution solution = FloorAllocation.allocate(arms, FLOOR, ROLE, Set.of(1), -1);

    // Then
    assertThat(solution.pi(1))
        .isBetween(
            FloorAllocation.TRIAL_SHARE, FloorAllocation.TRIAL_SHARE + .03 * solution.thompson(1));
    assertThat(solution.pi(0)).isGreaterThan(.1);
  }

  @Test
  void theLoggedMixtureAddsHoldoutAndControl() {
    // Given
    AllocationSettings settings =
        PER_ARM.withHoldoutShare(HoldoutShare.fixed(.02)).withControlShare(.1);
    List<ArmBelief> arms = List.of(UNSURE, GOOD, BEST);

    // When
    FloorSolution solution = FloorAllocation.allocate(arms, FLOOR, settings, Set.of(), 1);

    // Then
    assertThat(solution.propensity(0)).isCloseTo(.88 * solution.pi(0), within(1e-15));
    assertThat(solution.propensity(1)).isCloseTo(.88 * solution.pi(1) + .1, within(1e-15));
    assertThat(solution.propensity(2)).isCloseTo(.88 * solution.pi(2) + .02, within(1e-15));
    FloorSolution noPreset = FloorAllocation.allocate(arms, FLOOR, settings, Set.of(), -1);
    assertThat(noPreset.propensity(1)).isCloseTo(.98 * noPreset.pi(1), within(1e-15));
  }

  @Test
  void aHoldoutThatAdaptsAddsATwentiethToTheSpendAtMost() {
    // Given: what the role is served with costs a hundredth of the reference
    AllocationSettings settings = PER_ARM.withEps(0).withHoldoutShare(HoldoutShare.AUTO);
    List<ArmBelief> arms = List.of(arm(1e5, 1e3, .0006), arm(9e4, 1e3, .06));

    // When
    FloorSolution solution = FloorAllocation.allocate(arms, FLOOR, settings, Set.of(), 0);

    // Then
    double meanUsd = solution.pi(0) * .0006 + solution.pi(1) * .06;
    assertThat(solution.pi(0)).isCloseTo(1, within(1e-9));
    assertThat(solution.holdoutShare()).isCloseTo(.05 * meanUsd / .06, within(1e-15));
    assertThat(solution.holdoutShare() * .06).isCloseTo(.05 * meanUsd, within(1e-15));
    assertThat(solution.propensity(1))
        .isCloseTo(
            solution.holdoutShare() + (1 - solution.holdoutShare()) * solution.pi(1),
            within(1e-15));
  }

  @Test
  void aHoldoutThatAdaptsIsAFiftiethWherePricesAreNear() {
    AllocationSettings settings = PER_ARM.withHoldoutShare(HoldoutShare.AUTO);

    FloorSolution near =
        FloorAllocation.allocate(
            List.of(arm(1e5, 1e3, .04), arm(9e4, 1e3, .06)), FLOOR, settings, Set.of(), -1);
    FloorSolution free =
        FloorAllocation.allocate(
            List.of(arm(1e5, 1e3, .04), arm(9e4, 1e3, 0)), FLOOR, settings, Set.of(), -1);

    assertThat(near.holdoutShare()).isEqualTo(.02);
    assertThat(free.holdoutShare()).as("nothing is saved against a free arm").isZero();
  }

  @Test
  void aBudgetBuysTheBestQualityItCan() {
    // Given
    List<ArmBelief> arms = List.of(REFUTED, GOOD, BEST);
    AllocationSettings noExploration = PER_ARM.withEps(0);

    // When: .0005 (1-w) + .02 w = .01
    FloorSolution solution =
        FloorAllocation.allocateWithinBudget(arms, FLOOR, noExploration, Set.of(), -1, .01);

    // Then
    double w = (.01 - .0005) / (.02 - .0005);
    assertThat(solution.pis()).containsExactly(new double[] {1 - w, w, 0}, within(1e-12));
  }

  @Test
  void explorationIsPaidOutOfTheBudget() {
    // Given
    List<ArmBelief> arms = List.of(REFUTED, GOOD, BEST);

    // When
    FloorSolution solution =
        FloorAllocation.allocateWithinBudget(arms, FLOOR, PER_ARM, Set.of(), -1, .01);

    // Then
    double usd = solution.pi(0) * .0005 + solution.pi(1) * .02 + solution.pi(2) * .06;
    assertThat(usd).isCloseTo(.01, within(1e-12));
  }

  @Test
  void aBudgetBelowEveryArmGoesToTheCheapest() {
    // Given
    List<ArmBelief> arms = List.of(REFUTED, GOOD, BEST);

    // When
    FloorSolution solution =
        FloorAllocation.allocateWithinBudget(arms, FLOOR, PER_ARM, Set.of(), -1, 0);

    // Then
    assertThat(solution.pi(0)).isCloseTo(.99 + .01 * solution.thompson(0), within(1e-15));
  }

  private static ArmBelief arm(double a, double b, double usd) {
    return new ArmBelief(new BetaPosterior(a, b), CostPosterior.of(usd, 1, 1e4));
  }
}
