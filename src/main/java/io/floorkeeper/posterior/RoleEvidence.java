package io.floorkeeper.posterior;

import java.util.List;

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

  /** A role that nothing is known of. */
  public static RoleEvidence none(int roleNo) {
    return new RoleEvidence(roleNo, 0, 0, 0, List.of());
  }
}
