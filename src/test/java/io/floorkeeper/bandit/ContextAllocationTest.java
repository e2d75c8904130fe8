package io.floorkeeper.bandit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** A role that is routed by bucket: the same floor, over the traffic or in every cell. */
class ContextAllocationTest {
  private static final AllocationSettings PER_ARM =
      AllocationSettings.defaults().withScope(FloorScope.PER_ARM).withLedgerConfidence(0);
  private static final AllocationSettings ROLE = PER_ARM.withScope(FloorScope.ROLE);
  private static final double[] COST = {.001, .01, .05};

  private static List<ArmBelief> cell(double n, double... means) {
    List<ArmBelief> arms = new ArrayList<>();
    for (int k = 0; k < means.length; k++) {
      arms.add(
          new ArmBelief(
              new BetaPosterior(n * means[k], n * (1 - means[k])), CostPosterior.exactly(COST[k])));
    }
    return arms;
  }

  private static List<FloorSolution> allocate(
      List<List<ArmBelief>> cells, double[] weight, double floor, AllocationSettings settings) {
    return ContextAllocation.allocate(cells, weight, Floor.absolute(floor), settings, Set.of(), -1);
  }

  /** Random beliefs, floors of both kinds, both scopes: one cell is no context. */
  @Test
  void oneCellIsTheRolesOwnAllocationToTheLastBit() {
    Random random = new Random(7);
    for (int run = 0; run < 200; run++) {
      List<ArmBelief> arms =
          cell(5 + random.nextInt(300), random.nextDouble(), random.nextDouble(), .9);
      Floor floor = run % 2 == 0 ? Floor.absolute(.85) : Floor.relative(.95);
      AllocationSettings settings =
          (run % 4 < 2 ? PER_ARM : ROLE).withLedgerConfidence(run % 3 == 0 ? 0 : .997);

      FloorSolution one =
          ContextAllocation.allocate(List.of(arms), new double[] {1}, floor, settings, Set.of(), -1)
              .get(0);

      assertThat(one.propensities())
          .containsExactly(
              FloorAllocation.allocate(arms, floor, settings, Set.of(), -1).propensities());
    }
  }

  @Test
  void underAFloorPerArmEveryCellIsItsOwnProblem() {
    List<ArmBelief> easy = cell(400, .97, .98, .98);
    List<ArmBelief> hard = cell(400, .50, .70, .97);

    List<FloorSolution> both = allocate(List.of(easy, hard), new double[] {.5, .5}, .9, PER_ARM);

    assertThat(both.get(0).pi(0)).isGreaterThan(.98);
    assertThat(both.get(1).pi(2)).isGreaterThan(.98);
  }

  /** Sum to 1, nothing negative, whatever the beliefs, weights, floors, holdouts. */
  @Test
  void propensitiesAreProbabilitiesInEveryCell() {
    Random random = new Random(8);
    for (int run = 0; run < 200; run++) {
      List<List<ArmBelief>> cells = new ArrayList<>();
      for (int b = 0; b < 1 + random.nextInt(5); b++) {
        cells.add(
            cell(
                3 + random.nextInt(300),
                .05 + .9 * random.nextDouble(),
                .05 + .9 * random.nextDouble(),
                .05 + .9 * random.nextDouble()));
      }
      double[] weight = new double[cells.size()];
      Arrays.fill(weight, 1. / weight.length);
      Floor floor =
          run % 2 == 0 ? Floor.absolute(.5 + .45 * random.nextDouble()) : Floor.relative(.95);
      AllocationSettings settings =
          (run % 4 < 2 ? PER_ARM : ROLE).withHoldoutShare(HoldoutShare.fixed(.02));

      for (FloorSolution solution :
          ContextAllocation.allocate(cells, weight, floor, settings, Set.of(), 1)) {
        assertThat(Arrays.stream(solution.propensities()).sum()).isCloseTo(1, within(1e-12));
        assertThat(Arrays.stream(solution.propensities()).min().orElseThrow()).isNotNegative();
        assertThat(solution.propensity(2)).isGreaterThanOrEqualTo(.02);
      }
    }
  }

  /**
   * A demoted arm leaves exploitation and is tried on a tenth of the calls of every cell, under
   * both scopes, whether or not the floor can be reached; its labels decide when it is back.
   */
  @ParameterizedTest
  @CsvSource({"PER_ARM, .9", "ROLE, .9", "PER_ARM, .995", "ROLE, .995"})
  void demotedArmsAreTriedInEveryCell(FloorScope scope, double floor) {
    // Given: the cheap arm would serve all of the easy cell
    List<List<ArmBelief>> cells = List.of(cell(400, .97, .98, .98), cell(400, .50, .70, .97));
    AllocationSettings settings = PER_ARM.withScope(scope);
    for (Set<Integer> demoted : List.of(Set.of(0), Set.of(0, 1), Set.of(0, 2))) {
      // When
      List<FloorSolution> solutions =
          ContextAllocation.allocate(
              cells, new double[] {.5, .5}, Floor.absolute(floor), settings, demoted, -1);
      // Then
      double each = FloorAllocation.TRIAL_SHARE / (demoted.contains(1) ? 2 : 1);
      for (FloorSolution solution : solutions) {
        assertThat(Arrays.stream(solution.propensities()).sum()).isCloseTo(1, within(1e-12));
        for (int k : demoted) {
          if (k < 2) { // the strongest is never demoted
            assertThat(solution.pi(k)).isBetween(each, each + settings.eps0());
          }
        }
      }
    }
  }

