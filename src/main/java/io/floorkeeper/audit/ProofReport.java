package io.floorkeeper.audit;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/**
 * Whether every decision for a data class went to, and every call that was seen ran on, an allowed
 * model.
 *
 * @param statement what {@code proven} is about, in words
 * @param installation the hash of its first operators' event, lower-case hex: stays as long as its
 *     database; null: there is none yet
 * @param software its version
 * @param proven whether a decision was bound by a pin, and there is no finding
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
    String installation,
    String software,
    String dataClass,
    String tenant,
    Instant from,
    Instant to,
    Instant checkedAt,
    Verdict verdict,
    boolean proven,
    boolean settled,
    Counts counts,
    List<PolicyUsed> policies,
    Findings findings,
    @JsonIgnoreProperties({"from", "to", "checked_at", "findings", "intact", "took_millis"})
        VerifyReport trail,
    List<String> doesNotCover,
    long tookMillis) {

  /** What the answer is. */
  public enum Verdict {
    PROVEN,
    /** There are findings. */
    NOT_PROVEN,
    /** No finding, and no decision that a pin bound: nothing is said by that. */
    NOTHING_TO_PROVE;

    @com.fasterxml.jackson.annotation.JsonValue
    public String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /**
   * What was looked at.
   *
   * @param decisions of the class, or counted as of it
   * @param bound of them, those that at least one pin bound: what the proof is about
   * @param ofUnknownClass of all, those without a class or with one that the policy did not know:
   *     they count as of every class that is pinned
   * @param unpinned of all, those that no pin bound: another role, tenant or tag than the pins name
   * @param ofUnknownPolicy of all, those whose policy is not kept
   * @param withoutCall of all, those under whose id no call was seen
   * @param calls under their ids
   * @param callsPending that carry an id whose decision may still be on its way
   * @param callsUnrouted of the period that carry no decision at all
   */
  @JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
  public record Counts(
      long decisions,
      long bound,
      long ofUnknownClass,
      long unpinned,
      long ofUnknownPolicy,
      long withoutCall,
      long calls,
      long callsPending,
      long callsUnrouted) {}

  /**
   * A policy version that decided.
   *
   * @param digest of its document as it stands; null where it cannot be read
   * @param pins names of those about the class
   * @param decisions of the class, or counted as of it
   * @param bound of them, by at least one pin
   * @param allowed by each pin about the class, and by each other one that bound any of them
   * @param used by name
   */
  @JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
  public record PolicyUsed(
      int version,
      String digest,
      Set<String> pins,
      long decisions,
      long bound,
      List<PinAllowed> allowed,
      List<ModelUsed> used) {}

  /**
   * A pin. A decision that several bound is counted at each.
   *
   * @param matches in words
   * @param models that it allows
   * @param decisions that it bound
   * @param calls seen under their ids
   */
  @JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
  public record PinAllowed(
      String pin, String matches, Set<String> models, long decisions, long calls) {}

  /**
   * A model.
   *
   * @param model as the policy names it; as the span does where the policy knows it not
   * @param decisions for it that a pin bound
   * @param calls that ran on it under a decision that a pin bound
   * @param unboundDecisions for it that no pin bound
   * @param unboundCalls likewise
   */
  @JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
  public record ModelUsed(
      String model, long decisions, long calls, long unboundDecisions, long unboundCalls) {}
}
