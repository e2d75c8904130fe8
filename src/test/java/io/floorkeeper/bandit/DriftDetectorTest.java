package io.floorkeeper.bandit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.floorkeeper.bandit.DriftDetector.Drift;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DriftDetectorTest {
  private static final double A = EDetector.ARM_THRESHOLD;

  @Test
  void theFirst150LabelsAreTheBaselineAndNeverAlarm() {
    // Given
    DriftDetector detector = DriftDetector.fresh(A);

    // When
    for (int t = 0; t < 149; t++) {
      assertThat(detector.update(t % 10 == 0 ? 0 : 1)).isEqualTo(Drift.NONE);
    }

    // Then
    assertThat(detector.baseline()).isNaN();
    assertThat(detector.update(1)).isEqualTo(Drift.NONE);
    assertThat(detector.baseline()).isEqualTo(.9);
  }

  @Test
  void anArmThatFailsIsNoticedDownwardAndAnchorsAnew() {
    // Given
    DriftDetector detector = anchoredAt(.9);

    // When
    Drift drift = firstOf(detector, 0);

    // Then
    assertThat(drift).isEqualTo(Drift.DOWN);
    assertThat(detector.baseline()).isNaN();
    assertThat(detector.state()).isEqualTo(DriftDetector.fresh(A).state());
  }

  @Test
  void anArmThatGetsBetterIsNoticedUpward() {
    assertThat(firstOf(anchoredAt(.6), 1)).isEqualTo(Drift.UP);
    assertThat(firstOf(anchoredAt(.2), 1)).isEqualTo(Drift.UP);
  }

  @Test
  void whereThereIsNoRoomForTheMarginASideIsNotArmed() {
    // Given: the baselines are perfect, and hopeless
    DriftDetector perfect = anchoredAt(1);
    DriftDetector hopeless = anchoredAt(0);

    // When
    for (int t = 0; t < 2000; t++) {
      assertThat(perfect.update(1)).isEqualTo(Drift.NONE);
      assertThat(hopeless.update(0)).isEqualTo(Drift.NONE);
    }

    // Then: the other side is
    assertThat(firstOf(perfect, 0)).isEqualTo(Drift.DOWN);
    assertThat(firstOf(hopeless, 1)).isEqualTo(Drift.UP);
  }

  @Test
  void aSideThatIsNotArmedGathersNothing() {
    // Given: room for .02 up to a mean of .98, and down to a shortfall of .7
    DriftDetector high = anchoredAt(.97);
    DriftDetector low = anchoredAt(.31);
    DriftDetector between = anchoredAt(.95);

    // When
    for (DriftDetector detector : List.of(high, low, between)) {
      detector.update(.5);
    }

    // Then
    assertThat(high.state().up()).containsOnly(0.);
    assertThat(high.state().down()).doesNotContain(0.);
    assertThat(low.state().down()).containsOnly(0.);
    assertThat(low.state().up()).doesNotContain(0.);
    assertThat(between.state().up()).doesNotContain(0.);
    assertThat(between.state().down()).doesNotContain(0.);
  }

  /** Labels until an alarm, of a stream that is at q, since a baseline at qBefore. */
  @ParameterizedTest
  @CsvSource({".93, .78, DOWN, 70, 120", ".93, .50, DOWN, 12, 22", ".78, .93, UP, 70, 130"})
  void aDriftIsNoticedInSoManyLabels(
      double qBefore, double q, Drift expected, double least, double most) {
    // Given
    Streams streams = Streams.seeded(20261201);
    int[] right = {0};

    // When
    double delay =
        Streams.median(
            501,
            i -> {
              DriftDetector detector = DriftDetector.fresh(A);
              for (int t = 0; t < 150; t++) {
                detector.update(streams.label(qBefore));
              }
              return detector;
            },
            detector -> {
              int labels = 1;
              Drift drift = detector.update(streams.label(q));
              while (drift == Drift.NONE) {
                labels++;
                drift = detector.update(streams.label(q));
              }
              right[0] += drift == expected ? 1 : 0;
              return labels;
            });

    // Then: the medians' standard deviation is below 4 %; the ranges allow six of them
    assertThat(delay).isBetween(least, most);
    assertThat(right[0]).isGreaterThanOrEqualTo(499);
  }

  /**
   * The design's figure is ".1 to .2 spurious resets a run". Here a healthy arm of .93 is reset
   * .195 times in 2,000 labels, .092 of it downward (.40 and .20 in 5,000); near 1 almost never.
   * Standard deviations of 1,500 runs .011 and .008: another seed fails with less than .001.
   */
  @ParameterizedTest
  @CsvSource({".93, .14, .26, .12", ".97, 0, .12, .06", ".99, 0, .03, .02"})
  void aHealthyArmIsSeldomReset(double q, double least, double most, double mostDown) {
    // Given
    Streams streams = Streams.seeded(20261202);
    int runs = 1500;
    int resets = 0;
    int downs = 0;
    for (int run = 0; run < runs; run++) {
      DriftDetector detector = DriftDetector.fresh(A);

      // When
      for (int t = 0; t < 2000; t++) {
        Drift drift = detector.update(streams.label(q));
        resets += drift == Drift.NONE ? 0 : 1;
        downs += drift == Drift.DOWN ? 1 : 0;
      }
    }

    // Then
    assertThat(resets / (double) runs).isBetween(least, most);
    assertThat(downs / (double) runs).isLessThan(mostDown);
  }

  @Test
  void aDetectorThatWasStoredGoesOnToTheLastBit() {
    // Given
    Streams streams = Streams.seeded(20261203);
    DriftDetector kept = DriftDetector.fresh(A);
    DriftDetector stored = DriftDetector.fresh(A);

    // When: stored after every label, fractional ones too, over several resets
    int alarms = 0;
    for (int t = 0; t < 5000; t++) {
      double q = streams.label(t / 1000 % 2 == 0 ? .95 : .6) * (1 - .1 * streams.uniform());
      Drift drift = kept.update(q);
      DriftDetector restored = DriftDetector.restored(stored.state());

      // Then
      assertThat(restored.update(q)).isEqualTo(drift);
      assertThat(restored.state()).isEqualTo(kept.state());
      stored = restored;
      alarms += drift == Drift.NONE ? 0 : 1;
    }
    assertThat(alarms).isGreaterThanOrEqualTo(4);
  }

  @Test
  void whatIsOutOfRangeIsNamed() {
    List<Double> zeros = Collections.nCopies(5, 0.);
    assertRefused(() -> DriftDetector.fresh(1), "threshold");
    assertRefused(() -> DriftDetector.fresh(A).update(1.1), "quality");
    assertRefused(() -> DriftDetector.fresh(A).update(Double.NaN), "quality");
    assertRefused(() -> new DriftDetector.State(A, 151, 0, zeros, zeros), "anchored");
    assertRefused(() -> new DriftDetector.State(A, 10, 11, zeros, zeros), "sum");
    assertRefused(() -> new DriftDetector.State(A, 10, 1, List.of(), zeros), "down");
    assertRefused(
        () -> new DriftDetector.State(A, 10, 1, zeros, Collections.nCopies(5, -1.)), "up");
  }

  private static void assertRefused(Runnable act, String message) {
    assertThatIllegalArgumentException().isThrownBy(act::run).withMessageContaining(message);
  }

  /** Whose first 150 labels have this mean. */
  private static DriftDetector anchoredAt(double baseline) {
    DriftDetector detector = DriftDetector.fresh(A);
    for (int t = 0; t < 150; t++) {
      detector.update(baseline);
    }
    return detector;
  }

  private static Drift firstOf(DriftDetector detector, double quality) {
    Drift drift = Drift.NONE;
    while (drift == Drift.NONE) {
      drift = detector.update(quality);
    }
    return drift;
  }
}
