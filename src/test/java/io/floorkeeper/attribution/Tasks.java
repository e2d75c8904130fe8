package io.floorkeeper.attribution;

import io.floorkeeper.ledger.DecisionId;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/** Logged tasks of tests, one a second. Propensities are best powers of two: floats hold them. */
final class Tasks {
  static final int SMALL = 1;
  static final int MID = 2;
  static final int FRONTIER = 3;
  static final long START_MILLIS = 1_790_000_000_000L;

  static final List<CandidateArm> CANDIDATES =
      List.of(
          new CandidateArm(SMALL, "small/a", .80, OptionalDouble.of(.002)),
          new CandidateArm(MID, "mid/b", .86, OptionalDouble.of(.006)),
          new CandidateArm(FRONTIER, "frontier/c", .92, OptionalDouble.empty()));

  private int sequence;

  /** What may be said of a task besides its arm and propensity. */
  final class Draft {
    private final int arm;
    private final double propensity;
    private int flags;
    private int bucket;
    private Long session;
    private boolean drewBefore;
    private long nanoUsd;
    private boolean dollarsKnown;
    private Optional<LoggedTask.TaskLabel> label = Optional.empty();

    private Draft(int arm, double propensity) {
      this.arm = arm;
      this.propensity = propensity;
    }

    Draft flagged(int more) {
      flags |= more;
      return this;
    }

    Draft bucket(int number) {
      bucket = number;
      return this;
    }

    Draft session(long hash) {
      session = hash;
      return this;
    }

    /** Of a session whose first draw lies before what is read. */
    Draft drewBefore() {
      drewBefore = true;
      return this;
    }

    /** All of its dollars. */
    Draft usd(double usd) {
      nanoUsd = Math.round(usd * 1e9);
      dollarsKnown = true;
      return this;
    }

    /** What is known of its dollars, which is not all. */
    Draft partlyUsd(double usd) {
      nanoUsd = Math.round(usd * 1e9);
      return this;
    }

    /** Asked for at random. */
    Draft asked() {
      return flagged(DecisionId.BASE_LABEL);
    }

    Draft quality(double quality) {
      return quality(quality, 1);
    }

    Draft quality(double quality, double probability) {
      label =
          Optional.of(
              new LoggedTask.TaskLabel(
                  Math.round(1e6 / probability), (int) Math.round(quality * 1e6)));
      return this;
    }

    LoggedTask task() {
      int number = sequence++;
      return new LoggedTask(
          new DecisionId(
              0,
              flags,
              0,
              START_MILLIS + 1_000L * number,
              1,
              number & 0xFFFFFF,
              0,
              11,
              bucket,
              arm,
              (float) propensity,
              77,
              1,
              41,
              0),
          session,
          drewBefore,
          nanoUsd,
          dollarsKnown,
          label);
    }
  }

  Draft of(int arm, double propensity) {
    return new Draft(arm, propensity);
  }
}
