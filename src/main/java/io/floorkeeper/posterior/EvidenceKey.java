package io.floorkeeper.posterior;

/**
 * Which evidence row: ordered, so that every transaction locks rows in one order.
 *
 * @param part {@link #FIRST_PASS}; the digest of an escalation ladder: what climbing it changed; or
 *     {@link #CLIMBED}
 */
public record EvidenceKey(int roleNo, int bucket, int armNo, int block, int part)
    implements Comparable<EvidenceKey> {

  /** What first passes gave. */
  public static final int FIRST_PASS = 0;

  /**
   * Calls of higher rungs, under the arm that ran them: they were selected by a failure, so they
   * say nothing of how that arm would do on the role's tasks.
   */
  public static final int CLIMBED = -1;

  /** The same arm and block, another part. */
  public EvidenceKey part(int another) {
    return new EvidenceKey(roleNo, bucket, armNo, block, another);
  }

  /** The same block and part of another arm. */
  public EvidenceKey arm(int another) {
    return new EvidenceKey(roleNo, bucket, another, block, part);
  }

  @Override
  public int compareTo(EvidenceKey other) {
    // Asked several times for every call: no chain of comparators.
    int by = Integer.compare(roleNo, other.roleNo);
    by = by != 0 ? by : Integer.compare(bucket, other.bucket);
    by = by != 0 ? by : Integer.compare(armNo, other.armNo);
    by = by != 0 ? by : Integer.compare(block, other.block);
    return by != 0 ? by : Integer.compare(part, other.part);
  }
}
