package io.floorkeeper.bandit;

import java.util.Arrays;

/**
 * What learning must cost at least: after T draws any policy that learns every problem has a regret
 * of at least C ln T, asymptotically, on arms that succeed with the probabilities p (Lai and
 * Robbins 1985).
 *
 * <pre>
 * C = sum over p_k &lt; p* of (p* - p_k) / kl(p_k, p*)
 * kl(p, q) = p ln(p/q) + (1-p) ln((1-p)/(1-q))
 * </pre>
 *
 * <p>Thompson sampling attains it (Kaufmann, Korda and Munos 2012). A finite run may lie below C ln
 * T: the bound says nothing of the terms that do not grow.
 */
public final class LaiRobbins {

  private LaiRobbins() {}

  /**
   * The constant C; 0 where all arms are equal, infinite never: an arm of probability 1 is told
   * apart by one failure.
   *
   * @param means success probabilities
   * @throws IllegalArgumentException if there is none, or one outside [0, 1]
   */
  public static double constant(double... means) {
    if (means.length == 0) {
      throw new IllegalArgumentException("means must have at least one arm");
    }
    for (double mean : means) {
      if (!(mean >= 0 && mean <= 1)) {
        throw new IllegalArgumentException("means must lie in [0, 1]: " + mean);
      }
    }
    double best = Arrays.stream(means).max().getAsDouble();
    return Arrays.stream(means)
        .filter(p -> p < best)
        .map(p -> (best - p) / divergence(p, best))
        .sum();
  }

  /** kl(p, q) of two coins, in nats; infinite where q rules out what p allows. */
  public static double divergence(double p, double q) {
    return term(p, q) + term(1 - p, 1 - q);
  }

  private static double term(double p, double q) {
    return p == 0 ? 0 : p * Math.log(p / q);
  }
}
