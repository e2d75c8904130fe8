package io.floorkeeper.truth;

import io.opentelemetry.proto.trace.v1.Span;
import java.util.List;

/** One span of the multiset; sent once or several times, it is the same fact. */
sealed interface PlannedSpan
    permits PlannedSpan.Aggregate, PlannedSpan.Call, PlannedSpan.Poison, Told {

  /** The service that the resource names; empty: none. */
  default String service() {
    return "";
  }

  /** Where it is sent. */
  default String topic() {
    return Stage.TOPIC;
  }

  /** A span that counts for nothing: its children's usage over again, a tool, a web request. */
  record Aggregate(Span span) implements PlannedSpan {}

  /**
   * A span that must be refused.
   *
   * @param atDecoding whether its very shape is wrong: such are numbered first in their record
   */
  record Poison(Span span, String code, boolean atDecoding) implements PlannedSpan {}

  /** How a call is written down. */
  enum Style {
    OTEL,
    OTEL_BEFORE,
    OPENINFERENCE
  }

  /** How a call says that it failed. */
  enum Failure {
    NONE,
    STATUS,
    TYPE,
    EXCEPTION
  }

  /** Where a call without a decision says who made it. */
  enum RoleBy {
    NOTHING,
    ATTRIBUTE,
    AGENT,
    SERVICE
  }

  /**
   * A judgement on the span itself; one of score, label and passed is there.
   *
   * @param passed the verdict of a check
   */
  record Judgement(String name, Double score, String label, Boolean passed) {}

  /**
   * A model call.
   *
   * @param modelName as it is written
   * @param ran the model of the policy behind that name; null: none
   * @param usage null: it says none
   * @param reportedNanoUsd null: it says none
   * @param decision null: not routed
   * @param rung of the decision's ladder
   * @param decisionId as it is written; null: none. There may be one that proves no decision
   * @param unstored whether that is one that a replica signed without the database
   * @param role that it names itself; null: none
   * @param probability with which it was asked to be judged; null: says none
   */
  record Call(
      String traceId,
      String spanId,
      long startNanos,
      long durationNanos,
      Style style,
      String modelName,
      Models ran,
      Usage usage,
      Long reportedNanoUsd,
      PlannedDecision decision,
      int rung,
      String decisionId,
      boolean unstored,
      String role,
      RoleBy roleBy,
      Failure failure,
      List<Judgement> judgements,
      Double probability,
      String responseId)
      implements PlannedSpan {

    @Override
    public String service() {
      return roleBy == RoleBy.SERVICE ? role : "";
    }

    boolean failed() {
      return failure != Failure.NONE;
    }

    long latencyMillis() {
      return durationNanos / 1_000_000;
    }

    Call unjudged() {
      return new Call(
          traceId,
          spanId,
          startNanos,
          durationNanos,
          style,
          modelName,
          ran,
          usage,
          reportedNanoUsd,
          decision,
          rung,
          decisionId,
          unstored,
          role,
          roleBy,
          failure,
          List.of(),
          null,
          responseId);
    }

    /** What it is booked at; null: nobody can price it. */
    Long nanoUsd() {
      return catalogueNanoUsd() != null ? catalogueNanoUsd() : reportedNanoUsd;
    }

    Long catalogueNanoUsd() {
      return ran == null || usage == null ? null : ran.nanoUsd(usage);
    }

    /** Whether it ran where its decision said. */
    boolean followed() {
      if (decision == null || ran == null) {
        return false;
      }
      if (rung == 0) {
        return ran == decision.arm();
      }
      List<Models> ladder = Models.FILE_OPS_LADDER.get(decision.arm());
      return rung <= ladder.size() && ladder.get(rung - 1) == ran;
    }
  }
}
