package io.floorkeeper.bandit;

import java.util.Optional;
import java.util.OptionalLong;

/**
 * Whether a role is routed by context, and why: the rule in order, with its figures. A pure
 * function of policy and evidence.
 *
 * <ol>
 *   <li>{@link Status#OFF}: the policy says so, or the role does not learn.
 *   <li>{@link Status#UNSTABLE}: the role's baseline is not stable. It is with {@link
 *       #STABLE_LABELS} effective labels in the role, no drift reset of an arm in the last {@link
 *       #STABLE_CALLS} calls, and a floor that is known ({@link FloorSolution#isFloorUnsure}).
 *   <li>{@link Status#ALIKE}: no bucket's labels say that it differs ({@link ContextSplit}).
 *   <li>{@link Status#NO_GAIN}: some differ, and telling them apart saves nothing at the same floor
 *       ({@link ContextGain}): the predicted gain is below {@link #LEAST_GAIN} of what the role
 *       costs.
 *   <li>{@link Status#IN_FORCE}.
 * </ol>
 *
 * @param labels effective labels of the role
 * @param callsSinceReset calls of the role since an arm of it was last reset; empty: none was
 * @param split buckets that stand by themselves
 * @param mostLogBayesFactor the greatest ln BF of a bucket
 * @param logThreshold ln t, from which a bucket stands by itself
 * @param gain predicted; empty where the rule did not get so far
 */
public record ContextVerdict(
    Status status,
    double labels,
    OptionalLong callsSinceReset,
    int split,
    double mostLogBayesFactor,
    double logThreshold,
    Optional<ContextGain> gain) {

  /** As many as graduation asks traces for. */
  public static final double STABLE_LABELS = 200;

  /** An evidence block: an eighth of the default half-life. */
  public static final long STABLE_CALLS = 693;

  /** A gain of less, as a share of the role's dollars, is none. */
  public static final double LEAST_GAIN = .01;

  /**
   * Arms of a bucket are tried until they have so many labels there: as many as what they borrow is
   * worth. Without it a context may never be found: an arm that the role as a whole refutes is not
   * used again, so nobody learns in which bucket it would do.
   */
  public static final double TRIED_LABELS = PooledPrior.BUCKET_WEIGHT;

  /** The share of a bucket's calls that the trying may take. */
  public static final double TRYING_SHARE = .02;

  public enum Status {
    OFF,
    UNSTABLE,
    ALIKE,
    NO_GAIN,
    IN_FORCE
  }

  /** Whether the role's baseline is stable. */
  public static boolean isStable(double labels, OptionalLong callsSinceReset, boolean floorUnsure) {
    return labels >= STABLE_LABELS
        && callsSinceReset.orElse(STABLE_CALLS) >= STABLE_CALLS
        && !floorUnsure;
  }

  /** Whether a predicted gain is worth the telling apart. */
  public static boolean pays(ContextGain gain) {
    return gain.highUsd() >= LEAST_GAIN * gain.roleUsd();
  }

  /** Whether arms that were hardly tried in a bucket are tried there: once the baseline stands. */
  public boolean tries() {
    return status != Status.OFF && status != Status.UNSTABLE;
  }

  /** Whether allocations may differ by bucket. */
  public boolean inForce() {
    return status == Status.IN_FORCE;
  }
}
