package io.floorkeeper.learning;

import io.floorkeeper.bandit.CostSpikeDetector;
import io.floorkeeper.bandit.DriftDetector;
import io.floorkeeper.bandit.EDetector;
import io.floorkeeper.bandit.Wager;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.TreeMap;

/**
 * The sequential detectors of one role, on both axes. Plain: states in, observations in commit
 * order, alarms and states out.
 *
 * <pre>
 * drift    of an arm: every first label against the arm's own baseline   ({@link DriftDetector})
 * floor    of the role, and of each arm where each has to keep it: base labels alone, y = (1-q)/p,
 *          against the floor that was recorded when the decision's block opened
 * ceiling  of the role: dollars of a call against the ceiling of a call
 * spike    of an arm in a bucket: dollars of a call against their own past ({@link CostSpikeDetector})
 * </pre>
 *
 * <p>A spike is looked for within an arm because the router itself moves a role's cost: whenever it
 * turns to a dearer arm the role's calls leap, and nothing has happened. After an alarm the arm's
 * cost is learned anew, so that a rise that lasts is told once and not with every fifth call.
 *
 * <p>Why base labels: they are asked at random whatever the arm and whatever came before, so their
 * mean is that of the traffic. Boosted ones are asked where doubt is, and would void the bound.
 *
 * <p>Where a source declares the probability with which it labels a result, y = (1-q)/p has the
 * mean of 1-q over asked calls only if those left unlabelled count as 0. Once such a label has been
 * seen, an asked call that comes without one counts so at once; should its label follow, it counts
 * as a further observation: that may delay an alarm and never raises a false one.
 *
 * <p>Not safe for use by several threads.
 */
public final class RoleWatch {
  /** Stands for the role as a whole. */
  public static final int ROLE = 0;

  /** What a detector looks at. */
  public enum Kind {
    DRIFT,
    FLOOR,
    CEILING,
    SPIKE;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** What an alarm says. */
  public enum Cause {
    DRIFT_DOWN,
    DRIFT_UP,
    FLOOR,
    CEILING,
    SPIKE;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /**
   * An alarm.
   *
   * @param armNo {@link #ROLE} for the role as a whole
   * @param bound what was crossed or left: a quality, or dollars per call (of a spike the geometric
   *     mean of the arm's past)
   */
  public record Alarm(int armNo, Cause cause, double bound) {

    /** Whether it changes the arm's standing: its quality is in doubt. */
    public boolean concernsArm() {
      return armNo != ROLE && cause != Cause.SPIKE;
    }
  }

  /**
   * Which detector.
   *
   * @param bucket of a drift or spike detector: within which the arm is compared with its own past;
   *     0: in the role as a whole
   */
  public record Key(int armNo, int bucket, Kind kind) implements Comparable<Key> {
    public Key(int armNo, Kind kind) {
      this(armNo, 0, kind);
    }

    @Override
    public int compareTo(Key other) {
      int byArm = Integer.compare(armNo, other.armNo);
      int byBucket = Integer.compare(bucket, other.bucket);
      return byArm != 0 ? byArm : byBucket != 0 ? byBucket : kind.compareTo(other.kind);
    }
  }

  /**
   * A first label.
   *
   * @param weight v = 1/p, 1 where the source labels all
   * @param isBase whether it was asked at random
   * @param floor that the decision is held to; empty: none
   * @param perArm whether each arm has to keep it
   * @param byContext bucket of a call that was routed by its context, which gives an arm the tasks
   *     that suit it: it would seem to drift upward in the role as a whole, and what it has to keep
   *     is the floor of its buckets; 0: routed by its role
   */
  public record Judged(
      int armNo,
      double quality,
      double weight,
      boolean isBase,
      OptionalDouble floor,
      boolean perArm,
      int byContext) {

    /** Of a call that was routed by its role. */
    public Judged(
        int armNo,
        double quality,
        double weight,
        boolean isBase,
        OptionalDouble floor,
        boolean perArm) {
      this(armNo, quality, weight, isBase, floor, perArm, 0);
    }
  }

  /**
   * The state of a floor detector.
   *
   * @param declares whether its source has declared label probabilities
   */
  public record FloorState(EDetector.State detector, boolean declares) {}

  /** A floor detector at work. */
  private static final class FloorWatch {
    final EDetector detector;
    boolean declares;

    FloorWatch(EDetector detector, boolean declares) {
      this.detector = detector;
      this.declares = declares;
    }
  }

  private final Map<Key, Object> stored;
  private final TreeMap<Key, DriftDetector> drifts = new TreeMap<>();
  private final TreeMap<Key, FloorWatch> floors = new TreeMap<>();
  private final TreeMap<Key, CostSpikeDetector> spikes = new TreeMap<>();
  private EDetector ceiling;

  /**
   * @param states as {@link #changed} gave them, by key
   */
  public RoleWatch(Map<Key, Object> states) {
    this.stored = Map.copyOf(states);
  }

  /** A role that nothing has been seen of. */
  public RoleWatch() {
    this(Map.of());
  }

