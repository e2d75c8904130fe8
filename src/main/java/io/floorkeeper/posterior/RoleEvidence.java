package io.floorkeeper.posterior;

import io.floorkeeper.bandit.BlockEvidence;
import io.floorkeeper.bandit.DiscountedEvidence;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.function.IntPredicate;

/**
 * The evidence of one role as one transaction left it.
 *
 * @param calls routed and followed calls of the role that are in it
 * @param epoch one more for every transaction that changed it
 * @param block the evidence block that is open
 * @param standings of the arms that an alarm was about
 * @param alarms the latest, newest first
 */
public record RoleEvidence(
    int roleNo,
    long calls,
    long epoch,
    int block,
    List<ArmEvidence> arms,
    List<ArmStanding> standings,
    List<RaisedAlarm> alarms) {
  public RoleEvidence {
    arms = List.copyOf(arms);
    standings = List.copyOf(standings);
    alarms = List.copyOf(alarms);
  }

  /** Of a role that no alarm was about. */
  public RoleEvidence(int roleNo, long calls, long epoch, int block, List<ArmEvidence> arms) {
    this(roleNo, calls, epoch, block, arms, List.of(), List.of());
  }

  /** A role that nothing is known of. */
  public static RoleEvidence none(int roleNo) {
    return new RoleEvidence(roleNo, 0, 0, 0, List.of());
  }

  /**
   * The evidence of an arm over all buckets: its first passes, and what climbing this ladder made
   * of them. Several entries may be of one block.
   *
   * @param ladder digest of the ladder above the arm
   */
  public List<BlockEvidence> blocks(int armNo, int ladder) {
    return blocks(armNo, ladder, bucket -> true);
  }

  /**
   * The same of some buckets. Sums of several are added block by block as the integers that they
   * are, so that all together are, to the last unit, what they would be if nobody had told them
   * apart.
   *
   * @param buckets which; 0 is what no context is known of
   */
  public List<BlockEvidence> blocks(int armNo, int ladder, IntPredicate buckets) {
    TreeMap<Integer, BlockEvidence> first = new TreeMap<>();
    TreeMap<Integer, BlockEvidence> climbed = new TreeMap<>();
    for (ArmEvidence arm : arms) {
      if (arm.armNo() == armNo && buckets.test(arm.bucket())) {
        arm.blocks().forEach(b -> first.merge(b.block(), b, RoleEvidence::together));
        arm.ladders()
            .getOrDefault(ladder, List.of())
            .forEach(b -> climbed.merge(b.block(), b, RoleEvidence::together));
      }
    }
    List<BlockEvidence> blocks = new ArrayList<>(first.values());
    climbed.values().forEach(block -> blocks.add(block.asClimbed()));
    return blocks;
  }

  /** Blocks and resets are of the role and of the arm: they are the same in every bucket. */
  private static BlockEvidence together(BlockEvidence a, BlockEvidence b) {
    return new BlockEvidence(
        a.block(),
        a.openedAtCalls(),
        Math.max(a.resetsSince(), b.resetsSince()),
        a.sums().plus(b.sums()));
  }

  /** Whether there is anything to be told apart. */
  public boolean isOfSeveralBuckets() {
    return !arms.isEmpty() && arms.stream().anyMatch(a -> a.bucket() != arms.get(0).bucket());
  }

  /**
   * Tasks that were begun in some buckets, on whatever arm, as they count today: forgotten with the
   * half-life, d = 2^(-(N - N_b)/H), and not with resets. What an arm was reset for is its quality;
   * the tasks that it had did come, and a role's traffic is not another for it.
   */
  public double traffic(IntPredicate buckets, double halfLifeCalls) {
    List<BlockEvidence> blocks = new ArrayList<>();
    for (ArmEvidence arm : arms) {
      if (buckets.test(arm.bucket())) {
        arm.blocks()
            .forEach(b -> blocks.add(new BlockEvidence(b.block(), b.openedAtCalls(), 0, b.sums())));
      }
    }
    return DiscountedEvidence.of(blocks, calls, halfLifeCalls).episodes();
  }

  /** Calls of an arm by bin of {@code LatencySketch}, over some buckets. */
  public Map<Integer, Long> latencyBins(int armNo, IntPredicate buckets) {
    Map<Integer, Long> bins = new HashMap<>();
    for (ArmEvidence arm : arms) {
      if (arm.armNo() == armNo && buckets.test(arm.bucket())) {
        arm.latencyBins().forEach((bin, count) -> bins.merge(bin, count, Long::sum));
      }
    }
    return bins;
  }

  /**
   * How many calls of the role ago an arm of it was last reset; empty: none was. A reset opens a
   * block, so it shows in the first block of the arm that no reset came after; of an arm that was
   * not used since, in the first block of the role beyond its last.
   */
  public OptionalLong callsSinceReset() {
    TreeMap<Integer, Long> openedAt = new TreeMap<>();
    TreeMap<Integer, TreeMap<Integer, Integer>> resetsByArm = new TreeMap<>();
    for (ArmEvidence arm : arms) {
      for (BlockEvidence block : arm.blocks()) {
        openedAt.put(block.block(), block.openedAtCalls());
        resetsByArm
            .computeIfAbsent(arm.armNo(), a -> new TreeMap<>())
            .merge(block.block(), block.resetsSince(), Math::max);
      }
    }
    long latest = -1;
    for (TreeMap<Integer, Integer> resets : resetsByArm.values()) {
      int lastBefore = -1;
      for (Map.Entry<Integer, Integer> block : resets.entrySet()) {
        lastBefore = block.getValue() > 0 ? block.getKey() : lastBefore;
      }
      if (lastBefore >= 0) {
        Integer first = resets.higherKey(lastBefore);
        Map.Entry<Integer, Long> beyond =
            first != null
                ? Map.entry(first, openedAt.get(first))
                : openedAt.higherEntry(lastBefore);
        latest = Math.max(latest, beyond == null ? calls : beyond.getValue());
      }
    }
    return latest < 0 ? OptionalLong.empty() : OptionalLong.of(Math.max(0, calls - latest));
  }

  /** What alarms made of an arm. */
  public ArmStanding standing(int armNo) {
    return standings.stream()
        .filter(s -> s.armNo() == armNo)
        .findFirst()
        .orElse(new ArmStanding(armNo, 0, ArmStanding.NOT_DEMOTED, ""));
  }
}
