package io.floorkeeper.bandit;

/**
 * What a candidate policy would have earned per decision, estimated from another policy's log.
 *
 * @param value NaN where nothing can be said
 * @param low lower end of the interval
 * @param high upper end of the interval
 * @param alpha the interval is meant to miss with this probability, both sides together; that holds
 *     as n grows, not for a handful
 * @param n decisions in the log
 * @param effectiveN what they are worth: {@link OffPolicySums#effectiveN()}
 */
public record OffPolicyEstimate(
    double value, double low, double high, double alpha, long n, double effectiveN) {

  /** An estimate that is normal around the truth; without limits where its error is unknown. */
  static OffPolicyEstimate normal(
      double value, double standardError, double alpha, long n, double effectiveN) {
    double half = Normal.quantile(1 - requireAlpha(alpha) / 2) * standardError;
    return Double.isFinite(half) && Double.isFinite(value)
        ? new OffPolicyEstimate(value, value - half, value + half, alpha, n, effectiveN)
        : new OffPolicyEstimate(
            value, Double.NEGATIVE_INFINITY, Double.POSITIVE_INFINITY, alpha, n, effectiveN);
  }

  static double requireAlpha(double alpha) {
    if (!(alpha > 0 && alpha < 1)) {
      throw new IllegalArgumentException("alpha must lie in (0, 1): " + alpha);
    }
    return alpha;
  }
}
