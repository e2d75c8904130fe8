package io.floorkeeper.audit;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import java.util.Locale;
import java.util.UUID;

/**
 * One thing that is not as it should be.
 *
 * @param chain null where it is not about a chain
 * @param position in the chain; 0: none
 * @param decisionId null where it is not about a decision
 * @param count how many records it is about
 * @param what in words
 * @param expected null where nothing can be said
 */
@JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
@JsonInclude(JsonInclude.Include.NON_NULL)
public record AuditFinding(
    Kind kind,
    UUID chain,
    long position,
    String decisionId,
    long count,
    String what,
    String expected,
    String found) {

  /** What is wrong. */
  public enum Kind {
    /** A row does not have the contents that its hash was made of, or not at this place. */
    ALTERED,
    /** Records that must be there are not. */
    MISSING,
    /** A second record at a place that is taken. */
    FORGED,
    /** The record at an anchored place has another hash than was anchored. */
    ANCHOR_DIFFERS,
    /** A decision of no chain, from after there were chains. */
    UNCHAINED,
    /** Records that no anchor ever vouched for. */
    NEVER_ANCHORED,
    /** A chain that no replica announced. */
    UNKNOWN_CHAIN,
    /** A chain was announced and nothing of it is left. */
    CHAIN_MISSING,
    /** Records behind the orderly end of a chain. */
    AFTER_CLOSE,
    /** Answered and not logged, as the replica itself counted. */
    LOST,
    /** Answered and not logged when the replica ended without order. */
    LOST_AT_END,
    /** A policy version is not as the operators' event tells it that published it. */
    POLICY_ALTERED,
    /** A row of the kill switch is not as the operators' event tells it that switched. */
    SWITCH_ALTERED,
    /** The policy that decided is not kept, or not as it was published. */
    POLICY_UNKNOWN,
    /** The policy that decided has no pin for the class at all. */
    CLASS_NOT_PINNED,
    /** Decided for a model that the pins do not allow. */
    DECIDED_OUTSIDE_PIN,
    /** Ran on a model that the pins do not allow. */
    RAN_OUTSIDE_PIN,
    /** Ran on a model that the policy does not know, or that the span does not name. */
    RAN_ON_UNKNOWN_MODEL,
    /** A call carries a decision that is not in the log. */
    CALL_WITHOUT_DECISION;

    @com.fasterxml.jackson.annotation.JsonValue
    public String word() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  static AuditFinding chain(
      Kind kind,
      UUID chain,
      long position,
      long count,
      String what,
      String expected,
      String found) {
    return new AuditFinding(kind, chain, position, null, count, what, expected, found);
  }

  /** About rows that are neither of a chain nor of one decision. */
  static AuditFinding rows(Kind kind, long count, String what, String expected, String found) {
    return new AuditFinding(kind, null, 0, null, count, what, expected, found);
  }

  static AuditFinding decision(
      Kind kind, String decisionId, String what, String expected, String found) {
    return new AuditFinding(kind, null, 0, decisionId, 1, what, expected, found);
  }
}
