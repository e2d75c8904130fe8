package io.floorkeeper.bandit;

import java.util.List;

/**
 * What the posteriors say of each arm against the floor f, the last arm being the reference.
 *
 * <pre>
 * S_k = P(q_k &gt;= f)
 * absolute:  L_k, U_k = the delta- and (1-delta)-quantiles of q_k
 * relative:  f = r * mean_ref;   L_k, U_k = mean_k -+ z * sqrt(Var_k + r^2 * Var_ref)
 *            L_ref, U_ref = f + (1-r) * (the delta- and (1-delta)-quantiles of q_ref)
 *            sd(f) = r * sqrt(Var_ref);   of an absolute floor 0
 * </pre>
 *
 * <p>Relative bounds are those of q_k - r*q_ref, moved by f so that they compare with f; the
 * reference's own difference is (1-r)*q_ref, which is never negative: it always clears.
 *
 * @param floor f
 * @param floorSd sd(f)
 * @param clears S, one per arm in tier order; the arrays are not to be written
 * @param lower L
 * @param upper U
 */
public record ArmBounds(
    double floor, double floorSd, double[] clears, double[] lower, double[] upper) {

  /**
   * The standard deviation from which a relative floor counts as known. A Beta's is the wider the
   * nearer its mean is to 1/2, so a reference that passes needs a label or two and one that fails
   * half of them needs 19: it is the low estimates that are doubted.
   */
  static final double FLOOR_TOLERANCE = .10;

  /**
   * @param arms in tier order, the last the strongest
   * @param f in (0, 1)
   * @param delta in (0, .5)
   */
  public static ArmBounds absolute(List<ArmBelief> arms, double f, double delta) {
    int n = arms.size();
    double[] clears = new double[n];
    double[] lower = new double[n];
    double[] upper = new double[n];
    for (int k = 0; k < n; k++) {
      BetaPosterior q = arms.get(k).quality();
      clears[k] = q.survival(f);
      lower[k] = q.quantile(delta);
      upper[k] = q.quantile(1 - delta);
    }
    return new ArmBounds(f, 0, clears, lower, upper);
  }

  /**
   * @param arms in tier order, the last the reference
   * @param r the floor as a share of the reference's mean, in (0, 1]
   * @param delta in (0, .5)
   */
  public static ArmBounds relative(List<ArmBelief> arms, double r, double delta) {
    int ref = arms.size() - 1;
    BetaPosterior reference = arms.get(ref).quality();
    double f = r * reference.mean();
    double z = Normal.quantile(1 - delta);
    double[] clears = new double[ref + 1];
    double[] lower = new double[ref + 1];
    double[] upper = new double[ref + 1];
    for (int k = 0; k < ref; k++) {
      BetaPosterior q = arms.get(k).quality();
      double margin = z * Math.sqrt(q.variance() + r * r * reference.variance());
      clears[k] = q.survival(f);
      lower[k] = q.mean() - margin;
      upper[k] = q.mean() + margin;
    }
    clears[ref] = reference.survival(f);
    lower[ref] = f + (1 - r) * reference.quantile(delta);
    upper[ref] = f + (1 - r) * reference.quantile(1 - delta);
    return new ArmBounds(f, r * Math.sqrt(reference.variance()), clears, lower, upper);
  }

  /** sd(f) &gt; {@link #FLOOR_TOLERANCE}. */
  public boolean floorUnsure() {
    return floorSd > FLOOR_TOLERANCE;
  }

  /** L_k &gt;= f. */
  public boolean proven(int k) {
    return lower[k] >= floor;
  }

  /** U_k &lt; f. */
  public boolean refuted(int k) {
    return upper[k] < floor;
  }

  boolean anyProven() {
    for (int k = 0; k < lower.length; k++) {
      if (proven(k)) {
        return true;
      }
    }
    return false;
  }

  boolean allRefuted() {
    for (int k = 0; k < upper.length; k++) {
      if (!refuted(k)) {
        return false;
      }
    }
    return true;
  }
}
