package io.floorkeeper.bandit;

import java.util.Arrays;
import java.util.List;

/**
 * What could be saved at most if every arm's mean quality and cost were known: the limit that a
 * report sets a learned allocation against.
 *
 * @param shares of the arms, in tier order, sum 1
 * @param quality their mean quality
 * @param costUsd their mean cost per episode
 * @param reached whether the floor is; else the shares are all of the strongest arm's
 */
public record KnownMeansLimit(
    List<Double> shares, double quality, double costUsd, boolean reached) {

  public KnownMeansLimit {
    shares = List.copyOf(shares);
  }

  /**
   * The cheapest mixture whose mean quality clears the floor (the limit of role scope); the
   * strongest arm alone where none does.
   *
   * @param quality true means in tier order, the last of the strongest
   * @param costUsd true means in tier order
   * @throws IllegalArgumentException if the lengths differ or are 0
   */
  public static KnownMeansLimit mixture(double[] quality, double[] costUsd, double floor) {
    requireArms(quality, costUsd);
    boolean[] allowed = new boolean[quality.length];
    Arrays.fill(allowed, true);
    return limit(quality, costUsd, TwoArmProgram.cheapest(quality, costUsd, allowed, floor));
  }

  /**
   * The cheapest single arm whose quality clears the floor (the limit of per_arm scope); the
   * strongest where none does.
   *
   * @see #mixture
   */
  public static KnownMeansLimit fixedArm(double[] quality, double[] costUsd, double floor) {
    requireArms(quality, costUsd);
    boolean[] allowed = new boolean[quality.length];
    for (int k = 0; k < quality.length; k++) {
      allowed[k] = quality[k] >= floor;
    }
    return limit(quality, costUsd, TwoArmProgram.cheapest(quality, costUsd, allowed, floor));
  }

  private static KnownMeansLimit limit(double[] quality, double[] costUsd, double[] shares) {
    double[] pi = shares;
    if (pi == null) {
      pi = new double[quality.length];
      pi[pi.length - 1] = 1;
    }
    double q = 0;
    double c = 0;
    for (int k = 0; k < pi.length; k++) {
      q += pi[k] * quality[k];
      c += pi[k] * costUsd[k];
    }
    return new KnownMeansLimit(Arrays.stream(pi).boxed().toList(), q, c, shares != null);
  }

  private static void requireArms(double[] quality, double[] costUsd) {
    if (quality.length == 0 || quality.length != costUsd.length) {
      throw new IllegalArgumentException(
          "quality and costUsd must have one value per arm: "
              + quality.length
              + " and "
              + costUsd.length);
    }
  }
}
