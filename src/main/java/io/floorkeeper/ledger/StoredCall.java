package io.floorkeeper.ledger;

import java.time.Instant;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * A call as it stands in the table: all that has to be known to take back what it counts for.
 *
 * @param decisionId null where it carries none
 * @param followed null without a decision
 * @param armNo of the arm that ran, where that was the decided one; else 0
 * @param countedRoleNo the role whose spend it is in; 0: in none
 * @param borrowed whether the reported cost is a twin's
 * @param twin whether another counts in its place
 */
public record StoredCall(
    CallRepository.CallKey key,
    Instant startedAt,
    int tenantNo,
    String role,
    int countedRoleNo,
    Optional<String> model,
    Optional<String> provider,
    Optional<Tokens> tokens,
    OptionalLong catalogueNanoUsd,
    OptionalLong reportedNanoUsd,
    OptionalLong bookedNanoUsd,
    byte[] decisionId,
    Boolean followed,
    int armNo,
    boolean error,
    long latencyMillis,
    OptionalInt qualityMicros,
    boolean borrowed,
    boolean twin) {

  public CallHour.Key hourKey() {
    return CallHour.Key.of(startedAt, tenantNo, role, model, provider, armNo, followed);
  }

  public CallHour hour() {
    return CallHour.of(error, tokens, bookedNanoUsd, reportedNanoUsd, qualityMicros, latencyMillis);
  }

  /** In another role. */
  public StoredCall withRole(String another, int anotherNo) {
    return new StoredCall(
        key,
        startedAt,
        tenantNo,
        another,
        anotherNo,
        model,
        provider,
        tokens,
        catalogueNanoUsd,
        reportedNanoUsd,
        bookedNanoUsd,
        decisionId,
        followed,
        armNo,
        error,
        latencyMillis,
        qualityMicros,
        borrowed,
        twin);
  }

  /** With the cost that a twin reports; empty: with none that it did not report itself. */
  public StoredCall withBorrowed(OptionalLong another) {
    OptionalLong reported = another.isPresent() || borrowed ? another : reportedNanoUsd;
    return new StoredCall(
        key,
        startedAt,
        tenantNo,
        role,
        countedRoleNo,
        model,
        provider,
        tokens,
        catalogueNanoUsd,
        reported,
        Pricing.booked(catalogueNanoUsd, reported),
        decisionId,
        followed,
        armNo,
        error,
        latencyMillis,
        qualityMicros,
        another.isPresent(),
        twin);
  }
}
