package io.floorkeeper.bandit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import io.floorkeeper.bandit.FloorSolution.Status;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class FloorAllocationTest {
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
  void aRefutedArmKeepsOnlyItsPartOfTheExploration() {
    // Given
    List<ArmBelief> arms = List.of(REFUTED, UNSURE, GOOD, BEST);

    // When
    FloorSolution solution = FloorAllocation.allocate(arms, FLOOR, PER_ARM, Set.of(), -1);

    // Then
    double[] all = ConstrainedThompson.uncertainCosts(arms, .90);
    double[] unrefuted = ConstrainedThompson.uncertainCosts(List.of(UNSURE, GOOD, BEST), .90);
    assertThat(solution.refuted(0)).isTrue();
    assertThat(solution.refuted(1)).isFalse();
    assertThat(solution.proven(1)).isFalse();
    assertThat(solution.proven(2)).isTrue();
    assertThat(solution.status()).isEqualTo(Status.HELD);
    assertThat(solution.thompsons()).containsExactly(all, within(1e-15));
    assertThat(solution.pi(0)).isCloseTo(.01 * all[0], within(1e-15));
    for (int k = 1; k < 4; k++) {
      assertThat(solution.pi(k)).isCloseTo(.99 * unrefuted[k - 1] + .01 * all[k], within(1e-14));
    }
  }

  @Test
  void theBoundsOfAnAbsoluteFloorAreQuantiles() {
    // When
    FloorSolution solution =
        FloorAllocation.allocate(List.of(UNSURE, BEST), FLOOR, PER_ARM, Set.of(), -1);

    // Then
    assertThat(solution.floor()).isEqualTo(.90);
    assertThat(solution.clears(0)).isEqualTo(UNSURE.quality().survival(.90));
    assertThat(solution.lower(0)).isEqualTo(UNSURE.quality().quantile(.1));
    assertThat(solution.upper(0)).isEqualTo(UNSURE.quality().quantile(.9));
  }

  @Test
  void theBoundsOfARelativeFloorAreThoseOfTheDifferenceToTheReference() {
    // Given
    double r = .95;
    BetaPosterior q = UNSURE.quality();
    BetaPosterior ref = BEST.quality();

    // When
    FloorSolution solution =
        FloorAllocation.allocate(List.of(UNSURE, BEST), Floor.relative(r), PER_ARM, Set.of(), -1);

    // Then: z of .9 is 1.2815515655446004
    double f = r * .98;
    double margin = 1.2815515655446004 * Math.sqrt(q.variance() + r * r * ref.variance());
    assertThat(solution.floor()).isCloseTo(f, within(1e-15));
    assertThat(solution.lower(0)).isCloseTo(.9 - margin, within(1e-12));
    assertThat(solution.upper(0)).isCloseTo(.9 + margin, within(1e-12));
    assertThat(solution.lower(1)).isCloseTo(f + .05 * ref.quantile(.1), within(1e-12));
    assertThat(solution.upper(1)).isCloseTo(f + .05 * ref.quantile(.9), within(1e-12));
    assertThat(solution.proven(1)).isTrue();
  }

  @Test
  void theReferenceClearsAnyRelativeFloorEvenTheWhole() {
    // When
    FloorSolution solution =
        FloorAllocation.allocate(List.of(GOOD, REFUTED), Floor.relative(1), PER_ARM, Set.of(), -1);

    // Then
    assertThat(solution.proven(1)).isTrue();
    assertThat(solution.refuted(1)).isFalse();
    assertThat(solution.status()).isEqualTo(Status.HELD);
  }

  @Test
  void theStrongestStaysInUseThoughItIsRefuted() {
    // Given
    List<ArmBelief> arms = List.of(UNSURE, arm(80, 20, .06));

    // When
    FloorSolution solution = FloorAllocation.allocate(arms, FLOOR, PER_ARM, Set.of(), -1);

    // Then
    assertThat(solution.refuted(1)).isTrue();
    assertThat(solution.status()).isEqualTo(Status.UNCERTAIN);
    assertThat(solution.isFallback()).isFalse();
    assertThat(solution.pis()).containsExactly(solution.thompsons(), within(1e-15));
  }

  @Test
  void whereEveryArmIsRefutedTheRelativeFloorOfLastResortIsInForce() {
    // Given
    List<ArmBelief> arms = List.of(arm(40, 60, .001), arm(790, 210, .01), arm(800, 200, .1));

    // When
    FloorSolution solution = FloorAllocation.allocate(arms, FLOOR, PER_ARM, Set.of(), -1);

    // Then
    FloorSolution relative =
        FloorAllocation.allocate(arms, Floor.relative(.98), PER_ARM, Set.of(), -1);
    assertThat(solution.status()).isEqualTo(Status.FLOOR_UNREACHABLE);
    assertThat(solution.isFallback()).isTrue();
    assertThat(solution.floor()).isCloseTo(.98 * .8, within(1e-12));
    assertThat(solution.pis()).containsExactly(relative.pis());
    assertThat(solution.pi(1)).isGreaterThan(.5);
  }

  @ParameterizedTest
  @EnumSource(FloorScope.class)
  void aSingleArmServesWhateverTheEvidence(FloorScope scope) {
    // When
    FloorSolution solution =
        FloorAllocation.allocate(
            List.of(arm(1, 99, .1)), FLOOR, PER_ARM.withScope(scope), Set.of(0), 0);

    // Then
    assertThat(solution.status()).isEqualTo(Status.FLOOR_UNREACHABLE);
    assertThat(solution.pi(0)).isCloseTo(1, within(1e-15));
    assertThat(solution.propensity(0)).isCloseTo(1, within(1e-15));
  }

  @Test
  void underRoleScopeTheMixtureClearsTheFloorByItsLowerBounds() {
    // Given: strong evidence, so that the explorers' deficit is the floor's to bear
    List<ArmBelief> arms =
        List.of(arm(850, 150, .0005), arm(890, 110, .004), arm(930, 70, .02), arm(970, 30, .06));

    // When
    FloorSolution solution = FloorAllocation.allocate(arms, FLOOR, ROLE, Set.of(), -1);

    // Then
    double lower = 0;
    for (int k = 0; k < 4; k++) {
      lower += solution.pi(k) * solution.lower(k);
    }
    assertThat(lower).isCloseTo(.90, within(1e-12));
    assertThat(solution.refuted(0)).isTrue();
    assertThat(solution.status()).isEqualTo(Status.HELD);
  }

  @Test
  void underRoleScopeAnUnreachedFloorGoesToTheStrongest() {
    // Given: nobody proven, max L < f: eps falls to its least, .005
    List<ArmBelief> arms = List.of(arm(3, 1, .001), arm(4, 1, .01), arm(5, 1, .1));

    // When
    FloorSolution solution = FloorAllocation.allocate(arms, FLOOR, ROLE, Set.of(), -1);

    // Then
    assertThat(solution.status()).isEqualTo(Status.UNCERTAIN);
    for (int k = 0; k < 3; k++) {
      double strongest = k == 2 ? .995 : 0;
      assertThat(solution.pi(k)).isCloseTo(strongest + .005 * solution.thompson(k), within(1e-15));
    }
  }

  @Test
  void underRoleScopeTheExplorationIsWhatTheMarginBears() {
    // Given: max L barely above f, so eps = (max L - f)/D lies between .005 and eps0
    List<ArmBelief> arms = List.of(arm(4, 1, .001), arm(455, 45, .01), arm(456.5, 43.5, .1));
    AllocationSettings generous = ROLE.withEps0(.9).withDelta(.2);

    // When
    FloorSolution solution = FloorAllocation.allocate(arms, FLOOR, generous, Set.of(), -1);

    // Then: all of the margin is spent on exploration, the rest goes to the arm of max L
    double max = solution.lower(2);
    double explored = 0;
    for (int k = 0; k < 3; k++) {
      explored += solution.thompson(k) * solution.lower(k);
    }
    double eps = (max - .90) / (max - explored);
    assertThat(eps).isBetween(.006, .89);
    assertThat(solution.pi(0)).isCloseTo(eps * solution.thompson(0), within(1e-9));
    assertThat(solution.pi(1)).isCloseTo(eps * solution.thompson(1), within(1e-9));
  }

  @Test
  void anyBeliefsGiveADistribution() {
    // Given
    Random random = new Random(20260109);
    for (int run = 0; run < 400; run++) {
      List<ArmBelief> arms = new ArrayList<>();
      for (int k = 0; k < 1 + random.nextInt(5); k++) {
        BetaPosterior q = new BetaPosterior(anyCount(random), anyCount(random));
        double usd = random.nextInt(5) == 0 ? 0 : Math.exp(-8 + 6 * random.nextDouble());
        arms.add(
            new ArmBelief(
                q,
                CostPosterior.of(usd, random.nextDouble() * 3, anyCount(random)),
                run % 3 == 0 ? 0 : 7. * run,
                run % 3 == 0 ? 0 : 3. * run));
      }
      Floor floor =
          random.nextBoolean()
              ? Floor.absolute(.01 + .98 * random.nextDouble())
              : Floor.relative(1 - random.nextDouble());
      AllocationSettings settings =
          PER_ARM
              .withScope(FloorScope.values()[random.nextInt(2)])
              .withLedgerConfidence(run % 2 == 0 ? 0 : .5001 + .4998 * run / 400)
              .withHoldoutShare(
                  random.nextBoolean()
                      ? HoldoutShare.AUTO
                      : HoldoutShare.fixed(random.nextDouble() / 2))
              .withControlShare(random.nextDouble() / 2);
      Set<Integer> demoted = Set.of(random.nextInt(arms.size()));

      // When
      FloorSolution solution =
          FloorAllocation.allocate(
              arms, floor, settings, demoted, random.nextInt(arms.size() + 1) - 1);

      // Then
      double sum = 0;
      for (int k = 0; k < arms.size(); k++) {
        assertThat(solution.propensity(k)).isBetween(0., 1 + 1e-12);
        assertThat(solution.pi(k)).isBetween(0., 1 + 1e-12);
        sum += solution.propensity(k);
      }
      assertThat(sum).isCloseTo(1, within(1e-12));
      assertThat(Allocation.of(solution.propensities()).size()).isEqualTo(arms.size());
    }
  }

  @Test
  void aSolutionCannotBeChangedThroughItsCopies() {
    // Given
    FloorSolution solution =
        FloorAllocation.allocate(List.of(UNSURE, BEST), FLOOR, PER_ARM, Set.of(), -1);
    double before = solution.propensity(0);

    // When
    solution.propensities()[0] = 7;

    // Then
    assertThat(solution.propensity(0)).isEqualTo(before);
  }

  @Test
  void whatIsOutOfRangeIsNamed() {
    assertRefused(() -> Floor.absolute(1), "floor");
    assertRefused(() -> Floor.relative(1.01), "floor");
    assertRefused(() -> Floor.absolute(Double.NaN), "floor");
    assertRefused(() -> PER_ARM.withDelta(.5), "delta");
    assertRefused(
        () -> PER_ARM.withHoldoutShare(HoldoutShare.fixed(.6)).withControlShare(.4),
        "controlShare");
    assertRefused(
        () -> PER_ARM.withHoldoutShare(HoldoutShare.AUTO).withControlShare(.98), "controlShare");
    assertRefused(() -> PER_ARM.withFallbackRelativeFloor(0), "fallbackRelativeFloor");
    assertRefused(() -> FloorAllocation.allocate(List.of(), FLOOR, ROLE, Set.of(), -1), "arms");
    assertRefused(
        () -> FloorAllocation.allocate(List.of(BEST), FLOOR, ROLE, Set.of(1), -1), "demoted");
    assertRefused(
        () -> FloorAllocation.allocate(List.of(BEST), FLOOR, ROLE, Set.of(), 1), "presetIndex");
    assertRefused(
        () -> FloorAllocation.allocateWithinBudget(List.of(BEST), FLOOR, ROLE, Set.of(), 0, -1),
        "budgetUsdPerCall");
  }

  private static void assertRefused(Runnable act, String message) {
    assertThatIllegalArgumentException().isThrownBy(act::run).withMessageContaining(message);
  }

  private static ArmBelief arm(double a, double b, double usd) {
    return new ArmBelief(new BetaPosterior(a, b), CostPosterior.of(usd, 1, 1e4));
  }

  private static double anyCount(Random random) {
    return Math.exp(-6.9 + 18 * random.nextDouble());
  }
}
