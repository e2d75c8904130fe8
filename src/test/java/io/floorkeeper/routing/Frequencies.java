package io.floorkeeper.routing;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashMap;
import java.util.Map;
import org.apache.commons.math3.distribution.ChiSquaredDistribution;

/** How often what came out, against how often it should. */
final class Frequencies<T> {
  /** Rate at which each test below would alarm falsely, were its seed not fixed. */
  static final double FALSE_ALARM = 1e-4;

  private final Map<T, Long> seen = new HashMap<>();

  void count(T outcome) {
    seen.merge(outcome, 1L, Long::sum);
  }

  Map<T, Long> seen() {
    return seen;
  }

  /** Pearson's chi-square at {@link #FALSE_ALARM}; what has no share must not have been seen. */
  void assertFollow(Map<T, Double> shares) {
    long total = seen.values().stream().mapToLong(Long::longValue).sum();
    assertThat(shares.keySet()).containsAll(seen.keySet());
    double chiSquare = 0;
    int cells = 0;
    for (Map.Entry<T, Double> share : shares.entrySet()) {
      double expected = share.getValue() * total;
      if (expected == 0) {
        assertThat(seen).doesNotContainKey(share.getKey());
        continue;
      }
      assertThat(expected).as("the approximation wants five in each cell").isGreaterThan(5);
      double off = seen.getOrDefault(share.getKey(), 0L) - expected;
      chiSquare += off * off / expected;
      cells++;
    }
    if (cells == 1) {
      return; // all of them fell where they had to
    }
    assertThat(chiSquare)
        .as("%s against %s", seen, shares)
        .isLessThan(
            new ChiSquaredDistribution(cells - 1).inverseCumulativeProbability(1 - FALSE_ALARM));
  }
}
