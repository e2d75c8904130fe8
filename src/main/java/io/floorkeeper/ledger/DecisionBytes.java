package io.floorkeeper.ledger;

import io.floorkeeper.platform.CanonicalBytes;

/**
 * What a chain holds of a decision: every field of its record, as its row gives it back. A field
 * that is added to the record gets the next number here and is null, 0 or false in older records.
 */
public final class DecisionBytes {
  private static final int RECORD_KIND = 1;

  private DecisionBytes() {}

  public static CanonicalBytes of(DecisionRecord r, CanonicalBytes bytes) {
    return bytes
        .begin(RECORD_KIND)
        .text(1, r.decisionId())
        .number(2, r.replica())
        .number(3, r.sequence())
        .time(4, r.decidedAt())
        .number(5, r.roleNo())
        .text(6, r.role())
        .text(7, r.arm())
        .text(8, r.tier())
        .text(9, r.model())
        .text(10, r.reason())
        .real(11, r.propensity())
        .number(12, r.policyVersion())
        .number(13, r.epoch())
        .number(14, r.bucket())
        .number(15, r.mask())
        .flag(16, r.evaluate())
        .text(17, r.learning())
        .texts(18, r.constraints())
        .number(19, r.snapshotAgeMillis())
        .text(20, r.collaboration())
        .text(21, r.sessionId())
        .text(22, r.runId())
        .text(23, r.step())
        .text(24, r.dataClass())
        .texts(25, r.tags())
        .text(26, r.shadowArm())
        .real(27, r.shadowPropensity())
        .text(28, r.tenant())
        .text(29, r.check())
        // One more than they are: 0 is left out, and is not the same as none.
        .number(30, r.classifierMillis() == null ? 0 : r.classifierMillis() + 1L)
        .number(31, r.classifierNanoUsd() == null ? 0 : r.classifierNanoUsd() + 1)
        .text(32, r.ceiling())
        .texts(33, r.shadow() == null ? null : r.shadow().texts())
        .number(34, r.pace())
        .number(35, r.prices());
  }
}
