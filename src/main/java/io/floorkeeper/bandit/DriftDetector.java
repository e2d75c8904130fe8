package io.floorkeeper.bandit;

import java.util.Collections;
import java.util.List;

/**
 * Notices that an arm's quality is no longer what it was: two {@link EDetector}s against the arm's
 * OWN baseline, the mean of its first {@link #ANCHOR_LABELS} labels.
 *
 * <pre>
 * downward:  y = 1 - q,  m = max(.02, 1 - base + .02),  lambda = min((r-1)*m/(1-m), 1/2)
 * upward:    y = q,      m = max(.3, base + .02),       lambda = 1 - 1/r
 * </pre>
 *
 * <p>A side is armed only where there is room for its margin of .02: downward while m &lt;= .7,
 * upward while m &lt;= .98. Clipping m there instead would doubt a mean BELOW the baseline, and a
 * healthy arm would refute it: at q = .99 an upward detector clipped to .98 resets its arm 3.9
 * times within 5,000 labels; unarmed, never.
 *
 * <p>What N/A promises holds while the true mean lies within the margin of the baseline. The
 * baseline of 150 labels has a standard error of .02 at q = .93, so a false alarm is mostly an
 * unlucky baseline; after it the arm anchors anew. Measured at A = 1e4, resets of a healthy arm in
 * 2,000 labels, both sides and downward alone: .37 and .18 at q = .80, .19 and .09 at .93, .07 and
 * .02 at .97, .004 and 0 at .99.
 *
 * <p>A label counts as it is, also where its source samples by result: what is compared is the arm
 * with itself.
 */
public final class DriftDetector {

  /** Labels that the baseline is the mean of. */
  public static final int ANCHOR_LABELS = 150;

  private static final double MARGIN = .02;
  private static final double MOST_SHORTFALL = .7;
  private static final double LEAST_EXCESS = .3;
  private static final double MOST_EXCESS = .98;
  private static final List<Double> NONE_YET = Collections.nCopies(5, 0.);

  private final double threshold;
  private int anchored;
  private double sum;
  private EDetector down;
  private EDetector up;

  private DriftDetector(State state) {
    threshold = state.threshold();
    anchored = state.anchored();
    sum = state.sum();
    if (anchored == ANCHOR_LABELS) {
      arm(state.down(), state.up());
    }
  }

  /** What became of an arm. */
  public enum Drift {
    NONE,
    /** It got worse: its older evidence is discounted and it is demoted. */
    DOWN,
    /** It got better: its older evidence is discounted. */
    UP
  }

  /**
   * All there is to a detector.
   *
   * @param threshold A of either side
   * @param anchored labels that the baseline has so far, at most {@link #ANCHOR_LABELS}
   * @param sum of their quality
   * @param down M_j of the downward side, five values, 0 while it is not armed
   * @param up M_j of the upward side, likewise
   */
  public record State(
      double threshold, int anchored, double sum, List<Double> down, List<Double> up) {
    public State {
      EDetector.requireThreshold(threshold);
      if (anchored < 0 || anchored > ANCHOR_LABELS) {
        throw new IllegalArgumentException(
            "anchored must lie in [0, " + ANCHOR_LABELS + "]: " + anchored);
      }
      if (!(sum >= 0 && sum <= anchored)) {
        throw new IllegalArgumentException("sum must lie in [0, anchored]: " + sum);
      }
      requireSide("down", down);
      requireSide("up", up);
      down = List.copyOf(down);
      up = List.copyOf(up);
    }

    private static void requireSide(String name, List<Double> side) {
      EDetector.requireEvidence(name, side);
      if (side.size() != NONE_YET.size()) {
        throw new IllegalArgumentException(name + " must have five values: " + side.size());
      }
    }
  }

  /**
   * @param threshold A of either side, {@link EDetector#ARM_THRESHOLD} by default
   * @throws IllegalArgumentException if it is not above 1 and finite
   */
  public static DriftDetector fresh(double threshold) {
    return new DriftDetector(new State(threshold, 0, 0, NONE_YET, NONE_YET));
  }

  public static DriftDetector restored(State state) {
    return new DriftDetector(state);
  }

  /**
   * One label of the arm. An alarm resets: the next labels are a new baseline's.
   *
   * @param quality in [0, 1]
   * @throws IllegalArgumentException if it is out of range; nothing is changed
   */
  public Drift update(double quality) {
    if (!(quality >= 0 && quality <= 1)) {
      throw new IllegalArgumentException("quality must lie in [0, 1]: " + quality);
    }
    if (anchored < ANCHOR_LABELS) {
      sum += quality;
      if (++anchored == ANCHOR_LABELS) {
        arm(NONE_YET, NONE_YET);
      }
      return Drift.NONE;
    }
    boolean worse = down != null && down.update(1 - quality);
    boolean better = up != null && up.update(quality);
    if (!worse && !better) {
      return Drift.NONE;
    }
    anchored = 0;
    sum = 0;
    down = null;
    up = null;
    return worse ? Drift.DOWN : Drift.UP;
  }

  private void arm(List<Double> downEvidence, List<Double> upEvidence) {
    double baseline = sum / ANCHOR_LABELS;
    // With all labels perfect, 1 - baseline is 0 and this is .02, its least.
    double shortfall = 1 - baseline + MARGIN;
    down = shortfall > MOST_SHORTFALL ? null : side(Wager.shortfall(shortfall), downEvidence);
    double excess = Math.max(LEAST_EXCESS, baseline + MARGIN);
    up = excess > MOST_EXCESS ? null : side(Wager.excess(excess), upEvidence);
  }

  private EDetector side(Wager wager, List<Double> evidence) {
    return EDetector.restored(new EDetector.State(wager, threshold, evidence));
  }

  /** The mean of the anchoring labels; NaN while they are too few. */
  public double baseline() {
    return anchored == ANCHOR_LABELS ? sum / ANCHOR_LABELS : Double.NaN;
  }

  public State state() {
    return new State(
        threshold,
        anchored,
        sum,
        down == null ? NONE_YET : down.evidence(),
        up == null ? NONE_YET : up.evidence());
  }
}
