package io.floorkeeper.bandit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

/** What telling apart is worth, and the beliefs that it is told from. */
class ContextGainTest {
  private static final AllocationSettings PER_ARM =
      AllocationSettings.defaults().withScope(FloorScope.PER_ARM).withLedgerConfidence(0);
  private static final AllocationSettings ROLE = PER_ARM.withScope(FloorScope.ROLE);
  private static final double[] HALVES = {.5, .5};

  /** Beliefs so firm that the draws hardly move: what is left is arithmetic. */
  private static List<ArmBelief> firmly(double cheap, double dear) {
    return List.of(belief(1e6, cheap, .01), belief(1e6, dear, .10));
  }

  private static ArmBelief belief(double n, double mean, double usd) {
    return new ArmBelief(new BetaPosterior(n * mean, n * (1 - mean)), CostPosterior.exactly(usd));
  }

  @Test
  void whereTheCheapArmIsEnoughInOneHalfTheRolePaysForBoth() {
    List<List<ArmBelief>> cells = List.of(firmly(.95, .96), firmly(.60, .96));

    ContextGain gain = ContextGain.predicted(cells, HALVES, Floor.absolute(.9), PER_ARM);

    // By cell (.01 + .10)/2 at .955. By role a mixture of .775 and .96 that delivers .955.
    double dear = (.955 - .775) / (.96 - .775);
    assertThat(gain.roleUsd()).isCloseTo(.01 + .09 * dear, within(2e-3));
    assertThat(gain.gainUsd()).isCloseTo(.01 + .09 * dear - .055, within(2e-3));
    assertThat(gain.lowUsd()).isLessThanOrEqualTo(gain.highUsd());
    assertThat(ContextVerdict.pays(gain)).isTrue();
  }

  @Test
  void underAFloorOfTheRoleBothSidesMayMix() {
    List<List<ArmBelief>> cells = List.of(firmly(.95, .96), firmly(.60, .96));

    ContextGain gain = ContextGain.predicted(cells, HALVES, Floor.absolute(.9), ROLE);

    // By role: .775 and .96 at .9. By cell: the cheap one in the first, and in the second .60 and
    // .96 at .85.
    double role = .01 + .09 * (.9 - .775) / (.96 - .775);
    double cell = (.01 + .01 + .09 * (.85 - .60) / (.96 - .60)) / 2;
    assertThat(gain.gainUsd()).isCloseTo(role - cell, within(2e-3));
  }

  @Test
  void whereTheSameArmIsRightEverywhereNothingIsGained() {
    for (AllocationSettings settings : List.of(PER_ARM, ROLE)) {
      ContextGain gain =
          ContextGain.predicted(
              List.of(firmly(.60, .97), firmly(.40, .93)), HALVES, Floor.relative(.99), settings);

      assertThat(gain.gainUsd()).isLessThan(.01 * gain.roleUsd());
      if (settings == PER_ARM) {
        assertThat(ContextVerdict.pays(gain)).isFalse();
      }
    }
  }

  @Test
  void equalEvidenceGivesEqualFigures() {
    List<List<ArmBelief>> cells =
        List.of(
            List.of(belief(20, .9, .01), belief(20, .95, .1)),
            List.of(belief(20, .5, .01), belief(20, .95, .1)));

    assertThat(ContextGain.predicted(cells, HALVES, Floor.absolute(.9), PER_ARM))
        .isEqualTo(ContextGain.predicted(cells, HALVES, Floor.absolute(.9), PER_ARM));
  }

  @Test
  void theBaselineIsStableWithLabelsAndWithoutAResetOfLate() {
    assertThat(ContextVerdict.isStable(200, OptionalLong.empty(), false)).isTrue();
    assertThat(ContextVerdict.isStable(199, OptionalLong.empty(), false)).isFalse();
    assertThat(ContextVerdict.isStable(200, OptionalLong.of(692), false)).isFalse();
    assertThat(ContextVerdict.isStable(200, OptionalLong.of(693), false)).isTrue();
    assertThat(ContextVerdict.isStable(200, OptionalLong.empty(), true)).isFalse();
  }

