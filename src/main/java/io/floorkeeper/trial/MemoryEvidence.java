package io.floorkeeper.trial;

import io.floorkeeper.bandit.BlockEvidence;
import io.floorkeeper.bandit.DriftDetector;
import io.floorkeeper.bandit.EDetector;
import io.floorkeeper.bandit.Evidence;
import io.floorkeeper.posterior.ArmEvidence;
import io.floorkeeper.posterior.PosteriorSnapshot;
import io.floorkeeper.posterior.RoleEvidence;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Evidence as the learner keeps it in Postgres, in memory: the same integer sums, the same blocks.
 */
final class MemoryEvidence {
  /** As the service's: a block is so many calls of the role. */
  private static final int BLOCK_CALLS = 693;

  private final Map<Integer, Role> roles = new HashMap<>();
  private final boolean watchesDrift;

  /**
   * @param watchesDrift whether an arm that drifts from its own baseline is reset
   */
  MemoryEvidence(boolean watchesDrift) {
    this.watchesDrift = watchesDrift;
  }

  /** One arm of one bucket. */
  private record ArmKey(int bucket, int armNo) implements Comparable<ArmKey> {
    @Override
    public int compareTo(ArmKey o) {
      int byBucket = Integer.compare(bucket, o.bucket);
      return byBucket != 0 ? byBucket : Integer.compare(armNo, o.armNo);
    }
  }

  private static final class Role {
    private long calls;
    private long epoch;
    private final List<Long> openedAt = new ArrayList<>(List.of(0L));
    private final TreeMap<ArmKey, TreeMap<Integer, Evidence>> arms = new TreeMap<>();
    private final Map<ArmKey, DriftDetector> watches = new HashMap<>();
    private final Map<Integer, List<Integer>> resets = new HashMap<>();
    private RoleEvidence published;

    /** The arm's older evidence counts little from here on. */
    private void reset(int armNo) {
      openedAt.add(calls);
      resets.computeIfAbsent(armNo, a -> new ArrayList<>()).add(openedAt.size() - 1);
    }

    private int resetsSince(int armNo, int block) {
      return (int) resets.getOrDefault(armNo, List.of()).stream().filter(b -> b > block).count();
    }

    private void openWhereDue() {
      if (calls - openedAt.get(openedAt.size() - 1) >= BLOCK_CALLS) {
        openedAt.add(calls);
      }
    }

    /** The same object as long as nothing has changed. */
    private RoleEvidence evidence(int roleNo) {
      if (published == null || published.epoch() != epoch) {
        List<ArmEvidence> ofArms = new ArrayList<>();
        arms.forEach(
            (arm, blocks) -> {
              List<BlockEvidence> sums = new ArrayList<>();
              blocks.forEach(
                  (block, evidence) ->
                      sums.add(
                          new BlockEvidence(
                              block,
                              openedAt.get(block),
                              resetsSince(arm.armNo, block),
                              evidence)));
              ofArms.add(new ArmEvidence(arm.bucket, arm.armNo, sums, Map.of()));
            });
        published = new RoleEvidence(roleNo, calls, epoch, openedAt.size() - 1, ofArms);
      }
      return published;
    }
  }

  /** One more call of an arm, decided in {@code bucket} and {@code block}. */
  void add(int roleNo, int bucket, int armNo, int block, Evidence delta) {
    Role role = roles.computeIfAbsent(roleNo, r -> new Role());
    role.calls++;
    role.epoch++;
    role.arms
        .computeIfAbsent(new ArmKey(bucket, armNo), a -> new TreeMap<>())
        .merge(block, delta, Evidence::plus);
    role.openWhereDue();
  }

  /**
   * A label of an earlier call.
   *
   * @param byContext whether the call was routed by its context: the arm is then compared with its
   *     past within the bucket
   */
  void addLabel(
      int roleNo,
      int bucket,
      boolean byContext,
      int armNo,
      int block,
      Evidence label,
      double quality) {
    Role role = roles.get(roleNo);
    ArmKey arm = new ArmKey(bucket, armNo);
    role.epoch++;
    role.arms.get(arm).merge(block, label, Evidence::plus);
    if (watchesDrift) {
      DriftDetector watch =
          role.watches.computeIfAbsent(
              new ArmKey(byContext ? bucket : 0, armNo),
              a -> DriftDetector.fresh(EDetector.ARM_THRESHOLD));
      if (watch.update(quality) != DriftDetector.Drift.NONE) {
        role.reset(armNo);
      }
    }
  }

  PosteriorSnapshot snapshot(long nowMillis) {
    Map<Integer, RoleEvidence> known = new HashMap<>();
    roles.forEach((roleNo, role) -> known.put(roleNo, role.evidence(roleNo)));
    return new PosteriorSnapshot(known, nowMillis);
  }
}
