package io.floorkeeper.bandit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

/**
 * IPS, SNIPS and Cressie-Read against figures of Vowpal Wabbit's estimators. Those that its own
 * tests print are told as such; the others came out of release 0.2.2 of vw-estimators (scipy).
 */
class OffPolicyEstimatesTest {
  private static final double ALPHA = .05;
  private static final double INFINITE = Double.POSITIVE_INFINITY;

  /** Seven decisions {p_log, reward, p_pred}, weights from .4 to 2.8. */
  private static final double[][] MIXED = {
    {.5, 1, .2}, {.25, 0, .7}, {.8, 1, .9}, {.05, .4, .1}, {.6, 1, .3}, {.3, 0, .35}, {.9, .75, .85}
  };

  /** Weights that average below 1. */
  private static final double[][] LIGHT = {{.5, 1, .2}, {.5, 0, .1}, {.9, 1, .5}, {.4, .25, .6}};

  @Test
  void oneDecisionAsInVowpalWabbitsTests() {
    // Given
    OffPolicySums sums = OffPolicySums.decision(.3, .6, 1);

    // Then
    assertThat(ImportanceSampling.ips(sums, ALPHA).value()).isEqualTo(2.0);
    assertThat(ImportanceSampling.snips(sums, ALPHA).value()).isEqualTo(1.0);
    assertThat(CressieRead.QUALITY.estimate(sums, ALPHA).value()).isEqualTo(1.0);
  }

  @Test
  void alwaysOneArmIsDoublyRobustFromItsSumsAlone() {
    // Given
    double[] always = {0, 1};
    double[] means = {.3, .7};
    OffPolicySums sums = OffPolicySums.ZERO;
    DoublyRobustSums expected = DoublyRobustSums.ZERO;
    for (double[] decision : MIXED) {
      int arm = decision[2] > .5 ? 1 : 0;
      sums = sums.plus(OffPolicySums.decision(decision[0], always[arm], decision[1]));
      expected =
          expected.plus(DoublyRobustSums.decision(arm, decision[0], decision[1], always, means));
    }

    // When
    OffPolicyEstimate estimate = DoublyRobustSums.always(sums, .7).estimate(ALPHA);

    // Then
    OffPolicyEstimate oneByOne = expected.estimate(ALPHA);
    assertThat(estimate.value()).isCloseTo(oneByOne.value(), within(1e-12));
    assertThat(estimate.low()).isCloseTo(oneByOne.low(), within(1e-12));
    assertThat(estimate.high()).isCloseTo(oneByOne.high(), within(1e-12));
    assertThat(estimate.effectiveN()).isEqualTo(oneByOne.effectiveN());
  }

  @Test
  void alternatingRewardsAsInVowpalWabbitsTests() {
    // Given
    OffPolicySums sums = alternating(10_000, 1);

    // When
    OffPolicyEstimate ips = ImportanceSampling.ips(sums, ALPHA);
    OffPolicyEstimate snips = ImportanceSampling.snips(sums, ALPHA);
    OffPolicyEstimate cressieRead = CressieRead.QUALITY.estimate(sums, ALPHA);

    // Then
    for (OffPolicyEstimate estimate : new OffPolicyEstimate[] {ips, snips, cressieRead}) {
      assertThat(estimate.value()).isCloseTo(.8, within(1e-4));
      assertThat(estimate.low()).isBetween(.75, estimate.value());
      assertThat(estimate.high()).isBetween(estimate.value(), .85);
    }
    same(ips, .8, .7843195040793561, .8156804959207885);
    same(cressieRead, .800053313193, .7865134184056348, .8033716453985914);
  }

  @Test
  void rewardsTenTimesAsLargeGiveTenTimesTheInterval() {
    // When
    OffPolicyEstimate ten =
        new CressieRead(0, INFINITE, 0, 10).estimate(alternating(10_000, 10), ALPHA);

    // Then
    OffPolicyEstimate one = CressieRead.QUALITY.estimate(alternating(10_000, 1), ALPHA);
    assertThat(ten.low()).isBetween(7.5, 8.).isCloseTo(10 * one.low(), within(1e-11));
    assertThat(ten.high()).isBetween(8., 8.5).isCloseTo(10 * one.high(), within(1e-11));
  }

