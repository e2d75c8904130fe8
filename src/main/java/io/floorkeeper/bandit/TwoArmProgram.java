package io.floorkeeper.bandit;

/**
 * The linear programs over mixtures with one constraint besides sum pi = 1. A vertex of such a
 * polytope has at most two arms, so all pairs are looked at: exact, and shorter than a simplex.
 *
 * <pre>
 * cheapest:  argmin sum pi*c  s.t. sum pi*value &gt;= level
 * best:      argmax sum pi*value  s.t. sum pi*c &lt;= budget
 * </pre>
 *
 * <p>Ties go to the better (the cheaper) of the two, then to the mixture found first.
 */
final class TwoArmProgram {

  private TwoArmProgram() {}

  /** The cheapest mixture of the allowed arms that clears the level, or null where none does. */
  static double[] cheapest(double[] value, double[] cost, boolean[] allowed, double level) {
    return solve(negated(cost), value, allowed, level);
  }

  /** The best mixture of the allowed arms within the budget, or null where none is. */
  static double[] best(double[] value, double[] cost, boolean[] allowed, double budget) {
    return solve(value, negated(cost), allowed, -budget);
  }

  /** argmax sum pi*gain s.t. sum pi*limited >= level. */
  private static double[] solve(double[] gain, double[] limited, boolean[] allowed, double level) {
    int first = -1;
    int second = -1;
    double share = 0;
    double bestGain = Double.NEGATIVE_INFINITY;
    double bestLimited = Double.NEGATIVE_INFINITY;
    for (int i = 0; i < gain.length; i++) {
      // Arm i satisfies the constraint; arm j = i alone, or a j that does not takes what i can
      // bear.
      for (int j = 0; allowed[i] && limited[i] >= level && j < gain.length; j++) {
        if (j == i || allowed[j] && limited[j] < level) {
          double w = j == i ? 0 : (limited[i] - level) / (limited[i] - limited[j]);
          double g = gain[i] + w * (gain[j] - gain[i]);
          double l = limited[i] + w * (limited[j] - limited[i]);
          if (g > bestGain || g == bestGain && l > bestLimited) {
            first = i;
            second = j;
            share = w;
            bestGain = g;
            bestLimited = l;
          }
        }
      }
    }
    if (first < 0) {
      return null;
    }
    double[] pi = new double[gain.length];
    pi[second] += share;
    pi[first] += 1 - share;
    return pi;
  }

  private static double[] negated(double[] values) {
    double[] negated = new double[values.length];
    for (int k = 0; k < values.length; k++) {
      negated[k] = -values[k];
    }
    return negated;
  }
}
