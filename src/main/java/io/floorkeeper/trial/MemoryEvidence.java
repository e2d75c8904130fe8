package io.floorkeeper.trial;

import io.floorkeeper.bandit.BlockEvidence;
import io.floorkeeper.bandit.Evidence;
import io.floorkeeper.learning.RoleWatch;
import io.floorkeeper.policy.PolicyBook;
import io.floorkeeper.policy.QualityFloor;
import io.floorkeeper.policy.RolePolicy;
import io.floorkeeper.posterior.ArmEvidence;
import io.floorkeeper.posterior.ArmStanding;
import io.floorkeeper.posterior.Beliefs;
import io.floorkeeper.posterior.PosteriorSnapshot;
import io.floorkeeper.posterior.RoleEvidence;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.TreeMap;

/**
 * Evidence as the learner keeps it in Postgres, in memory: the same integer sums, the same blocks,
 * the same detectors and what their alarms make of an arm.
 */
final class MemoryEvidence {
  /** As the service's: a block is so many calls of the role. */
  private static final int BLOCK_CALLS = 693;

  private final Map<Integer, Role> roles = new HashMap<>();
  private final boolean watches;
  private PolicyBook.Published policy;

  /**
   * @param watches whether the detectors are armed
   */
  MemoryEvidence(boolean watches) {
    this.watches = watches;
  }

  /** The policy whose floors hold from here on. */
  void follow(PolicyBook.Published changed) {
    policy = changed;
  }

  /**
   * What a call is evidence of.
   *
   * @param bucket 0: no context
   * @param byContext whether it was routed by its context
   */
  record Place(int roleNo, String role, int bucket, boolean byContext, int armNo, int block) {

    /** Of a call whose role is told apart by nothing. */
    Place(int roleNo, String role, int armNo, int block) {
      this(roleNo, role, 0, false, armNo, block);
    }
  }

  /** A label of an earlier call, when it is known. */
  record Labelled(Place place, Evidence label, double quality, boolean isBase) {}

  /** One arm of one bucket. */
  private record ArmKey(int bucket, int armNo) implements Comparable<ArmKey> {
    @Override
    public int compareTo(ArmKey o) {
      int byBucket = Integer.compare(bucket, o.bucket);
      return byBucket != 0 ? byBucket : Integer.compare(armNo, o.armNo);
    }
  }

  private static final class Role {
    private final int roleNo;
    private final String name;
    private long calls;
    private long epoch;
    private final List<Long> openedAt = new ArrayList<>(List.of(0L));
    private final List<OptionalDouble> floors = new ArrayList<>();
    private final TreeMap<ArmKey, TreeMap<Integer, Evidence>> arms = new TreeMap<>();
    private final RoleWatch watch = new RoleWatch();
    private final Map<Integer, List<Integer>> resets = new HashMap<>();
    private final TreeMap<Integer, ArmStanding> standings = new TreeMap<>();
    private RoleEvidence published;

    Role(int roleNo, String name) {
      this.roleNo = roleNo;
      this.name = name;
    }

    private void alarmed(RoleWatch.Alarm alarm, int block) {
      List<Integer> ofArm = resets.computeIfAbsent(alarm.armNo(), a -> new ArrayList<>());
      if (alarm.cause() != RoleWatch.Cause.FLOOR) {
        ofArm.add(block);
      }
      standings.put(
          alarm.armNo(),
          new ArmStanding(
              alarm.armNo(),
              ofArm.size(),
              alarm.cause() == RoleWatch.Cause.DRIFT_UP ? ArmStanding.NOT_DEMOTED : block,
              alarm.cause().toString()));
    }

    private int resetsSince(int armNo, int block) {
      return (int) resets.getOrDefault(armNo, List.of()).stream().filter(b -> b > block).count();
    }

    /** The same object as long as nothing has changed. */
    private RoleEvidence evidence() {
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
        published =
            new RoleEvidence(
                roleNo,
                calls,
                epoch,
                openedAt.size() - 1,
                ofArms,
                List.copyOf(standings.values()),
                List.of());
      }
      return published;
    }
  }

  /** One more call. */
  void add(Place place, Evidence delta) {
    Role role = roles.computeIfAbsent(place.roleNo, r -> new Role(r, place.role));
    if (role.floors.isEmpty()) {
      role.floors.add(floor(role, RoleEvidence.none(place.roleNo)));
    }
    role.calls++;
    role.epoch++;
    role.arms
        .computeIfAbsent(new ArmKey(place.bucket, place.armNo), a -> new TreeMap<>())
        .merge(place.block, delta, Evidence::plus);
    if (role.calls - role.openedAt.get(role.openedAt.size() - 1) >= BLOCK_CALLS) {
      open(role);
    }
  }

  /** As the learner does: the floor of a block is what it is when the block is opened. */
  private int open(Role role) {
    role.openedAt.add(role.calls);
    role.floors.add(floor(role, role.evidence()));
    return role.openedAt.size() - 1;
  }

  void addLabel(Labelled l) {
    Place place = l.place;
    Role role = roles.get(place.roleNo);
    role.epoch++;
    role.arms
        .get(new ArmKey(place.bucket, place.armNo))
        .merge(place.block, l.label, Evidence::plus);
    if (watches) {
      double weight = l.label.sumV().doubleValue() / Evidence.ONE;
      raise(
          role,
          role.watch.judged(
              new RoleWatch.Judged(
                  place.armNo,
                  l.quality,
                  weight,
                  l.isBase,
                  role.floors.get(place.block),
                  perArm(role),
                  place.byContext ? place.bucket : 0)));
    }
  }

  /** A call that was asked for a base label and got none. */
  void unlabelled(Place place) {
    if (watches) {
      Role role = roles.get(place.roleNo);
      raise(
          role,
          role.watch.unjudged(
              place.armNo, role.floors.get(place.block), perArm(role) && !place.byContext));
    }
  }

  private void raise(Role role, List<RoleWatch.Alarm> alarms) {
    for (RoleWatch.Alarm alarm : alarms) {
      if (alarm.concernsArm()) {
        role.alarmed(alarm, open(role));
      }
    }
  }

  private Optional<RolePolicy> policyOf(Role role) {
    return policy == null ? Optional.empty() : policy.policy().roleOrDefault(role.name);
  }

  private boolean perArm(Role role) {
    return policyOf(role)
        .flatMap(RolePolicy::floor)
        .map(f -> f.scope() == QualityFloor.Scope.PER_ARM)
        .orElse(false);
  }

  private OptionalDouble floor(Role role, RoleEvidence known) {
    return policyOf(role)
        .map(p -> Beliefs.floor(policy.numbers(), p, known))
        .orElse(OptionalDouble.empty());
  }

  PosteriorSnapshot snapshot(long nowMillis) {
    Map<Integer, RoleEvidence> known = new HashMap<>();
    roles.forEach((roleNo, role) -> known.put(roleNo, role.evidence()));
    return new PosteriorSnapshot(known, nowMillis);
  }
}
