package io.floorkeeper.policy;

import java.time.Instant;

/**
 * Whether every role answers by its preset tier, and who said so.
 *
 * @param number of the row that says so; 0: nobody ever did. Where not {@code recorded}: of the
 *     last row that this replica knew
 * @param reason null: none was given
 * @param author the name of the credentials; null where nobody ever switched
 * @param atMillis epoch milliseconds
 * @param recorded false: said while the database was away, so in force on this replica alone
 */
public record KillSwitch(
    long number, boolean on, String reason, String author, long atMillis, boolean recorded) {
  /** Of an installation where nobody ever switched. */
  public static final KillSwitch NEVER = new KillSwitch(0, false, null, null, 0, true);

  /** When, or null where nobody ever did. */
  public Instant at() {
    return author == null ? null : Instant.ofEpochMilli(atMillis);
  }

  /** The same as the row of this number. */
  KillSwitch recordedAs(long row) {
    return new KillSwitch(row, on, reason, author, atMillis, true);
  }
}
