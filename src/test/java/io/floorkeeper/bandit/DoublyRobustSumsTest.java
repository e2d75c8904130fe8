package io.floorkeeper.bandit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class DoublyRobustSumsTest {
  private static final double ALPHA = .05;
  private static final double[] CANDIDATE = {.2, .8};

  @Test
  void aPredictionIsCorrectedByWhatWasSeen() {
    // When: .2 * .5 + .8 * .9 = .82 predicted; seen 1 where .9 was said, with weight .8/.4
    DoublyRobustSums sums = DoublyRobustSums.decision(1, .4, 1, CANDIDATE, new double[] {.5, .9});

    // Then
    assertThat(sums.estimate(ALPHA).value()).isCloseTo(.82 + 2 * .1, within(1e-15));
    assertThat(sums.estimate(ALPHA).low()).isEqualTo(Double.NEGATIVE_INFINITY);
  }

  @Test
  void aModelThatSaysNothingLeavesInversePropensities() {
    // Given
    double[] nothing = {0, 0};
    DoublyRobustSums robust =
        DoublyRobustSums.decision(1, .4, 1, CANDIDATE, nothing)
            .plus(DoublyRobustSums.decision(0, .6, .5, CANDIDATE, nothing))
            .plus(DoublyRobustSums.decision(1, .4, 0, CANDIDATE, nothing));
    OffPolicySums plain =
        OffPolicySums.decision(.4, .8, 1)
            .plus(OffPolicySums.decision(.6, .2, .5))
            .plus(OffPolicySums.decision(.4, .8, 0));

    // Then
    assertThat(robust.estimate(ALPHA)).isEqualTo(ImportanceSampling.ips(plain, ALPHA));
  }

  @Test
  void aModelThatIsRightLeavesNothingToChance() {
    // Given: every arm pays what the model says
    double[] means = {.5, .9};
    DoublyRobustSums sums =
        DoublyRobustSums.decision(0, .6, .5, CANDIDATE, means)
            .times(70)
            .plus(DoublyRobustSums.decision(1, .4, .9, CANDIDATE, means).times(30));

    // When
    OffPolicyEstimate estimate = sums.estimate(ALPHA);

    // Then
    assertThat(estimate.value()).isCloseTo(.82, within(1e-12));
    assertThat(estimate.high() - estimate.low()).isCloseTo(0, within(1e-12));
    assertThat(estimate.n()).isEqualTo(100);
    assertThat(estimate.effectiveN()).isBetween(50., 100.);
  }

  @Test
  void shardsAreTheWhole() {
    // Given
    double[] means = {.31, .77};
    DoublyRobustSums a = DoublyRobustSums.decision(0, .07, .1, CANDIDATE, means);
    DoublyRobustSums b = DoublyRobustSums.decision(1, .93, .9, CANDIDATE, means);
    DoublyRobustSums c = DoublyRobustSums.decision(1, .001, .3, CANDIDATE, means);

    // Then
    assertThat(a.plus(b).plus(c)).isEqualTo(c.plus(a.plus(DoublyRobustSums.ZERO).plus(b)));
    assertThat(a.times(2)).isEqualTo(a.plus(a));
    assertThat(a.times(0)).isEqualTo(DoublyRobustSums.ZERO);
  }

  @Test
  void whatIsOutOfRangeIsNamed() {
    double[] means = {.5, .9};
    refused(() -> DoublyRobustSums.decision(2, .5, 1, CANDIDATE, means), "arm");
    refused(() -> DoublyRobustSums.decision(0, 0, 1, CANDIDATE, means), "pLog");
    refused(() -> DoublyRobustSums.decision(0, .5, Double.NaN, CANDIDATE, means), "reward");
    refused(() -> DoublyRobustSums.decision(0, .5, 1, new double[] {.2, .7}, means), "sum to 1");
    refused(() -> DoublyRobustSums.decision(0, .5, 1, new double[] {1.2, -.2}, means), "pPred");
    refused(
        () -> DoublyRobustSums.decision(0, .5, 1, CANDIDATE, new double[] {.5}), "predictedMeans");
    refused(() -> DoublyRobustSums.ZERO.times(-1), "count");
    refused(() -> DoublyRobustSums.ZERO.estimate(2), "alpha");
  }

  private static void refused(Runnable call, String parameter) {
    assertThatIllegalArgumentException().isThrownBy(call::run).withMessageContaining(parameter);
  }
}