  @Test
  void fewerDecisionsGiveTheseWiderIntervals() {
    same(
        CressieRead.QUALITY.estimate(alternating(1_000, 1), ALPHA),
        .800531326101,
        .7573153088566695,
        .8106711727858327);
    same(
        CressieRead.QUALITY.estimate(alternating(100, 1), ALPHA),
        .805139186296,
        .6638826861510717,
        .8340293284622321);
    same(
        ImportanceSampling.ips(alternating(100, 1), ALPHA), .8, .6424129663192895, .95758703368071);
  }

  @Test
  void unevenWeightsAtThreeLevels() {
    // Given
    OffPolicySums seven = sums(MIXED);
    OffPolicySums seventy = seven.times(10);

    // Then
    same(
        CressieRead.QUALITY.estimate(seven, ALPHA),
        .441710664542,
        .11034610538139294,
        .9130978231434047);
    same(
        CressieRead.QUALITY.estimate(seventy, .05),
        .526390483359,
        .3585792983386371,
        .6153608069865991);
    same(
        CressieRead.QUALITY.estimate(seventy, .10),
        .526390483359,
        .3672484846047797,
        .6007502712839674);
    same(
        CressieRead.QUALITY.estimate(seventy, .50),
        .526390483359,
        .3857911093269337,
        .556636027186421);
    assertThat(ImportanceSampling.snips(seventy, ALPHA).value())
        .isCloseTo(.395399440472, within(1e-12));
    same(
        ImportanceSampling.ips(seventy, ALPHA),
        .504761904762,
        .41408278569688783,
        .5954410238269217);
  }

  @Test
  void boundedWeightsWhetherTheyAverageAboveOrBelowOne() {
    same(
        new CressieRead(.1, 20, 0, 1).estimate(sums(MIXED).times(10), ALPHA),
        .528222705398,
        .39416746786287027,
        .6174596975262858);
    same(
        CressieRead.QUALITY.estimate(sums(LIGHT).times(5), ALPHA),
        .521701388889,
        .24196039130130526,
        .8755314123562492);
    same(
        new CressieRead(0, 8, 0, 1).estimate(sums(LIGHT).times(5), ALPHA),
        .524061983817,
        .22324886124800258,
        .8926772027738152);
  }

  @Test
  void rewardsOfEitherSign() {
    // Given: 10 r - 2, in [-2, 8]
    OffPolicySums sums = OffPolicySums.ZERO;
    for (double[] d : MIXED) {
      sums = sums.plus(OffPolicySums.decision(d[0], d[2], 10 * d[1] - 2).times(10));
    }

    // Then
    same(
        new CressieRead(0, 20, -2, 8).estimate(sums, ALPHA),
        3.26390483359,
        1.9514609768470252,
        4.153608069865991);
  }

  /** An estimator whose variance is a difference of rounded sums takes the root of -1e-17 here. */
  @Test
  void whereEveryRewardIsTheSameNothingIsUncertain() {
    // Given
    OffPolicySums sums = OffPolicySums.decision(.5, .5, .751).times(100);

    // Then
    same(ImportanceSampling.ips(sums, ALPHA), .751, .751, .751);
    same(ImportanceSampling.snips(sums, ALPHA), .751, .751, .751);
    same(CressieRead.QUALITY.estimate(sums, ALPHA), .751, .751, .751);
  }

  @Test
  void selfNormalisationIgnoresAFactorThatAllWeightsShare() {
    // Given
    OffPolicySums sums = sums(MIXED);
    OffPolicySums halved = OffPolicySums.ZERO;
    for (double[] d : MIXED) {
      halved = halved.plus(OffPolicySums.decision(d[0], d[2] / 2, d[1]));
    }

    // Then
    OffPolicyEstimate snips = ImportanceSampling.snips(sums, ALPHA);
    same(ImportanceSampling.snips(halved, ALPHA), snips.value(), snips.low(), snips.high());
    assertThat(ImportanceSampling.ips(halved, ALPHA).value())
        .isCloseTo(ImportanceSampling.ips(sums, ALPHA).value() / 2, within(1e-12));
  }

