package io.floorkeeper.audit;

import io.floorkeeper.platform.CanonicalBytes;
import io.floorkeeper.platform.HashChain;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.UUID;

/**
 * Walks along one chain, record by record and anchor by anchor in ascending position, records
 * before anchors, and tells what does not fit. Knows the record before and nothing more.
 *
 * <p>After a break it goes on from the hash that is stored: one altered row is one finding. That an
 * attacker has made all hashes after it fit is what anchors are for.
 */
final class ChainWalk {
  private final UUID chain;
  private final Findings findings;
  private final HashChain hashes = new HashChain();
  private final byte[] startHash;
  private final long start;

  private long last;
  private byte[] lastHash;
  private byte[] beforeLast;
  private boolean lastFits = true;

  private long anchored;
  private long orphan;
  private byte[] orphanHash;
  private long consumedOrphan;
  private boolean anchorDiffered;
  private long closedAt;
  private long afterClose;

  /**
   * @param start the position of the anchor to begin from; 0: the beginning
   * @param startHash that anchor's; null at 0
   */
  ChainWalk(UUID chain, long start, byte[] startHash, Findings findings) {
    this.chain = chain;
    this.start = start;
    this.startHash = start == 0 ? hashes.beforeFirst(chain) : startHash;
    this.findings = findings;
    this.last = start;
    this.lastHash = this.startHash;
    this.anchored = start;
  }

  /** The last position that was there. */
  long last() {
    return last;
  }

  /** The hash stored with it. */
  byte[] lastHash() {
    return lastHash;
  }

  /** The last position with an anchor that agrees. */
  long anchored() {
    return anchored;
  }

  boolean isClosed() {
    return closedAt > 0;
  }

  /**
   * The next record.
   *
   * @param content null where its row cannot be read
   * @param decisionId null for a mark
   */
  void record(long position, byte[] stored, CanonicalBytes content, String decisionId) {
    if (start > 0 && position == start) {
      if (!Arrays.equals(stored, startHash)) {
        differs(position, startHash, stored);
      }
      return;
    }
    if (position == last) {
      another(position, stored, content, decisionId);
      return;
    }
    byte[] before = lastHash;
    if (position > last + 1) {
      missing(last + 1, position - 1);
      before = orphan == position - 1 ? orphanHash : null;
    }
    if (closedAt > 0 && afterClose++ == 0) {
      findings.add(
          AuditFinding.chain(
              AuditFinding.Kind.AFTER_CLOSE,
              chain,
              position,
              1,
              "a record behind the orderly end of its chain",
              "the end at " + closedAt,
              name(decisionId)));
    }
    beforeLast = before;
    lastFits = before == null || fits(before, stored, content);
    if (!lastFits) {
      altered(position, stored, content, decisionId);
    }
    last = position;
    lastHash = stored;
  }

  /** The chain ends here. */
  void close(long position) {
    closedAt = position;
  }

  /**
   * An anchor at the last record or further on.
   *
   * @param consumed whether its record has come out of the broker, so that its row must be there
   */
  void anchor(long position, byte[] hash, boolean consumed) {
    if (position == last) {
      if (Arrays.equals(hash, lastHash)) {
        anchored = position;
      } else {
        differs(position, hash, lastHash);
      }
    } else if (position > last) {
      orphan = position;
      orphanHash = hash;
      consumedOrphan = consumed ? position : consumedOrphan;
    }
  }

  /**
   * Nothing comes any more.
   *
   * @return how many records are anchored and have not come out of the broker yet
   */
  long finish() {
    long there = last;
    if (consumedOrphan > there) {
      missing(there + 1, consumedOrphan);
      there = consumedOrphan;
    }
    return Math.max(0, orphan - there);
  }

  private void another(long position, byte[] stored, CanonicalBytes content, String decisionId) {
    boolean fits = beforeLast != null && fits(beforeLast, stored, content);
    findings.add(
        new AuditFinding(
            AuditFinding.Kind.FORGED,
            chain,
            position,
            decisionId,
            1,
            "a second record at one place of the chain",
            "one record",
            "another, whose hash " + (fits ? "fits" : "does not fit")));
    if (fits && !lastFits) {
      lastHash = stored;
      lastFits = true;
    }
  }

  private boolean fits(byte[] before, byte[] stored, CanonicalBytes content) {
    return content != null && Arrays.equals(hashes.next(before, content), stored);
  }

  private void altered(long position, byte[] stored, CanonicalBytes content, String decisionId) {
    findings.add(
        new AuditFinding(
            AuditFinding.Kind.ALTERED,
            chain,
            position,
            decisionId,
            1,
            name(decisionId) + " is not what its hash was made of, or not at its place",
            HexFormat.of().formatHex(stored),
            content == null
                ? "a row that cannot be read"
                : HexFormat.of().formatHex(hashes.next(beforeLast, content))));
  }

  private void missing(long from, long to) {
    findings.add(
        AuditFinding.chain(
            AuditFinding.Kind.MISSING,
            chain,
            from,
            to - from + 1,
            from == to ? "the record is not there" : "the records up to " + to + " are not there",
            to - from + 1 + " records",
            "none"));
  }

  /** Once: whoever makes a tail fit again has all its anchors against them. */
  private void differs(long position, byte[] expected, byte[] found) {
    if (!anchorDiffered) {
      anchorDiffered = true;
      findings.add(
          AuditFinding.chain(
              AuditFinding.Kind.ANCHOR_DIFFERS,
              chain,
              position,
              1,
              "the anchor of this place has another hash; all from the anchor before it may have"
                  + " been rewritten, after position "
                  + anchored,
              HexFormat.of().formatHex(expected),
              HexFormat.of().formatHex(found)));
    }
  }

  private static String name(String decisionId) {
    return decisionId == null ? "a mark" : "a decision";
  }
}
