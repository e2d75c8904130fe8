package io.floorkeeper.policy;

import java.time.Instant;

/**
 * Who made a version, of what, and why.
 *
 * @param author the name of the credentials, {@code file:<name>} or {@code preset:<name>}; null:
 *     from before authors were kept, or not from the database
 * @param reason null: none was given
 * @param parentDigest of the version in force until then; null: it was the first
 * @param publishedAt null: the database has not numbered it
 */
public record PolicyOrigin(String author, String reason, String parentDigest, Instant publishedAt) {
  /** Of a policy that is not from the database. */
  public static final PolicyOrigin UNKNOWN = new PolicyOrigin(null, null, null, null);
}
