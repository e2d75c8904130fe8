package io.floorkeeper.posterior;

import io.floorkeeper.bandit.BlockEvidence;
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
 */
public record RoleEvidence(int roleNo, long calls, long epoch, int block, List<ArmEvidence> arms) {
  public RoleEvidence {
    arms = List.copyOf(arms);
  }

  /**
   * The evidence of an arm in some of the role's buckets together. Sums are added block by block as
   * the integers that they are, so that the evidence of all buckets is, to the last unit, what it
   * would be if nobody had told them apart.
   *
   * @param buckets which; 0 is what no context is known of
   */
  public ArmEvidence ofArm(int armNo, IntPredicate buckets) {
    TreeMap<Integer, BlockEvidence> blocks = new TreeMap<>();
    Map<Integer, Long> latencyBins = new HashMap<>();
    ArmEvidence only = null;
    int found = 0;
    for (ArmEvidence arm : arms) {
      if (arm.armNo() == armNo && buckets.test(arm.bucket())) {
        only = arm;
        found++;
        for (BlockEvidence block : arm.blocks()) {
          blocks.merge(block.block(), block, RoleEvidence::together);
        }
        arm.latencyBins().forEach((bin, calls) -> latencyBins.merge(bin, calls, Long::sum));
      }
    }
    return found == 1 ? only : new ArmEvidence(0, armNo, List.copyOf(blocks.values()), latencyBins);
  }

  /** Blocks and resets are of the role and of the arm: they are the same in every bucket. */
  private static BlockEvidence together(BlockEvidence a, BlockEvidence b) {
    return new BlockEvidence(
        a.block(),
        a.openedAtCalls(),
        Math.max(a.resetsSince(), b.resetsSince()),
        a.sums().plus(b.sums()));
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

  /** A role that nothing is known of. */
  public static RoleEvidence none(int roleNo) {
    return new RoleEvidence(roleNo, 0, 0, 0, List.of());
  }
}
