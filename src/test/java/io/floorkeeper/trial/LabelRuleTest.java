package io.floorkeeper.trial;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import io.floorkeeper.bandit.Evidence;
import org.apache.commons.rng.UniformRandomProvider;
import org.apache.commons.rng.simple.RandomSource;
import org.junit.jupiter.api.Test;

/** Seed 7 throughout; tolerances are five standard errors, so a false alarm is one in a million. */
class LabelRuleTest {
  private static final int DRAWS = 200_000;
  private final UniformRandomProvider random = RandomSource.L64_X128_MIX.create(7);

  @Test
  void baseLabelsComeAtTheirRateAndBoostedOnesAlways() {
    LabelRule rule = LabelRule.atRate(.3);
    int base = 0;
    for (int i = 0; i < DRAWS; i++) {
      base += rule.asksBase(random) ? 1 : 0;
    }
    assertThat(base / (double) DRAWS).isCloseTo(.3, within(.0052));
    assertThat(rule.asksBesides(true)).isTrue();
    assertThat(rule.asksBesides(false)).isFalse();
    assertThat(rule.withBoosting(false).asksBesides(true)).isFalse();
  }

  @Test
  void aSourceThatLabelsFailuresMoreOftenIsRightWhereItSaysSo() {
    // Given: q = .90, failures labelled at 60 % and passes at 30 %
    LabelRule told = LabelRule.atRate(1).withBias(.6, .3, true);
    // When, Then
    assertThat(meanQuality(told)).isCloseTo(.900, within(.006));
    assertThat(meanQuality(told.withBias(.6, .3, false))).isCloseTo(.818, within(.008));
  }

  private double meanQuality(LabelRule rule) {
    Evidence sum = Evidence.ZERO;
    for (int i = 0; i < DRAWS; i++) {
      sum = sum.plus(rule.label(random.nextDouble() < .9 ? 1 : 0, random));
    }
    return sum.sumVQ().doubleValue() / sum.sumV().doubleValue() / Evidence.ONE;
  }

  @Test
  void labelsAreLateGeometricallyUpToABound() {
    LabelRule rule = LabelRule.atRate(1).withDelay(10, 60);
    double sum = 0;
    for (int i = 0; i < DRAWS; i++) {
      int delay = rule.delaySnapshots(random);
      assertThat(delay).isBetween(0, 60);
      sum += delay;
    }
    // 10 less what the bound cuts off: 10 * (10/11)^61.
    assertThat(sum / DRAWS).isCloseTo(10 - 10 * Math.pow(10 / 11.0, 61), within(.12));
    assertThat(LabelRule.atRate(1).delaySnapshots(random)).isZero();
  }

  @Test
  void ratesThatAreNoneAreRefusedByName() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> LabelRule.atRate(0))
        .withMessageStartingWith("baseRate");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> LabelRule.atRate(1).withBias(.5, 1.5, true))
        .withMessageStartingWith("passRate");
  }
}
