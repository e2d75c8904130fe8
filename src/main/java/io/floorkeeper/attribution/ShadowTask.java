package io.floorkeeper.attribution;

/**
 * A task of a shadowed role: what was served, what the bandit would have drawn from, and what the
 * task came to. Arrays are by place of the arm in the tally; shorter ones end in zeros.
 *
 * @param bucket of its decision; 0: no context
 * @param mask a bit for the place of each arm that could have been left to it
 * @param arm that was served
 * @param reference the strongest eligible arm
 * @param rules the rules' probabilities, served or not
 * @param bandit the bandit's probabilities, holdout and control included
 * @param served those with which {@code arm} was drawn
 * @param seen whether any span of it came
 * @param usd its dollars, all calls; NaN: not all are known
 * @param asked whether it was asked for a base label
 * @param weight of its label: 1, or the inverse of the probability with which such results are
 *     judged
 * @param quality delivered, in [0, 1]; NaN: nobody has judged it
 */
public record ShadowTask(
    long decidedAtMillis,
    int bucket,
    long mask,
    int arm,
    int reference,
    double[] rules,
    double[] bandit,
    double[] served,
    boolean seen,
    double usd,
    boolean asked,
    double weight,
    double quality) {

  /** The bandit's probability of arms that could not be served. */
  double unsupported() {
    double share = 0;
    for (int k = 0; k < bandit.length; k++) {
      share += k < served.length && served[k] > 0 ? 0 : bandit[k];
    }
    return share;
  }

  /** Whether no arm that the bandit might have drawn was out of reach. */
  boolean isSupported() {
    return !(unsupported() > 0);
  }

  /** Whether it ran on an arm that the rules could not have given it. */
  boolean isBeyondRules() {
    return !(ShadowTally.at(rules, arm) > 0);
  }

  boolean isJudged() {
    return asked && !Double.isNaN(quality);
  }

  boolean isPriced() {
    return !Double.isNaN(usd);
  }
}