  // --- beliefs of the role where buckets differ

  /** 900 easy tasks passed, 10 of 20 hard ones: the sum says .99 of an arm that is at .75. */
  @Test
  void aRoleIsWhatItsTrafficIsAndNotWhatTheRouterGaveAnArm() {
    ArmBelief easy = belief(900, .999, .002);
    ArmBelief hard = belief(20, .5, .020);

    BetaPosterior quality =
        Standardised.quality(List.of(easy.quality(), hard.quality()), new double[2], HALVES);
    CostPosterior cost = Standardised.cost(List.of(easy.cost(), hard.cost()), HALVES);

    assertThat(quality.mean()).isCloseTo(.7495, within(1e-9));
    assertThat(quality.variance())
        .isCloseTo((easy.quality().variance() + hard.quality().variance()) / 4, within(1e-9));
    assertThat(cost.meanUsd()).isCloseTo(.011, within(1e-12));
    assertThat(cost.logSd()).isZero();
  }

  /** Thirty cells that know nothing are as sure as one of them, and no more. */
  @Test
  void whatAllCellsBorrowIsOneOpinion() {
    BetaPosterior prior = new BetaPosterior(3.6, .4);
    double[] thirtieths = new double[30];
    double[] four = new double[30];
    Arrays.fill(thirtieths, 1 / 30.);
    Arrays.fill(four, 4);

    BetaPosterior role = Standardised.quality(Collections.nCopies(30, prior), four, thirtieths);

    assertThat(role.a()).isCloseTo(3.6, within(1e-9));
    assertThat(role.b()).isCloseTo(.4, within(1e-9));
  }

  @Test
  void dollarsOfTheRoleHaveTheVarianceOfTheirSum() {
    CostPosterior usd = CostPosterior.of(.01, 1, 10);

    CostPosterior role = Standardised.cost(List.of(usd, usd), HALVES);

    double variance = role.meanUsd() * role.meanUsd() * Math.expm1(role.logSd() * role.logSd());
    assertThat(variance).isCloseTo(.01 * .01 * .1 / 2, within(1e-12));
  }

  // --- costs in a bucket

  /** The dear arm was seen in both, the cheap one where calls are short only. */
  @Test
  void anArmThatWasNotSeenInALongBucketIsPricedAsLong() {
    double[][] episodes = {{1_000, 1_000}, {0, 1_000}};
    double[][] seen = {{.001, .010}, {Double.NaN, .040}};

    double[][] priors = BucketCost.priorsUsd(episodes, seen, new double[] {.001, .025});

    assertThat(priors[1][0] / priors[0][0]).isCloseTo(4, within(.1));
    assertThat(priors[0][0]).isCloseTo(.001, within(5e-5));
    assertThat(priors[1][1]).isCloseTo(.040, within(1e-3));
  }

  @Test
  void withoutEpisodesABucketCostsWhatTheRoleDoes() {
    double[][] priors =
        BucketCost.priorsUsd(new double[2][2], new double[2][2], new double[] {.001, 0});

    assertThat(priors[0]).containsExactly(.001, 0);
    assertThatIllegalArgumentException()
        .isThrownBy(
            () ->
                BucketCost.priorsUsd(new double[][] {{-1}}, new double[][] {{1}}, new double[] {1}))
        .withMessageContaining("episodes");
  }

  /** Every cell is priced as it is, also where one arm alone is left. */
  @Test
  void aFloorThatNoArmReachesIsThatOfTheStrongest() {
    List<List<ArmBelief>> cells = new ArrayList<>();
    cells.add(firmly(.50, .60));
    cells.add(firmly(.95, .96));

    ContextGain gain = ContextGain.predicted(cells, HALVES, Floor.absolute(.9), PER_ARM);

    // By cell (.10 + .01)/2 at (.60 + .95)/2; the role needs the dear arm for nearly all.
    assertThat(gain.gainUsd()).isPositive();
  }
}
