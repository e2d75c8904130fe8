package io.floorkeeper.bandit;

import org.apache.commons.math3.distribution.ChiSquaredDistribution;

/**
 * Several policies judged off one log, and any combination of them: a policy, the difference of
 * two, one less a share of another. Each policy may be another one at every task, so long as it was
 * fixed before that task's arm was drawn; what is estimated then is what it would have earned along
 * the way.
 *
 * <pre>
 * d_t[j] = sum_k pi_t,j[k] * m_t[k] + e_t[j],   e_t[j] = pi_t,j[a]/p_t[a] * v * (r - m_t[a])      m_t: {@link ArmMeans}, from earlier tasks
 * V[j]   = sum_t d_t[j] / n            E[d_t[j] | all before t] = sum_k pi_t,j[k] E[r | k]: no bias, however pi and p learned
 * c.V    with the squared standard error, for u_t[k] = sum_j c_j pi_t,j[k], the larger one of
 *   sum_k s[k] * sum_t u_t[k]^2/p_t[k] / n^2                                  s: {@link ArmMeans#spread}
 *   sum_t (c.e_t)^2 / n^2                           whose sum is, in expectation, at least the variance of sum_t d_t
 * </pre>
 *
 * <p>(Dudik, Langford and Li 2011; along an adaptive log Bibaut et al., arXiv 2106.00418.) The
 * first form knows of the heavy weights that could have been drawn and, in a short log, were not:
 * read off the sample alone an error is far too small there. Intervals are normal.
 *
 * <p><b>A policy that has seen these tasks</b> was chosen by their luck, and the interval of one
 * that was fixed beforehand would flatter it. V is linear in pi, with as many unknown means as
 * there are arms (of each kind of request that is treated differently), so
 *
 * <pre>
 * |V - V^| &lt;= sqrt(chi2(1 - alpha; unknown means)) * se    for all policies at once      (Scheffe 1953)
 * </pre>
 *
 * <p>which holds for whichever of them was chosen, for whatever reason. Not safe for use by several
 * threads.
 */
public final class PolicyPanel {
  private final int policies;
  private final ArmMeans means;
  private final double[] missed;
  private final double[] sum;
  private final double[][] products;
  private final double[][][] divergence;
  private final double[][] shares;
  private final double[] sumW;
  private final double[] sumW2;
  private final long[] drawn;
  private long n;

  /**
   * @param means that whoever adds tasks teaches after each one; may be shared by panels
   */
  public PolicyPanel(int policies, ArmMeans means) {
    this.policies = policies;
    this.means = means;
    missed = new double[policies];
    sum = new double[policies];
    products = new double[policies][policies];
    divergence = new double[policies][policies][means.arms()];
    shares = new double[policies][means.arms()];
    sumW = new double[policies];
    sumW2 = new double[policies];
    drawn = new long[means.arms()];
  }

  /**
   * A task with its reward.
   *
   * @param p by arm, the probabilities with which its arm was drawn
   * @param pi by policy and arm, of the policies; 0 where p is 0
   * @param arm that was
   * @param weight v, 1 or the inverse of the probability with which such a reward is seen
   * @throws IllegalArgumentException where a policy uses an arm that could not be drawn
   */
  public void add(double[] p, double[][] pi, int arm, double weight, double reward) {
    task(p, pi, arm, weight * (reward - means.predicted(arm)));
  }

  /** A task whose reward was to be seen and was not, where the others weigh more for it. */
  public void addUnseen(double[] p, double[][] pi, int arm) {
    task(p, pi, arm, 0);
  }

  private void task(double[] p, double[][] pi, int arm, double weighted) {
    for (int k = 0; k < p.length; k++) {
      for (int j = 0; j < policies; j++) {
        if (pi[j][k] > 0 && !(p[k] > 0)) {
          throw new IllegalArgumentException("a policy uses arm " + k + ", which was not drawn");
        }
      }
    }
    n++;
    drawn[arm]++;
    for (int j = 0; j < policies; j++) {
      double w = pi[j][arm] / p[arm];
      sumW[j] += w;
      sumW2[j] += w * w;
      missed[j] = w * weighted;
      sum[j] += missed[j];
      for (int k = 0; k < p.length; k++) {
        sum[j] += pi[j][k] * means.predicted(k);
        shares[j][k] += pi[j][k];
      }
    }
    for (int j = 0; j < policies; j++) {
      for (int l = 0; l < policies; l++) {
        products[j][l] += missed[j] * missed[l];
        for (int k = 0; k < p.length; k++) {
          divergence[j][l][k] += p[k] > 0 ? pi[j][k] * pi[l][k] / p[k] : 0;
        }
      }
    }
  }

  /** Tasks. */
  public long n() {
    return n;
  }

  /** Tasks on an arm. */
  public long drawn(int k) {
    return drawn[k];
  }

  /** The mean probability that a policy gave an arm. */
  public double share(int policy, int k) {
    return n == 0 ? 0 : shares[policy][k] / n;
  }

