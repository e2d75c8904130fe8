package io.floorkeeper.bandit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EDetectorTest {

  @Test
  void theStakesOfAFloorAreThoseOfFiveWorseRatesAndAtMostAHalf() {
    // When
    Wager wager = Wager.quality(.9);

    // Then
    assertThat(wager.m()).isCloseTo(.1, within(1e-15));
    double[] lambda = wager.stakes().stream().mapToDouble(Double::doubleValue).toArray();
    assertThat(lambda)
        .containsExactly(new double[] {.25 / 9, .5 / 9, 1. / 9, 2. / 9, 4. / 9}, within(1e-12));
    assertThat(Wager.quality(.5).stakes()).containsExactly(.25, .5, .5, .5, .5);
    assertThat(Wager.cost(3).stakes()).containsExactly(.02, .05, .1, .2, .4);
  }

  @Test
  void everyStakeGrowsByItsOwnFactor() {
    // Given
    EDetector detector = EDetector.cost(2, 1e4);

    // When: first half of the ceiling, then thrice
    detector.update(1);
    detector.update(6);

    // Then: M = ((0 + 1)(1 - lambda/2) + 1)(1 + 2 lambda)
    double[] expected = {1.99 * 1.04, 1.975 * 1.1, 1.95 * 1.2, 1.9 * 1.4, 1.8 * 1.8};
    double[] evidence =
        detector.state().evidence().stream().mapToDouble(Double::doubleValue).toArray();
    assertThat(evidence).containsExactly(expected, within(1e-12));
    assertThat(detector.strength())
        .isCloseTo((2.0696 + 2.1725 + 2.34 + 2.66 + 3.24) / 5, within(1e-12));
  }

  @Test
  void theAlarmIsRaisedAtTheThresholdAndStartsAnew() {
    // Given
    EDetector detector = EDetector.quality(.9, 100);

    // When
    int labels = 1;
    while (!detector.update(1)) {
      labels++;
    }

    // Then: nothing but failures; the mean of (M_j + 1) * (1 + 9 lambda_j) passes 100
    assertThat(labels).isEqualTo(4);
    assertThat(detector.strength()).isZero();
  }

  /** The shift begins in a stream that has been healthy for 1,000 labels. */
  private static double medianDelay(long seed, EDetector.State fresh, Draw healthy, Draw ill) {
    Streams streams = Streams.seeded(seed);
    return Streams.median(
        2001,
        i -> {
          EDetector detector = EDetector.restored(fresh);
          for (int t = 0; t < 1000; t++) {
            detector.update(healthy.from(streams));
          }
          return detector;
        },
        detector -> {
          int delay = 1;
          while (!detector.update(ill.from(streams))) {
            delay++;
          }
          return delay;
        });
  }

  private interface Draw {
    double from(Streams streams);
  }

  /**
   * The design's figures, numpy. Over sixty seeds the medians of 2,001 streams are 535, 176, 59,
   * 328, 119 and 43 with standard deviations of 1.8 % or .8 labels; the tolerances leave three and
   * a half of them: another seed fails with less than .002.
   */
  @ParameterizedTest
  @CsvSource({
    "1e5, .85, 540, 45",
    "1e5, .80, 181, 14",
    "1e5, .70, 58, 4",
    "1e4, .85, 324, 28",
    "1e4, .80, 123, 11.5",
    "1e4, .70, 42, 4",
  })
  void aFallBelowAFloorOfNinetyIsNoticedInSoManyLabels(
      double threshold, double q, double designDelay, double tolerance) {
    // When
    double delay =
        medianDelay(
            20261101,
            EDetector.quality(.9, threshold).state(),
            s -> 1 - s.label(.95),
            s -> 1 - s.label(q));

    // Then
    assertThat(delay).isCloseTo(designDelay, within(tolerance));
  }

  /** The design's figures, numpy; sigma .8, at 1e4. Another seed fails with less than .001. */
  @ParameterizedTest
  @CsvSource({"1.4, 91, 6", "2.1, 31, 2", "7, 9, 1"})
  void aRiseAboveACeilingIsNoticedInSoManyCalls(
      double ofCeiling, double designDelay, double tolerance) {
    // When
    double delay =
        medianDelay(
            20261102,
            EDetector.cost(.02, 1e4).state(),
            s -> s.cost(.014, .8),
            s -> s.cost(.02 * ofCeiling, .8));

    // Then
    assertThat(delay).isCloseTo(designDelay, within(tolerance));
  }

  /**
   * The worst healthy stream lies exactly on its floor. The design's figures, numpy: .059 at 1e5,
   * .53 at 1e4; the bound is N/A. Over 25 seeds the shares of 2,000 streams are .070 and .525 with
   * standard deviations of .005 and .011: another seed fails with less than .001.
   */
  @ParameterizedTest
  @CsvSource({"1e5, .059, .03", "1e4, .53, .04"})
  void onTheFloorFalseAlarmsAreAsRareAsPromised(
      double threshold, double designShare, double tolerance) {
    // Given
    Streams streams = Streams.seeded(20261103);
    int alarmed = 0;
    for (int i = 0; i < 2000; i++) {
      EDetector detector = EDetector.quality(.9, threshold);
      boolean alarm = false;

      // When
      for (int t = 0; t < 10_000 && !alarm; t++) {
        alarm = detector.update(1 - streams.label(.9));
      }
      alarmed += alarm ? 1 : 0;
    }

    // Then
    double share = alarmed / 2000.;
    assertThat(share).isCloseTo(designShare, within(tolerance));
    assertThat(share).isLessThanOrEqualTo(10_000 / threshold);
  }

  /**
   * A judge that labels failures at .6 and passes at .3. At q = .95 the raw labels read .905; told
   * (1 - q)/p and 0 for what was not labelled, the detector is as quiet as N/A promises: 200
   * streams of 5,000 at A = 1e5 expect at most 10 alarms (and see about none; a seed fails with
   * less than 1e-6).
   */
  @Test
  void labelsThatTheirSourceSampledByResultRaiseNoFalseAlarm() {
    // Given
    Streams streams = Streams.seeded(20261104);
    int alarms = 0;
    for (int i = 0; i < 200; i++) {
      EDetector detector = EDetector.quality(.94, 1e5);

      // When
      for (int t = 0; t < 5000; t++) {
        double q = streams.label(.95);
        double p = q == 0 ? .6 : .3;
        alarms += detector.update(streams.uniform() < p ? (1 - q) / p : 0) ? 1 : 0;
      }
    }

    // Then
    assertThat(alarms).isLessThanOrEqualTo(10);
  }

  @Test
  void aDetectorThatWasStoredGoesOnToTheLastBit() {
    // Given
    Streams streams = Streams.seeded(20261105);
    EDetector detector = EDetector.quality(.9, 1e5);
    for (int t = 0; t < 500; t++) {
      detector.update(1 - streams.label(.88));
    }

    // When: through text, as a database may keep it
    List<Double> stored =
        detector.state().evidence().stream().map(m -> Double.valueOf(m.toString())).toList();
    EDetector restored =
        EDetector.restored(new EDetector.State(detector.state().wager(), 1e5, stored));

    // Then
    for (int t = 0; t < 500; t++) {
      double y = 1 - streams.label(.88);
      assertThat(restored.update(y)).isEqualTo(detector.update(y));
      assertThat(restored.state()).isEqualTo(detector.state());
    }
  }

  @Test
  void aFloorThatMovesKeepsTheEvidence() {
    // Given
    EDetector detector = EDetector.quality(.9, 1e5);
    detector.update(1);
    double before = detector.strength();

    // When
    detector.aim(Wager.quality(.8));

    // Then
    assertThat(detector.strength()).isEqualTo(before);
    assertThat(detector.state().wager()).isEqualTo(Wager.quality(.8));
  }

  @Test
  void theThresholdIsSplitOverLabelsAndStreams() {
    assertThat(EDetector.threshold(10_000, 5, .05)).isEqualTo(1e6);
  }

  @Test
  void whatIsOutOfRangeIsNamed() {
    assertRefused(() -> EDetector.quality(0, 1e5), "floor");
    assertRefused(() -> EDetector.quality(1, 1e5), "floor");
    assertRefused(() -> EDetector.quality(Double.NaN, 1e5), "floor");
    assertRefused(() -> EDetector.cost(0, 1e5), "ceilingUsd");
    assertRefused(() -> EDetector.cost(1, 1), "threshold");
    assertRefused(() -> EDetector.cost(1, Double.POSITIVE_INFINITY), "threshold");
    assertRefused(() -> EDetector.cost(1, 1e4).update(-1), "y must");
    assertRefused(() -> EDetector.cost(1, 1e4).update(Double.NaN), "y must");
    assertRefused(() -> EDetector.threshold(0, 1, .05), "observations");
    assertRefused(() -> EDetector.threshold(1, 0, .05), "streams");
    assertRefused(() -> EDetector.threshold(1, 1, 1), "alpha");
    assertRefused(() -> new Wager(1, List.of(1.)), "stakes");
    assertRefused(() -> new Wager(0, List.of(.5)), "m must");
    assertRefused(() -> EDetector.cost(1, 9).aim(new Wager(1, List.of(.5))), "next");
    assertRefused(() -> new EDetector.State(Wager.cost(1), 9, List.of(1.)), "evidence");
    List<Double> broken = Collections.nCopies(5, Double.NaN);
    assertRefused(() -> new EDetector.State(Wager.cost(1), 9, broken), "evidence");
  }

  private static void assertRefused(Runnable act, String message) {
    assertThatIllegalArgumentException().isThrownBy(act::run).withMessageContaining(message);
  }
}