  /** What is cheap to get in one cell pays for what is dear in another. */
  @Test
  void underAFloorOfTheRoleOneCellPaysForAnother() {
    // Given: in the hard cell nothing reaches .90; over the traffic it can be held
    List<ArmBelief> easy = cell(2_000, .96, .97, .985);
    List<ArmBelief> hard = cell(2_000, .60, .80, .88);

    List<FloorSolution> both = allocate(List.of(easy, hard), new double[] {.8, .2}, .9, ROLE);

    double held = .8 * quality(both.get(0), easy) + .2 * quality(both.get(1), hard);
    double usd = .8 * costUsd(both.get(0)) + .2 * costUsd(both.get(1));
    assertThat(held).isBetween(.9, .93);
    assertThat(usd).isLessThan(.01);
  }

  /** The role's ledger is of its traffic: what one cell owes, all of them pay back alike. */
  @Test
  void aDebtOfTheRoleMovesEveryCellTowardsItsStrongest() {
    // Given: well known, and 300 calls on the small arm of the hard cell, .30 below the floor
    List<ArmBelief> easy = cell(20_000, .96, .97, .985);
    List<ArmBelief> hard = cell(20_000, .60, .80, .96);
    List<ArmBelief> owing = new ArrayList<>(hard);
    ArmBelief small = hard.get(0);
    owing.set(0, new ArmBelief(small.quality(), small.cost(), 300, 300));
    AllocationSettings ledger = ROLE.withLedgerConfidence(.997);
    double[] weight = {.5, .5};

    // When
    List<FloorSolution> even = allocate(List.of(easy, hard), weight, .9, ledger);
    List<FloorSolution> debt = allocate(List.of(easy, owing), weight, .9, ledger);
    List<FloorSolution> none = allocate(List.of(easy, owing), weight, .9, ROLE);

    // Then: a hundred calls of the strongest bank 7 of the 90 that are owed
    double held = .5 * quality(even.get(0), easy) + .5 * quality(even.get(1), hard);
    assertThat(held).isBetween(.9, .92);
    for (int b = 0; b < 2; b++) {
      assertThat(debt.get(b).pi(2)).isCloseTo(1 - .002 * (1 - none.get(b).pi(2)), within(1e-12));
    }
  }

  /** The program on its own against a grid over two cells, three arms each. */
  @Test
  void noMixtureOnAGridIsCheaper() {
    Random random = new Random(9);
    int feasible = 0;
    for (int run = 0; run < 100; run++) {
      double[] weight = {.3, .7};
      double[][] value = {doubles(random), doubles(random)};
      double[][] cost = {doubles(random), doubles(random)};
      boolean[] allowed = {true, random.nextInt(4) > 0, true};
      double level = random.nextDouble();

      double[][] pi = TrafficProgram.cheapest(weight, value, cost, allowed, level);

      double grid = cheapestOnGrid(weight, value, cost, allowed, level);
      if (pi == null) {
        assertThat(grid).isInfinite();
      } else {
        feasible++;
        double usd = .3 * dot(pi[0], cost[0]) + .7 * dot(pi[1], cost[1]);
        double reached = .3 * dot(pi[0], value[0]) + .7 * dot(pi[1], value[1]);
        assertThat(reached).isGreaterThanOrEqualTo(level - 1e-9);
        assertThat(usd).isLessThanOrEqualTo(grid + 1e-9);
        assertThat(pi[0][1] + pi[1][1]).isLessThanOrEqualTo(allowed[1] ? 2 : 0);
      }
    }
    assertThat(feasible).isBetween(40, 99);
  }

  @Test
  void aWeightPerCellIsAskedFor() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> allocate(List.of(cell(9, .8, .8, .9)), new double[2], .9, ROLE))
        .withMessageContaining("one weight per cell");
  }

  private static double cheapestOnGrid(
      double[] weight, double[][] value, double[][] cost, boolean[] allowed, double level) {
    double cheapest = Double.POSITIVE_INFINITY;
    int steps = 12;
    for (double[] p : grid(steps, allowed)) {
      for (double[] q : grid(steps, allowed)) {
        if (weight[0] * dot(p, value[0]) + weight[1] * dot(q, value[1]) >= level) {
          cheapest = Math.min(cheapest, weight[0] * dot(p, cost[0]) + weight[1] * dot(q, cost[1]));
        }
      }
    }
    return cheapest;
  }

  private static List<double[]> grid(int steps, boolean[] allowed) {
    List<double[]> grid = new ArrayList<>();
    for (int i = 0; i <= steps; i++) {
      for (int j = 0; i + j <= steps; j++) {
        if (allowed[1] || j == 0) {
          grid.add(
              new double[] {
                i / (double) steps, j / (double) steps, (steps - i - j) / (double) steps
              });
        }
      }
    }
    return grid;
  }

  private static double[] doubles(Random random) {
    return new double[] {random.nextDouble(), random.nextDouble(), random.nextDouble()};
  }

  private static double quality(FloorSolution solution, List<ArmBelief> arms) {
    double sum = 0;
    for (int k = 0; k < arms.size(); k++) {
      sum += solution.pi(k) * arms.get(k).quality().mean();
    }
    return sum;
  }

  private static double costUsd(FloorSolution solution) {
    return dot(solution.pis(), COST);
  }

  private static double dot(double[] u, double[] v) {
    double sum = 0;
    for (int k = 0; k < u.length; k++) {
      sum += u[k] * v[k];
    }
    return sum;
  }
}
