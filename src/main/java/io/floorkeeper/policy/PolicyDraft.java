package io.floorkeeper.policy;

/**
 * A policy that somebody wants in force.
 *
 * @param document as it was written
 * @param source where it was read from, for people
 * @param author whose it is; see {@link PolicyOrigin}
 * @param reason null: none was given
 */
record PolicyDraft(Policy policy, String document, String source, String author, String reason) {
  private static final String ROLLBACK = "rollback to version ";

  /** The content of an earlier version. */
  static PolicyDraft rollback(
      PolicyVersionEntity old, Policy policy, String author, String reason) {
    return new PolicyDraft(policy, old.document, ROLLBACK + old.version, author, reason);
  }

  boolean isRollback() {
    return source.startsWith(ROLLBACK);
  }
}