  @Test
  void thinEvidenceSaysSo() {
    // When
    OffPolicySums one = OffPolicySums.decision(.5, .5, 1);
    OffPolicySums unrelated = OffPolicySums.decision(.5, 0, 1).times(50);

    // Then: no interval from one decision, no estimate from none or from decisions of other arms
    assertThat(ImportanceSampling.ips(one, ALPHA).low()).isEqualTo(-INFINITE);
    assertThat(ImportanceSampling.snips(one, ALPHA).high()).isEqualTo(INFINITE);
    assertThat(ImportanceSampling.ips(OffPolicySums.ZERO, ALPHA).value()).isNaN();
    assertThat(ImportanceSampling.snips(unrelated, ALPHA).value()).isNaN();
    assertThat(ImportanceSampling.snips(unrelated, ALPHA).high()).isEqualTo(INFINITE);
    assertThat(CressieRead.QUALITY.estimate(OffPolicySums.ZERO, ALPHA).value()).isNaN();
    assertThat(CressieRead.QUALITY.estimate(OffPolicySums.ZERO, ALPHA).high()).isEqualTo(1);
    assertThat(CressieRead.QUALITY.estimate(unrelated, ALPHA).low()).isZero();
    assertThat(CressieRead.QUALITY.estimate(unrelated, ALPHA).high()).isEqualTo(1);
    assertThat(CressieRead.QUALITY.estimate(unrelated, ALPHA).effectiveN()).isZero();
  }

  @Test
  void whatIsOutOfRangeIsNamed() {
    OffPolicySums two = OffPolicySums.decision(.5, .5, 2);
    refused(() -> CressieRead.QUALITY.estimate(two, ALPHA), "rMax");
    refused(() -> CressieRead.QUALITY.estimate(sums(MIXED), 0), "alpha");
    refused(() -> ImportanceSampling.ips(two, 1), "alpha");
    refused(() -> ImportanceSampling.snips(two, Double.NaN), "alpha");
    refused(() -> new CressieRead(1, 2, 0, 1), "wMin");
    refused(() -> new CressieRead(0, 1, 0, 1), "wMax");
    refused(() -> new CressieRead(0, 2, 1, 0), "rMin");
    refused(() -> new CressieRead(0, 2, 0, INFINITE), "rMin");
  }

  /** F(1, n) at .95: 161.4476 and 4.9646 of any table, and Student's t squared, 1.9600^2. */
  @Test
  void fishersQuantiles() {
    assertThat(CressieRead.fisher(.05, 1)).isCloseTo(161.4476, within(5e-5));
    assertThat(CressieRead.fisher(.05, 10)).isCloseTo(4.9646, within(5e-5));
    assertThat(CressieRead.fisher(.05, 1_000_000_000)).isCloseTo(3.8415, within(5e-5));
  }

  private static void refused(Runnable call, String parameter) {
    assertThatIllegalArgumentException().isThrownBy(call::run).withMessageContaining(parameter);
  }

  private static void same(OffPolicyEstimate estimate, double value, double low, double high) {
    assertThat(estimate.value()).isCloseTo(value, within(6e-12));
    assertThat(estimate.low()).isCloseTo(low, within(1e-10));
    assertThat(estimate.high()).isCloseTo(high, within(1e-10));
  }

  private static OffPolicySums alternating(int n, double reward) {
    return OffPolicySums.decision(.5, .8, reward)
        .plus(OffPolicySums.decision(.5, .2, 0))
        .times(n / 2);
  }

  private static OffPolicySums sums(double[][] decisions) {
    OffPolicySums sums = OffPolicySums.ZERO;
    for (double[] d : decisions) {
      sums = sums.plus(OffPolicySums.decision(d[0], d[2], d[1]));
    }
    return sums;
  }
}
