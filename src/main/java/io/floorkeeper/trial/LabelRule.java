package io.floorkeeper.trial;

import io.floorkeeper.bandit.Evidence;
import org.apache.commons.rng.UniformRandomProvider;

/**
 * Who gets a label and when: the same for every contender, so that none wins by seeing more.
 *
 * @param baseRate the share of calls that is asked for a label at random, in (0, 1]
 * @param boosted whether calls on arms that are not proven are asked besides
 * @param failureRate the probability that the source labels an asked call of quality 0, in (0, 1]
 * @param passRate the probability that it labels an asked call of quality 1, in (0, 1]; between
 *     them the probability is linear in the quality
 * @param probabilityGiven whether the source says with which probability it labelled
 * @param meanDelaySnapshots mean of the geometric delay of a label in snapshots; 0: the next one
 * @param mostDelaySnapshots no label is later than that
 */
public record LabelRule(
    double baseRate,
    boolean boosted,
    double failureRate,
    double passRate,
    boolean probabilityGiven,
    double meanDelaySnapshots,
    int mostDelaySnapshots) {

  public LabelRule {
    requireShare("baseRate", baseRate);
    requireShare("failureRate", failureRate);
    requireShare("passRate", passRate);
    if (!(meanDelaySnapshots >= 0 && meanDelaySnapshots < 1e6)) {
      throw new IllegalArgumentException(
          "meanDelaySnapshots must be 0 or above: " + meanDelaySnapshots);
    }
    if (mostDelaySnapshots < 0) {
      throw new IllegalArgumentException(
          "mostDelaySnapshots must be 0 or above: " + mostDelaySnapshots);
    }
  }

  private static void requireShare(String name, double value) {
    if (!(value > 0 && value <= 1)) {
      throw new IllegalArgumentException(name + " must lie in (0, 1]: " + value);
    }
  }

  /** At this rate, boosted, unbiased, at once. */
  public static LabelRule atRate(double baseRate) {
    return new LabelRule(baseRate, true, 1, 1, true, 0, 0);
  }

  public LabelRule withDelay(double meanSnapshots, int mostSnapshots) {
    return new LabelRule(
        baseRate, boosted, failureRate, passRate, probabilityGiven, meanSnapshots, mostSnapshots);
  }

  public LabelRule withBias(double failureRate, double passRate, boolean probabilityGiven) {
    return new LabelRule(
        baseRate,
        boosted,
        failureRate,
        passRate,
        probabilityGiven,
        meanDelaySnapshots,
        mostDelaySnapshots);
  }

  public LabelRule withBoosting(boolean boosted) {
    return new LabelRule(
        baseRate,
        boosted,
        failureRate,
        passRate,
        probabilityGiven,
        meanDelaySnapshots,
        mostDelaySnapshots);
  }

  /** Whether a call is asked at random. */
  boolean asksBase(UniformRandomProvider random) {
    return random.nextDouble() < baseRate;
  }

  /** Whether a call is asked because its arm is in doubt. */
  boolean asksBesides(boolean wanted) {
    return boosted && wanted;
  }

  /** The label that the source gives an asked call; {@link Evidence#ZERO}: none. */
  Evidence label(double quality, UniformRandomProvider random) {
    double probability = failureRate + (passRate - failureRate) * quality;
    if (random.nextDouble() >= probability) {
      return Evidence.ZERO;
    }
    double weight = probabilityGiven ? 1 / probability : 1;
    return Evidence.label(Math.round(weight * Evidence.ONE), Math.round(quality * Evidence.ONE));
  }

  /** Snapshots until a label is known. */
  int delaySnapshots(UniformRandomProvider random) {
    if (meanDelaySnapshots == 0) {
      return 0;
    }
    // Geometric on 0, 1, 2, ... with this mean: P(at least d) = (mean/(1+mean))^d.
    double more = meanDelaySnapshots / (1 + meanDelaySnapshots);
    return (int) Math.min(mostDelaySnapshots, Math.log(1 - random.nextDouble()) / Math.log(more));
  }
}
