package io.floorkeeper.bandit;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;

/**
 * Notices that a mean has risen above what a {@link Wager} doubts: the e-SR detector (Shin, Ramdas
 * and Rinaldo, "E-detectors: a nonparametric framework for sequential change detection", arXiv
 * 2203.03532; Shiryaev-Roberts with bets for likelihood ratios).
 *
 * <pre>
 * M_j &lt;- (M_j + 1) * (1 - lambda_j + lambda_j * y/m),   M_j = 0 at the start
 * alarm when mean_j M_j &gt;= A, then reset
 * </pre>
 *
 * <p>While H0 holds, mean_j M_j after N observations has a mean of at most N. So the average run
 * length to a false alarm is at least A, and P(a false alarm within N observations) &lt;= N/A, at
 * every N at once: it may be looked at after every observation.
 *
 * <p>Not safe for use by several threads. {@link #state()} is all there is to it; a double survives
 * storage where it is written in full, and a detector that is restored goes on as if it had never
 * been away.
 */
public final class EDetector {

  /** A for a role's detector unless the policy's horizon says otherwise. */
  public static final double ROLE_THRESHOLD = 1e5;

  /** A for an arm's detectors. */
  public static final double ARM_THRESHOLD = 1e4;

  private final double threshold;
  private final double[] evidence;
  private Wager wager;
  private double[] lambda;

  private EDetector(State state) {
    this.threshold = state.threshold();
    this.evidence = state.evidence().stream().mapToDouble(Double::doubleValue).toArray();
    take(state.wager());
  }

  /**
   * All there is to a detector.
   *
   * @param wager what is doubted
   * @param threshold A, greater than 1 and finite
   * @param evidence M_j of every stake, not negative and finite
   */
  public record State(Wager wager, double threshold, List<Double> evidence) {
    public State {
      requireThreshold(threshold);
      requireEvidence("evidence", evidence);
      if (evidence.size() != wager.stakes().size()) {
        throw new IllegalArgumentException(
            "evidence must have one value per stake: " + evidence.size());
      }
      evidence = List.copyOf(evidence);
    }
  }

  static void requireThreshold(double threshold) {
    if (!(threshold > 1 && threshold < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException("threshold must be above 1 and finite: " + threshold);
    }
  }

  static void requireEvidence(String name, List<Double> evidence) {
    if (evidence.stream().anyMatch(m -> !(m >= 0 && m < Double.POSITIVE_INFINITY))) {
      throw new IllegalArgumentException(name + " must be finite and not negative: " + evidence);
    }
  }

  /**
   * A fresh detector that quality has fallen below its floor; told y = 1 - q, or (1 - q)/p where
   * the source labels with a probability p that depends on the result, and then 0 for a decision
   * that was to be labelled and was not.
   *
   * @throws IllegalArgumentException naming the parameter that is out of range
   */
  public static EDetector quality(double floor, double threshold) {
    return fresh(Wager.quality(floor), threshold);
  }

  /**
   * A fresh detector that an episode's mean cost has risen above its ceiling; told y = dollars.
   *
   * @throws IllegalArgumentException naming the parameter that is out of range
   */
  public static EDetector cost(double ceilingUsd, double threshold) {
    return fresh(Wager.cost(ceilingUsd), threshold);
  }

  /**
   * @throws IllegalArgumentException if the threshold is out of range
   */
  public static EDetector fresh(Wager wager, double threshold) {
    return new EDetector(
        new State(wager, threshold, Collections.nCopies(wager.stakes().size(), 0.)));
  }

  public static EDetector restored(State state) {
    return new EDetector(state);
  }

  /**
   * A = N * streams / alpha: the threshold at which P(any of the streams raises a false alarm
   * within N observations of its own) &lt;= alpha.
   *
   * @param observations N of each stream, positive
   * @param streams detectors that are armed at once, positive
   * @param alpha in (0, 1)
   * @throws IllegalArgumentException naming the parameter that is out of range
   */
  public static double threshold(long observations, int streams, double alpha) {
    if (observations < 1) {
      throw new IllegalArgumentException("observations must be positive: " + observations);
    }
    if (streams < 1) {
      throw new IllegalArgumentException("streams must be positive: " + streams);
    }
    if (!(alpha > 0 && alpha < 1)) {
      throw new IllegalArgumentException("alpha must lie in (0, 1): " + alpha);
    }
    return (double) observations * streams / alpha;
  }

  /**
   * Doubts another mean from the next observation on and keeps the evidence: a floor that was
   * recorded when the block of the decision opened may differ from that of the label before. The
   * bounds hold as long as the wager is settled before the observation that it is for.
   *
   * @throws IllegalArgumentException if the number of stakes differs
   */
  public void aim(Wager next) {
    if (next.stakes().size() != evidence.length) {
      throw new IllegalArgumentException("next must have " + evidence.length + " stakes");
    }
    if (!next.equals(wager)) {
      take(next);
    }
  }

  private void take(Wager next) {
    wager = next;
    lambda = next.stakes().stream().mapToDouble(Double::doubleValue).toArray();
  }

  /**
   * One observation.
   *
   * @param y not negative and finite
   * @return whether it raised the alarm; the detector then starts anew
   * @throws IllegalArgumentException if y is out of range; nothing is changed
   */
  public boolean update(double y) {
    if (!(y >= 0 && y < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException("y must be finite and not negative: " + y);
    }
    double sum = 0;
    double ratio = y / wager.m();
    for (int j = 0; j < evidence.length; j++) {
      evidence[j] = (evidence[j] + 1) * (1 - lambda[j] + lambda[j] * ratio);
      sum += evidence[j];
    }
    if (sum >= threshold * evidence.length) {
      Arrays.fill(evidence, 0);
      return true;
    }
    return false;
  }

  /** mean_j M_j: at the threshold it alarms. */
  public double strength() {
    return Arrays.stream(evidence).average().orElseThrow();
  }

  public State state() {
    return new State(wager, threshold, evidence());
  }

  List<Double> evidence() {
    List<Double> values = new ArrayList<>(evidence.length);
    for (double m : evidence) {
      values.add(m);
    }
    return values;
  }
}
