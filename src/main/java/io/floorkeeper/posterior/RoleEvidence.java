package io.floorkeeper.posterior;

import io.floorkeeper.bandit.BlockEvidence;
import java.util.ArrayList;
import java.util.List;

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
    List<BlockEvidence> blocks = new ArrayList<>();
    for (ArmEvidence arm : arms) {
      if (arm.armNo() == armNo) {
        blocks.addAll(arm.blocks());
        blocks.addAll(arm.ladders().getOrDefault(ladder, List.of()));
      }
    }
    return blocks;
  }

  /** What alarms made of an arm. */
  public ArmStanding standing(int armNo) {
    return standings.stream()
        .filter(s -> s.armNo() == armNo)
        .findFirst()
        .orElse(new ArmStanding(armNo, 0, ArmStanding.NOT_DEMOTED, ""));
  }
}