  /** The class of a kind's state, for whoever stores it. */
  public static Class<?> stateOf(Kind kind) {
    return switch (kind) {
      case DRIFT -> DriftDetector.State.class;
      case FLOOR -> FloorState.class;
      case CEILING -> EDetector.State.class;
      case SPIKE -> CostSpikeDetector.State.class;
    };
  }

  /** The states of the detectors that have observed something. */
  public Map<Key, Object> changed() {
    Map<Key, Object> changed = new TreeMap<>();
    drifts.forEach((key, detector) -> changed.put(key, detector.state()));
    floors.forEach(
        (key, watch) -> changed.put(key, new FloorState(watch.detector.state(), watch.declares)));
    if (ceiling != null) {
      changed.put(new Key(ROLE, Kind.CEILING), ceiling.state());
    }
    spikes.forEach((key, detector) -> changed.put(key, detector.state()));
    return changed;
  }

  /** The first label of an episode. */
  public List<Alarm> judged(Judged label) {
    List<Alarm> alarms = new ArrayList<>();
    drift(label, alarms);
    if (label.isBase && label.floor.isPresent()) {
      double floor = label.floor.getAsDouble();
      double missed = (1 - label.quality) * label.weight;
      floor(ROLE, floor, missed, label.weight != 1, alarms);
      if (label.perArm && label.byContext == 0) {
        floor(label.armNo, floor, missed, label.weight != 1, alarms);
      }
    }
    return alarms;
  }

  /** An episode that was asked for a base label and came without one. */
  public List<Alarm> unjudged(int armNo, OptionalDouble floor, boolean perArm) {
    List<Alarm> alarms = new ArrayList<>();
    if (floor.isPresent() && declares()) {
      floor(ROLE, floor.getAsDouble(), 0, true, alarms);
      if (perArm) {
        floor(armNo, floor.getAsDouble(), 0, true, alarms);
      }
    }
    return alarms;
  }

  private boolean declares() {
    Key key = new Key(ROLE, Kind.FLOOR);
    FloorWatch watch = floors.get(key);
    return watch != null
        ? watch.declares
        : stored.get(key) instanceof FloorState state && state.declares;
  }

  /**
   * The dollars of a call.
   *
   * @param armNo that ran it
   * @param bucket of its decision: tasks of one kind are compared with one another; 0: none
   * @param ceilingUsd of a call; empty: none
   */
  public List<Alarm> paid(int armNo, int bucket, double usd, OptionalDouble ceilingUsd) {
    List<Alarm> alarms = new ArrayList<>();
    if (ceilingUsd.isPresent() && ceilingUsd.getAsDouble() > 0) {
      Wager wager = Wager.cost(ceilingUsd.getAsDouble());
      if (ceiling == null) {
        ceiling =
            stored.get(new Key(ROLE, Kind.CEILING)) instanceof EDetector.State state
                ? EDetector.restored(state)
                : EDetector.fresh(wager, EDetector.ROLE_THRESHOLD);
      }
      ceiling.aim(wager);
      if (ceiling.update(usd)) {
        alarms.add(new Alarm(ROLE, Cause.CEILING, ceilingUsd.getAsDouble()));
      }
    }
    Key key = new Key(armNo, bucket, Kind.SPIKE);
    CostSpikeDetector detector =
        spikes.computeIfAbsent(
            key,
            k ->
                stored.get(k) instanceof CostSpikeDetector.State state
                    ? CostSpikeDetector.restored(state)
                    : CostSpikeDetector.fresh(CostSpikeDetector.THRESHOLD));
    if (detector.update(usd)) {
      alarms.add(new Alarm(armNo, Cause.SPIKE, Math.exp(detector.state().logMean())));
      spikes.put(key, CostSpikeDetector.fresh(CostSpikeDetector.THRESHOLD));
    }
    return alarms;
  }

  private void drift(Judged label, List<Alarm> alarms) {
    DriftDetector detector =
        drifts.computeIfAbsent(
            new Key(label.armNo, label.byContext, Kind.DRIFT),
            key ->
                stored.get(key) instanceof DriftDetector.State state
                    ? DriftDetector.restored(state)
                    : DriftDetector.fresh(EDetector.ARM_THRESHOLD));
    double baseline = detector.baseline();
    switch (detector.update(label.quality)) {
      case DOWN -> alarms.add(new Alarm(label.armNo, Cause.DRIFT_DOWN, baseline));
      case UP -> alarms.add(new Alarm(label.armNo, Cause.DRIFT_UP, baseline));
      case NONE -> {
        // the usual
      }
    }
  }

  private void floor(int armNo, double floor, double missed, boolean declares, List<Alarm> alarms) {
    FloorWatch watch =
        floors.computeIfAbsent(
            new Key(armNo, Kind.FLOOR),
            key ->
                stored.get(key) instanceof FloorState state
                    ? new FloorWatch(EDetector.restored(state.detector), state.declares)
                    : new FloorWatch(
                        EDetector.quality(
                            floor,
                            armNo == ROLE ? EDetector.ROLE_THRESHOLD : EDetector.ARM_THRESHOLD),
                        false));
    watch.declares |= declares;
    watch.detector.aim(Wager.quality(floor));
    if (watch.detector.update(missed)) {
      alarms.add(new Alarm(armNo, Cause.FLOOR, floor));
    }
  }
}
