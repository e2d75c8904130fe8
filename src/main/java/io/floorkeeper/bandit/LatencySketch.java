package io.floorkeeper.bandit;

import java.util.Map;
import java.util.OptionalDouble;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Latencies counted in logarithmic bins: counts add, so sketches merge in any order and subtract
 * exactly.
 *
 * <p>Below 64 ms every millisecond has its bin; above, every power of two is divided into 32 equal
 * bins (the layout of HdrHistogram, all integers and so the same everywhere):
 *
 * <pre>
 * e = floor(log2(ms)) - 5,   bin = 32*e + floor(ms / 2^e),   bins of 2^e ms
 * </pre>
 *
 * <p>A bin is spoken for by its midpoint, which is off by at most half of 2^e in 32*2^e: a relative
 * error of at most {@link #RELATIVE_ERROR} on any quantile.
 */
public final class LatencySketch {

  /** 1/64. */
  public static final double RELATIVE_ERROR = 1. / 64;

  private static final int PER_OCTAVE = 32;

  private LatencySketch() {}

  /**
   * @param latencyMillis not negative
   * @throws IllegalArgumentException if it is
   */
  public static int binOf(long latencyMillis) {
    if (latencyMillis < 0) {
      throw new IllegalArgumentException("latencyMillis must not be negative: " + latencyMillis);
    }
    int e = Math.max(0, 58 - Long.numberOfLeadingZeros(latencyMillis));
    return PER_OCTAVE * e + (int) (latencyMillis >>> e);
  }

  /**
   * Midpoint of the whole milliseconds that fall into a bin.
   *
   * @throws IllegalArgumentException if no latency has the bin
   */
  public static double midpointMillis(int bin) {
    if (bin < 0 || bin > binOf(Long.MAX_VALUE)) {
      throw new IllegalArgumentException("no latency has bin " + bin);
    }
    int e = Math.max(0, bin / PER_OCTAVE - 1);
    double width = (double) (1L << e);
    return (bin - PER_OCTAVE * e) * width + (width - 1) / 2;
  }

  /**
   * The latency that a share p of the calls do not exceed (nearest rank).
   *
   * @param counts calls by bin, none negative
   * @param p in [0, 1]
   * @return milliseconds, or empty without calls
   * @throws IllegalArgumentException if p is outside [0, 1]
   */
  public static OptionalDouble quantileMillis(Map<Integer, Long> counts, double p) {
    if (!(p >= 0 && p <= 1)) {
      throw new IllegalArgumentException("p must lie in [0, 1]: " + p);
    }
    SortedMap<Integer, Long> sorted = new TreeMap<>(counts);
    long total = sorted.values().stream().mapToLong(Long::longValue).sum();
    double rank = Math.max(1, Math.ceil(p * total));
    long seen = 0;
    for (Map.Entry<Integer, Long> bin : sorted.entrySet()) {
      seen += bin.getValue();
      if (seen >= rank) {
        return OptionalDouble.of(midpointMillis(bin.getKey()));
      }
    }
    return OptionalDouble.empty();
  }
}
