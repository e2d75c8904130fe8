package io.floorkeeper.bandit;

import org.apache.commons.rng.UniformRandomProvider;

/**
 * Draws an arm in constant time and without allocating. Immutable, for any number of threads.
 *
 * <p>Two ways to draw, of the same probabilities: by chance with an alias table (Walker 1977; Vose,
 * IEEE TSE 17(9), 1991), or by session with the inverse distribution function over the arms in tier
 * order, so that a shift of the allocation by x moves about x of the sessions, and those to a
 * neighbouring tier.
 */
public final class Allocation {
  private static final double TWO_POW_64 = 0x1p64;

  private final double[] propensity;
  private final float[] logged;
  private final double[] upTo;
  private final long[] keepBelow;
  private final int[] alias;

  private Allocation(double[] propensity) {
    int n = propensity.length;
    this.propensity = propensity;
    this.logged = new float[n];
    this.upTo = new double[n];
    this.keepBelow = new long[n];
    this.alias = new int[n];
    int last = 0;
    double sum = 0;
    for (int k = 0; k < n; k++) {
      // What can be drawn must not be logged as impossible: estimators divide by it.
      logged[k] = propensity[k] > 0 ? Math.max(Float.MIN_NORMAL, (float) propensity[k]) : 0;
      sum += propensity[k];
      upTo[k] = sum;
      last = propensity[k] > 0 ? k : last;
    }
    for (int k = last; k < n; k++) {
      upTo[k] = 1;
    }
    fillAlias();
  }

  /**
   * @param propensities one per arm in tier order, not negative, sum 1 within 1e-9
   * @throws IllegalArgumentException otherwise
   */
  public static Allocation of(double[] propensities) {
    double sum = 0;
    for (double p : propensities) {
      if (!(p >= 0)) {
        throw new IllegalArgumentException("propensities must not be negative: " + p);
      }
      sum += p;
    }
    if (!(Math.abs(sum - 1) <= 1e-9)) {
      throw new IllegalArgumentException("propensities must sum to 1: " + sum);
    }
    double[] p = new double[propensities.length];
    for (int k = 0; k < p.length; k++) {
      p[k] = propensities[k] / sum;
    }
    return new Allocation(p);
  }

  /** Vose's method: columns of height 1/n, each of its own arm and at most one other. */
  private void fillAlias() {
    int n = propensity.length;
    double[] height = new double[n];
    int[] open = new int[n];
    int small = 0;
    int large = n;
    for (int k = 0; k < n; k++) {
      height[k] = propensity[k] * n;
      alias[k] = k;
      if (height[k] < 1) {
        open[small++] = k;
      } else {
        open[--large] = k;
      }
    }
    while (small > 0 && large < n) {
      int less = open[--small];
      int more = open[large++];
      keepBelow[less] = asUnsigned(height[less]);
      alias[less] = more;
      height[more] -= 1 - height[less];
      if (height[more] < 1) {
        open[small++] = more;
      } else {
        open[--large] = more;
      }
    }
    // Whatever is left has height 1 but for rounding: its column is its own, as alias[k] = k says.
    // An arm of probability 0 is never left: some column is higher than 1 while it is open.
  }

  private static long asUnsigned(double fraction) {
    double scaled = fraction * TWO_POW_64;
    return scaled < 0x1p63 ? (long) scaled : (long) (scaled - 0x1p63) ^ Long.MIN_VALUE;
  }

  /** Number of arms. */
  public int size() {
    return propensity.length;
  }

  /**
   * An arm by chance, from 64 random bits: the high word of r*n is the column, the low its height.
   */
  public int draw(UniformRandomProvider rng) {
    return draw(rng.nextLong());
  }

  /**
   * An arm by 64 uniform bits.
   *
   * @param bits each value equally likely
   */
  public int draw(long bits) {
    int n = alias.length;
    int column = (int) (Math.multiplyHigh(bits, n) + ((bits >> 63) & n));
    long height = bits * n;
    return Long.compareUnsigned(height, keepBelow[column]) < 0 ? column : alias[column];
  }

  /**
   * The arm of a session: the first in tier order at which the cumulated probability exceeds u.
   *
   * @param u in [0, 1), of {@link #uniform}
   */
  public int drawBySession(double u) {
    int k = 0;
    while (k < upTo.length - 1 && u >= upTo[k]) {
      k++;
    }
    return k;
  }

  /** The probability of arm k as it is logged beside a draw; above 0 for what can be drawn. */
  public float propensity(int k) {
    return logged[k];
  }

  /**
   * A session's fixed point in [0, 1): the same on every replica and in every run.
   *
   * <p>h starts as the salt; each UTF-16 unit c of the session, of the separator U+FFFF and of the
   * role does h = (h xor c) * m, h = h xor (h &gt;&gt;&gt; 32), with m = 0x9E3779B97F4A7C15; then
   * the 64-bit finaliser "Mix13" of Stafford (as in SplitMix64) and the upper 53 bits. Not
   * cryptographic: who chooses session names can choose arms.
   *
   * @param salt of its own for every purpose (the arm, the holdout, the label), else they correlate
   */
  public static double uniform(String session, String role, long salt) {
    long h = absorb(absorb(absorb(mix(salt), session), '\uffff'), role);
    return (mix(h) >>> 11) * 0x1p-53;
  }

  private static long absorb(long h, String text) {
    for (int i = 0; i < text.length(); i++) {
      h = absorb(h, text.charAt(i));
    }
    return h;
  }

  private static long absorb(long h, char c) {
    long product = (h ^ c) * 0x9E3779B97F4A7C15L;
    return product ^ (product >>> 32);
  }

  private static long mix(long h) {
    h = (h ^ (h >>> 30)) * 0xBF58476D1CE4E5B9L;
    h = (h ^ (h >>> 27)) * 0x94D049BB133111EBL;
    return h ^ (h >>> 31);
  }
}
