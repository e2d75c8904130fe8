package io.floorkeeper.bandit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;

class LatencySketchTest {

  @Test
  void shortLatenciesAreKeptExactly() {
    for (long millis = 0; millis < 64; millis++) {
      assertThat(LatencySketch.midpointMillis(LatencySketch.binOf(millis))).isEqualTo(millis);
    }
  }

  @Test
  void binsFollowEachOtherWithoutAGap() {
    // Given
    int bin = LatencySketch.binOf(0);
    for (long millis = 1; millis < 100_000; millis++) {

      // When
      int next = LatencySketch.binOf(millis);

      // Then
      assertThat(next).isBetween(bin, bin + 1);
      assertThat(LatencySketch.midpointMillis(next))
          .isCloseTo(millis, within(millis * LatencySketch.RELATIVE_ERROR));
      bin = next;
    }
  }

  @Test
  void theLongestLatencyHasABin() {
    // When
    int bin = LatencySketch.binOf(Long.MAX_VALUE);

    // Then
    assertThat(LatencySketch.midpointMillis(bin))
        .isCloseTo(0x1p63, Percentage.withPercentage(100. / 64));
  }

  @Test
  void quantilesAreWithinTheStatedError() {
    // Given
    Random random = new Random(20260107);
    long[] latencies = new long[10_001];
    Map<Integer, Long> counts = new TreeMap<>();
    for (int i = 0; i < latencies.length; i++) {
      latencies[i] = (long) Math.exp(7 + 1.5 * random.nextGaussian());
      counts.merge(LatencySketch.binOf(latencies[i]), 1L, Long::sum);
    }
    Arrays.sort(latencies);
    for (double p : new double[] {0, .5, .9, .99, 1}) {

      // When
      double quantile = LatencySketch.quantileMillis(counts, p).getAsDouble();

      // Then
      double exact = latencies[(int) Math.max(0, Math.ceil(p * latencies.length) - 1)];
      assertThat(quantile).isCloseTo(exact, within(exact * LatencySketch.RELATIVE_ERROR));
    }
  }

  @Test
  void withoutCallsThereIsNoQuantile() {
    assertThat(LatencySketch.quantileMillis(Map.of(), .5)).isEmpty();
    assertThat(LatencySketch.quantileMillis(Map.of(3, 0L), .5)).isEmpty();
  }

  @Test
  void whatCannotBeIsRefused() {
    assertThatIllegalArgumentException().isThrownBy(() -> LatencySketch.binOf(-1));
    assertThatIllegalArgumentException().isThrownBy(() -> LatencySketch.midpointMillis(-1));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> LatencySketch.quantileMillis(Map.of(), 1.5));
  }
}
