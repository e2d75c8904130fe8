package io.floorkeeper.bandit;

/**
 * An allocation over the eligible arms, in tier order, with what it was derived from: enough to
 * explain every draw. Immutable; made by {@link FloorAllocation}.
 */
public final class FloorSolution {

  /** What the evidence says of the floor. */
  public enum Status {
    /** Some arm is proven to clear the floor. */
    HELD,
    /** No arm is proven, not every arm is refuted: more evidence is wanted, not an alert. */
    UNCERTAIN,
    /** Every arm is refuted; the fallback's relative floor is in force. */
    FLOOR_UNREACHABLE
  }

  private final double floor;
  private final Status status;
  private final ArmBounds bounds;
  private final double[] thompson;
  private final double[] pi;
  private final double[] propensity;
  private final double holdoutShare;
  private final double controlShare;

  FloorSolution(
      Status status,
      ArmBounds bounds,
      double[] thompson,
      double[] pi,
      double[] propensity,
      double holdoutShare,
      double controlShare) {
    this.floor = bounds.floor();
    this.status = status;
    this.bounds = bounds;
    this.thompson = thompson;
    this.pi = pi;
    this.propensity = propensity;
    this.holdoutShare = holdoutShare;
    this.controlShare = controlShare;
  }

  /**
   * The same with a share of the draws given to some arms, all alike, whatever the evidence says:
   *
   * <pre>
   * pi'[k] = (1 - share)*pi[k] + share*1{k wanted}/(number wanted)
   * p'[k]  = p[k] + (1 - rho - kappa)*(pi'[k] - pi[k])
   * </pre>
   *
   * @param wanted at least one of the arms
   */
  public FloorSolution withShare(double share, boolean[] wanted) {
    int count = 0;
    for (boolean one : wanted) {
      count += one ? 1 : 0;
    }
    double[] mixed = new double[pi.length];
    double[] logged = new double[pi.length];
    for (int k = 0; k < pi.length; k++) {
      mixed[k] = (1 - share) * pi[k] + (wanted[k] ? share / count : 0);
      logged[k] = propensity[k] + (1 - holdoutShare - controlShare) * (mixed[k] - pi[k]);
    }
    return new FloorSolution(status, bounds, thompson, mixed, logged, holdoutShare, controlShare);
  }

  /** Number of arms; the last is the strongest and the reference. */
  public int size() {
    return pi.length;
  }

  public int reference() {
    return pi.length - 1;
  }

  /** f in force: of the fallback where {@link #isFallback()}. */
  public double floor() {
    return floor;
  }

  public Status status() {
    return status;
  }

  /** Whether the relative floor of last resort is in force. */
  public boolean isFallback() {
    return status == Status.FLOOR_UNREACHABLE;
  }

  /**
   * Whether the floor is relative and the reference too little known to say where it lies: its
   * standard deviation exceeds .10.
   */
  public boolean isFloorUnsure() {
    return bounds.floorUnsure();
  }

  /**
   * Whether a call on the arm should be asked for a label besides the base rate: while the arm is
   * not proven; of the reference, which always clears a relative floor, while that floor is unsure.
   */
  public boolean wantsLabels(int k) {
    return !proven(k) || k == reference() && isFloorUnsure();
  }

  /** S_k = P(q_k &gt;= f). */
  public double clears(int k) {
    return bounds.clears()[k];
  }

  /** L_k; under a relative floor a bound of q_k + f - r*q_ref, which may lie outside [0, 1]. */
  public double lower(int k) {
    return bounds.lower()[k];
  }

  /** U_k; see {@link #lower}. */
  public double upper(int k) {
    return bounds.upper()[k];
  }

  /** L_k &gt;= f: backs claims, and ends the boosting of labels ({@link #wantsLabels}). */
  public boolean proven(int k) {
    return bounds.proven(k);
  }

  /** U_k &lt; f under the floor in force; the reference never is under a relative floor. */
  public boolean refuted(int k) {
    return bounds.refuted(k);
  }

  /** piTS over all arms. */
  public double thompson(int k) {
    return thompson[k];
  }

  /** pi, the allocation before holdout and control. */
  public double pi(int k) {
    return pi[k];
  }

  /**
   * p[k] = rho*1{k = reference} + kappa*1{k = preset} + (1 - rho - kappa)*pi[k]: what is logged.
   */
  public double propensity(int k) {
    return propensity[k];
  }

  /** rho, the share of the draws that is held out on the reference. */
  public double holdoutShare() {
    return holdoutShare;
  }

  /** kappa, the share that goes to the preset: 0 where that is not eligible. */
  public double controlShare() {
    return controlShare;
  }

  /** A copy of pi. */
  public double[] pis() {
    return pi.clone();
  }

  /** A copy of the logged mixture. */
  public double[] propensities() {
    return propensity.clone();
  }

  /** A copy of piTS over all arms. */
  public double[] thompsons() {
    return thompson.clone();
  }
}
