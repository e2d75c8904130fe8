package io.floorkeeper.policy;

/** What has been learned of a role's arms: a diff says what of it a change keeps. */
@FunctionalInterface
public interface ArmKnowledge {

  /**
   * Whether there is evidence of this arm in this role.
   *
   * @param armKey as {@link Arm#key()}
   */
  boolean isKnown(String role, String armKey);
}