  /** What the tasks are worth in draws of the policy's own (Kish 1965). */
  public double effectiveN(int policy) {
    return sumW2[policy] > 0 ? sumW[policy] * sumW[policy] / sumW2[policy] : 0;
  }

  /** c.V; NaN where there is no task. */
  public double value(double... c) {
    double value = 0;
    for (int j = 0; j < policies; j++) {
      value += c[j] * sum[j] / n;
    }
    return value;
  }

  /** Of {@link #value}; NaN below two tasks. */
  public double standardError(double... c) {
    if (n < 2) {
      return Double.NaN;
    }
    double known = 0;
    double squares = 0;
    for (int j = 0; j < policies; j++) {
      for (int l = 0; l < policies; l++) {
        double cc = c[j] * c[l];
        squares += cc * products[j][l];
        for (int k = 0; cc != 0 && k < means.arms(); k++) {
          known += cc * divergence[j][l][k] * means.spread(k);
        }
      }
    }
    return Math.sqrt(Math.max(0, Math.max(known, squares))) / n;
  }

  /**
   * c.V of policies that were chosen by these tasks: with the interval that holds for all at once.
   *
   * @param unknown means that there are
   */
  public OffPolicyEstimate chosen(double alpha, int unknown, double... c) {
    double half = wide(alpha, unknown) * standardError(c);
    double value = value(c);
    return new OffPolicyEstimate(
        value, value - half, value + half, alpha, n, effectiveN(scarcest(c)));
  }

  /**
   * Standard errors to each side; as {@code OffPolicyEstimate.normal} where one mean is unknown.
   */
  private static double wide(double alpha, int unknown) {
    return Math.sqrt(
        new ChiSquaredDistribution(null, Math.max(1, unknown))
            .inverseCumulativeProbability(1 - OffPolicyEstimate.requireAlpha(alpha)));
  }

  /** c.V with its normal interval. */
  public OffPolicyEstimate estimate(double alpha, double... c) {
    return OffPolicyEstimate.normal(value(c), standardError(c), alpha, n, effectiveN(scarcest(c)));
  }

  /**
   * 1 - V[policy]/V[base], by the delta method.
   *
   * <pre>se = se(V[policy] - V[policy]/V[base] * V[base]) / V[base]</pre>
   *
   * @param unknown 1 for policies that were fixed beforehand
   */
  public OffPolicyEstimate saving(int policy, int base, double alpha, int unknown) {
    double ratio = value(unit(policy)) / value(unit(base));
    double[] c = unit(policy);
    c[base] -= ratio;
    double half = wide(alpha, unknown) * standardError(c) / value(unit(base));
    return new OffPolicyEstimate(
        1 - ratio, 1 - ratio - half, 1 - ratio + half, alpha, n, effectiveN(policy));
  }

  /**
   * Where the mean of further tasks under the policy will lie: the estimate's error and those
   * tasks' own noise together. For a policy that goes on as it was, on tasks of the same kind.
   *
   * <pre>
   * half^2 = half of {@link #chosen}^2 + z^2 (sum_k share[k] (s[k] + m[k]^2) - (sum_k share[k] m[k])^2) / further
   * </pre>
   *
   * @param unknown 1 for a policy that was fixed beforehand
   */
  public OffPolicyEstimate further(int policy, long further, double alpha, int unknown) {
    double value = value(unit(policy));
    double ofEstimate = wide(alpha, unknown) * standardError(unit(policy));
    double ofTasks = wide(alpha, 1) * Math.sqrt(variance(policy) / further);
    double half = Math.hypot(ofEstimate, ofTasks);
    return new OffPolicyEstimate(value, value - half, value + half, alpha, n, effectiveN(policy));
  }

  /** Of a single task's reward under the policy. */
  public double variance(int policy) {
    double mean = 0;
    double square = 0;
    for (int k = 0; k < means.arms(); k++) {
      double m = means.predicted(k);
      mean += share(policy, k) * m;
      square += share(policy, k) * (means.spread(k) + m * m);
    }
    return Math.max(0, square - mean * mean);
  }

  /** What the predictions alone say of the policy: a model's word, without any correction. */
  public double predicted(int policy) {
    double mean = 0;
    for (int k = 0; k < means.arms(); k++) {
      mean += share(policy, k) * means.predicted(k);
    }
    return mean;
  }

  /** The combination that is one policy. */
  public double[] unit(int policy) {
    double[] c = new double[policies];
    c[policy] = 1;
    return c;
  }

  /** The policy of the combination with the fewest effective draws. */
  private int scarcest(double[] c) {
    int scarcest = 0;
    double least = Double.POSITIVE_INFINITY;
    for (int j = 0; j < policies; j++) {
      if (c[j] != 0 && effectiveN(j) < least) {
        least = effectiveN(j);
        scarcest = j;
      }
    }
    return scarcest;
  }
}
