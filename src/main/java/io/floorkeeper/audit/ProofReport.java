package io.floorkeeper.audit;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import java.time.Instant;
import java.util.List;
import java.util.Set;

/**
 * Whether every decision for a data class went to, and every call that was seen ran on, an allowed
 * model.
 *
 * @param statement what {@code proven} is about, in words
 * @param proven whether there is no finding
 * @param settled whether nothing of the period can come any more: it is over, nothing is on its
 *     way, and an anchor vouches for all
 * @param counts what it rests on
 * @param policies the versions that decided
 * @param trail the chains and anchors that it rests on
 * @param doesNotCover in words
 */
@JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
public record ProofReport(
    String statement,
    String dataClass,
    String tenant,
    Instant from,
    Instant to,
    Instant checkedAt,
    boolean proven,
    boolean settled,
    Counts counts,
    List<PolicyUsed> policies,
    Findings findings,
    @JsonIgnoreProperties({"from", "to", "checked_at", "findings", "intact", "took_millis"})
        VerifyReport trail,
    List<String> doesNotCover,
    long tookMillis) {

  /**
   * What was looked at.
   *
   * @param decisions that the pins of the class bound
   * @param ofUnknownClass of them, those without a class or with one that the policy did not know:
   *     all pins on classes bound them
   * @param unpinned of them, those that no pin bound: another role or tenant than the pins name
   * @param withoutCall of them, those under whose id no call was seen
   * @param calls under their ids
   * @param callsPending that carry an id whose decision may still be on its way
   * @param callsUnrouted of the period that carry no decision at all
   */
  @JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
  public record Counts(
      long decisions,
      long ofUnknownClass,
      long unpinned,
      long withoutCall,
      long calls,
      long callsPending,
      long callsUnrouted) {}

  /**
   * A policy version that decided.
   *
   * @param digest of its document as it stands; null where it cannot be read
   * @param pins those about the class
   */
  @JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
  public record PolicyUsed(int version, String digest, Set<String> pins, long decisions) {}
}
