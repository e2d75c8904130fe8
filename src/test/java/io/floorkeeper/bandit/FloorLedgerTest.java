package io.floorkeeper.bandit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class FloorLedgerTest {
  private static final AllocationSettings ROLE = AllocationSettings.defaults();
  private static final double Z_FLOOR = 1.2815515655446004;
  private static final double Z_LEDGER = 2.7477813854449926;

  @Test
  void aNewRoleAnswersForTheCallsToComeAtTheLedgersConfidence() {
    // Given: f = .9, nothing booked, means .98 and .80, so t = (.08 - z*sd(t)) / .18
    List<ArmBelief> arms = List.of(arm(160, 40, .001, 0, 0), arm(490, 10, .06, 0, 0));
    FloorLedger ledger = new FloorLedger(arms, Floor.absolute(.9), .90, .997);

    // When
    double t = ledger.most(new double[] {0, 1}, new double[] {1, 0});

    // Then: the quadratic's root, by hand
    double v0 = .8 * .2 / 201;
    double v1 = .98 * .02 / 501;
    double sd = Math.sqrt(t * t * v0 + (1 - t) * (1 - t) * v1);
    assertThat(.08 - .18 * t).isCloseTo(Z_LEDGER * sd, within(1e-10));
    assertThat(t).isBetween(.2, .4);
  }

  @Test
  void whatIsBookedIsSpentAndOwedButTheCallsToComeKeepTheFloorByThemselves() {
    // Given: the same arms, known well, and three histories
    double[] cheap = {1, 0};
    double[] strong = {0, 1};
    double even = ledger(0, 0).most(strong, cheap);

    // When
    double rich = ledger(0, 400).most(strong, cheap);
    double poor = ledger(300, 300).most(strong, cheap);

    // Then: a debt of 300 * .1 - 300 * .08 is paid back out of the next hundred calls
    assertThat(even).isCloseTo(rich, within(.02));
    assertThat(.08 - .18 * rich).isGreaterThan(0);
    assertThat(poor).isLessThan(even - .05);
    assertThat(ledger(500, 0).most(strong, cheap)).isNaN();
  }

  private static FloorLedger ledger(double cheapCalls, double strongCalls) {
    return new FloorLedger(
        List.of(
            arm(80_000, 20_000, .001, cheapCalls, cheapCalls),
            arm(98_000, 2_000, .06, strongCalls, strongCalls)),
        Floor.absolute(.9),
        .90,
        .997);
  }

  @Test
  void theLedgerEasesToTheFloorsConfidenceWithTheRolesCalls() {
    // Given: the calls have left the book, so the mixture alone decides
    List<ArmBelief> arms = List.of(arm(160, 40, .001, 0, 0), arm(490, 10, .06, 9_000, 0));

    // When
    double t =
        new FloorLedger(arms, Floor.absolute(.9), .90, .997)
            .most(new double[] {0, 1}, new double[] {1, 0});

    // Then: z = z_floor + (z_ledger - z_floor) / 10
    double sd = Math.sqrt(t * t * .8 * .2 / 201 + (1 - t) * (1 - t) * .98 * .02 / 501);
    double z = Z_FLOOR + (Z_LEDGER - Z_FLOOR) / 10;
    assertThat(.08 - .18 * t).isCloseTo(z * sd, within(1e-10));
  }

  @Test
  void aRelativeFloorMovesWithItsReference() {
    // Given: A = q_0*t + q_1*((1-t) - r)
    List<ArmBelief> arms = List.of(arm(160, 40, .001, 0, 0), arm(490, 10, .06, 0, 0));
    FloorLedger ledger = new FloorLedger(arms, Floor.relative(.95), .90, .997);

    // When
    double t = ledger.most(new double[] {0, 1}, new double[] {1, 0});

    // Then
    double own = 1 - t - .95;
    double sd = Math.sqrt(t * t * .8 * .2 / 201 + own * own * .98 * .02 / 501);
    assertThat(.8 * t + .98 * own).isCloseTo(Z_LEDGER * sd, within(1e-10));
    assertThat(ledger.passes(new double[] {0, 1})).isTrue();
  }

  /** Every pair of arms on a grid of shares, 300 random problems: nothing cheaper passes. */
  @Test
  void noMixtureOfTwoArmsThatPassesIsCheaper() {
    // Given
    Random random = new Random(20260131);
    int solved = 0;
    for (int run = 0; run < 300; run++) {
      List<ArmBelief> arms = anyArms(random);
      int n = arms.size();
      double[] cost = arms.stream().mapToDouble(a -> a.cost().meanUsd()).toArray();
      boolean[] allowed = new boolean[n];
      for (int k = 0; k < n; k++) {
        allowed[k] = k == n - 1 || random.nextInt(5) > 0;
      }
      Floor floor = random.nextBoolean() ? Floor.absolute(.9) : Floor.relative(.95);
      FloorLedger ledger = new FloorLedger(arms, floor, .9, .997);
      double[] explored = new double[n];
      explored[random.nextInt(n)] = 1;

      // When
      double[] pi = ledger.cheapest(cost, allowed, explored, .03);

      // Then
      double least = Double.POSITIVE_INFINITY;
      for (int i = 0; i < n; i++) {
        for (int j = 0; j < n; j++) {
          for (int step = 0; step <= 50 && allowed[i] && allowed[j]; step++) {
            double[] lp = new double[n];
            lp[i] += step / 50.;
            lp[j] += 1 - step / 50.;
            double[] mixed = FloorLedger.towards(lp, explored, .03);
            // A pair of which neither passes alone is left out on purpose.
            boolean covered = alone(ledger, i, explored, n) || alone(ledger, j, explored, n);
            least = covered && ledger.passes(mixed) ? Math.min(least, dot(mixed, cost)) : least;
          }
        }
      }
      if (pi == null) {
        assertThat(least).isInfinite();
      } else {
        solved++;
        assertThat(dot(pi, cost)).isLessThanOrEqualTo(least + 1e-9);
        assertThat(ledger.passes(pi)).isTrue();
      }
    }
    assertThat(solved).isGreaterThan(100);
  }

  private static boolean alone(FloorLedger ledger, int arm, double[] explored, int n) {
    double[] only = new double[n];
    only[arm] = 1;
    return ledger.passes(FloorLedger.towards(only, explored, .03));
  }

  @ParameterizedTest
  @EnumSource(FloorScope.class)
  void whereNothingPassesTheStrongestServesAndAlmostNothingIsExplored(FloorScope scope) {
    // Given: an absolute floor and an arm of which too little is known
    List<ArmBelief> arms = List.of(arm(3.2, .8, .001, 0, 0), arm(3.8, .2, .06, 0, 0));

    // When
    FloorSolution solution =
        FloorAllocation.allocate(arms, Floor.absolute(.9), ROLE.withScope(scope), Set.of(), -1);

    // Then
    assertThat(solution.pi(1)).isGreaterThanOrEqualTo(.998);
    assertThat(solution.pi(0)).isGreaterThan(.0001);
  }

  @Test
  void underPerArmScopeTheShareOfTheStrongestGrowsUntilTheMixturePasses() {
    // Given
    List<ArmBelief> arms = List.of(arm(45, 5, .001, 0, 0), arm(490, 10, .06, 0, 0));
    AllocationSettings perArm = ROLE.withScope(FloorScope.PER_ARM);
    Floor floor = Floor.absolute(.9);

    // When
    FloorSolution kept = FloorAllocation.allocate(arms, floor, perArm, Set.of(), -1);

    // Then
    FloorSolution daring =
        FloorAllocation.allocate(arms, floor, perArm.withLedgerConfidence(0), Set.of(), -1);
    FloorLedger ledger = new FloorLedger(arms, floor, .9, .997);
    assertThat(ledger.passes(daring.pis())).isFalse();
    assertThat(ledger.most(new double[] {0, 1}, daring.pis()) * daring.pi(0))
        .isCloseTo(kept.pi(0), within(1e-12));
    assertThat(kept.pi(0)).isBetween(.1, daring.pi(0) - .05);
  }

  /**
   * 200 streams of 50 to 500 calls on two arms, floor .90, the strong one .92 to .99, the cheap one
   * from .60 up to it, priors off by up to .085. Of 10,000 other streams 39 broke the floor, so
   * that other seeds would fail this test (6 or more) by chance in .02 % of cases; without a ledger
   * 216 did.
   */
  @Test
  void shortStreamsKeepTheFloor() {
    // When
    int broken = 0;
    for (int seed = 1; seed <= 200; seed++) {
      broken += brokeTheFloor(ROLE, seed) ? 1 : 0;
    }

    // Then
    assertThat(broken).isLessThanOrEqualTo(5);
  }

  static boolean brokeTheFloor(AllocationSettings settings, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    int calls = 50 + random.nextInt(451);
    double strong = .92 + .07 * random.nextDouble();
    double[] q = {.6 + (strong - .6) * random.nextDouble(), strong};
    double[] prior = {
      Math.min(.97, q[0] + .1 * (random.nextDouble() - .5) * 1.7),
      Math.min(.98, q[1] + .1 * (random.nextDouble() - .5) * 1.7)
    };
    double[] labels = new double[2];
    double[] passed = new double[2];
    double sum = 0;
    for (int call = 0; call < calls; call++) {
      List<ArmBelief> arms = new ArrayList<>();
      for (int k = 0; k < 2; k++) {
        BetaPosterior belief =
            BetaPosterior.of(prior[k], 4, labels[k], labels[k] == 0 ? 0 : passed[k] / labels[k]);
        arms.add(
            new ArmBelief(
                belief, CostPosterior.exactly(k == 0 ? .001 : .02), labels[k], labels[k]));
      }
      FloorSolution solution =
          FloorAllocation.allocate(arms, Floor.absolute(.9), settings, Set.of(), -1);
      int k = random.nextDouble() < solution.propensity(0) ? 0 : 1;
      labels[k]++;
      passed[k] += random.nextDouble() < q[k] ? 1 : 0;
      sum += q[k];
    }
    return sum / calls < .9;
  }

  @Test
  void theConfidenceIsCheckedAndZeroIsNoLedger() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ROLE.withLedgerConfidence(.5))
        .withMessageContaining("ledgerConfidence");
    assertThatIllegalArgumentException().isThrownBy(() -> ROLE.withLedgerConfidence(1));
    assertThat(ROLE.withLedgerConfidence(0).ledgerConfidence()).isZero();
    assertThatIllegalArgumentException()
        .isThrownBy(() -> arm(1, 1, 1, -1, 0))
        .withMessageContaining("calls");
  }

  private static List<ArmBelief> anyArms(Random random) {
    List<ArmBelief> arms = new ArrayList<>();
    int n = 2 + random.nextInt(4);
    for (int k = 0; k < n; k++) {
      double labels = Math.exp(8 * random.nextDouble());
      double q = (k == n - 1 ? .94 : .6) + (k == n - 1 ? .05 : .39) * random.nextDouble();
      double calls = random.nextInt(k == n - 1 ? 600 : 30);
      arms.add(
          arm(
              4 + labels * q,
              .2 + labels * (1 - q),
              Math.exp(-7 + 4 * random.nextDouble()),
              calls,
              calls));
    }
    return arms;
  }

  private static double dot(double[] u, double[] v) {
    double sum = 0;
    for (int k = 0; k < u.length; k++) {
      sum += u[k] * v[k];
    }
    return sum;
  }

  private static ArmBelief arm(double a, double b, double usd, double calls, double booked) {
    return new ArmBelief(new BetaPosterior(a, b), CostPosterior.exactly(usd), calls, booked);
  }
}
