package io.floorkeeper.truth;

import static io.floorkeeper.truth.OtlpRecords.attribute;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.logs.v1.LogRecord;
import io.opentelemetry.proto.trace.v1.Span;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;

/**
 * A judgement that comes by itself, before what it judges or after.
 *
 * @param judged null: it names nothing that could be judged, and must be refused
 * @param probability with which it was asked for; null: says none
 * @param saidAtMicros since 1970, by the clock of whoever says it
 * @param ownId 48 hex digits of its own, whatever they are used for
 */
record Told(
    Form form,
    Judged judged,
    PlannedSpan.Judgement judgement,
    Double probability,
    long saidAtMicros,
    String ownId)
    implements PlannedSpan {
  static final String LOGS = "otlp_logs";
  static final String OUTCOMES = "floorkeeper.outcomes";
  private static final String EVENT = "gen_ai.evaluation.result";
  private static final ObjectMapper JSON = new ObjectMapper();

  /** As what it comes. */
  enum Form {
    LOG,
    EVENT,
    CARRIER,
    OUTCOME
  }

  /** What is judged, by what names it. */
  sealed interface Judged {
    record OfSpan(String traceId, String spanId) implements Judged {}

    record OfResponse(String responseId) implements Judged {}

    /**
     * @param root tells tasks apart
     * @param decisionId as it is written
     */
    record OfDecision(String root, int rung, String decisionId) implements Judged {
      /** Ids that differ in their flags alone name the same. */
      @Override
      public boolean equals(Object other) {
        return other instanceof OfDecision of && of.rung == rung && of.root.equals(root);
      }

      @Override
      public int hashCode() {
        return root.hashCode() * 31 + rung;
      }
    }
  }

  @Override
  public String topic() {
    return switch (form) {
      case LOG -> LOGS;
      case OUTCOME -> OUTCOMES;
      case EVENT, CARRIER -> Stage.TOPIC;
    };
  }

  private String traceId() {
    return ownId.substring(0, 32);
  }

  private String spanId() {
    return ownId.substring(32);
  }

  /** A span that is no model call: it says of a response what it is worth, or of a linked span. */
  Span span() {
    Span.Builder span =
        Span.newBuilder()
            .setTraceId(OtlpRecords.id(traceId()))
            .setSpanId(OtlpRecords.id(spanId()))
            .setName("evaluate")
            .setStartTimeUnixNano((saidAtMicros - 1_000) * 1_000)
            .setEndTimeUnixNano(saidAtMicros * 1_000);
    if (probability != null) {
      span.addAttributes(attribute("floorkeeper.label_probability", probability));
    }
    if (form == Form.EVENT) {
      return span.setEndTimeUnixNano((saidAtMicros + 5_000_000) * 1_000)
          .addEvents(
              Span.Event.newBuilder()
                  .setName(EVENT)
                  .setTimeUnixNano(saidAtMicros * 1_000)
                  .addAllAttributes(named()))
          .build();
    }
    Judged.OfSpan of = (Judged.OfSpan) judged;
    if ((saidAtMicros & 1) == 0) {
      span.addAttributes(attribute("openinference.span.kind", "EVALUATOR"));
    }
    span.addAttributes(attribute("evaluations.0.evaluation.name", judgement.name()));
    if (judgement.score() != null) {
      span.addAttributes(attribute("evaluations.0.evaluation.score", judgement.score()));
    }
    if (judgement.label() != null) {
      span.addAttributes(attribute("evaluations.0.evaluation.label", judgement.label()));
    }
    return span.addLinks(
            Span.Link.newBuilder()
                .setTraceId(OtlpRecords.id(of.traceId()))
                .setSpanId(OtlpRecords.id(of.spanId())))
        .build();
  }

  LogRecord log() {
    LogRecord.Builder log =
        LogRecord.newBuilder()
            .setEventName(EVENT)
            .setTimeUnixNano(saidAtMicros * 1_000)
            .addAllAttributes(named());
    if (probability != null) {
      log.addAttributes(attribute("floorkeeper.label_probability", probability));
    }
    if (judged instanceof Judged.OfSpan of) {
      log.setTraceId(OtlpRecords.id(of.traceId())).setSpanId(OtlpRecords.id(of.spanId()));
    }
    return log.build();
  }

  private List<KeyValue> named() {
    List<KeyValue> attributes = new ArrayList<>();
    attributes.add(attribute("gen_ai.evaluation.name", judgement.name()));
    if (judgement.score() != null) {
      attributes.add(attribute("gen_ai.evaluation.score.value", judgement.score()));
    }
    if (judgement.label() != null) {
      attributes.add(attribute("gen_ai.evaluation.score.label", judgement.label()));
    }
    if (judged instanceof Judged.OfResponse of) {
      attributes.add(attribute("gen_ai.response.id", of.responseId()));
    }
    return attributes;
  }

  /** As the service writes an outcome that it has taken. */
  byte[] outcome() {
    ObjectNode outcome = JSON.createObjectNode();
    outcome.put("scope", -1).put("key", ownId).put("item", 0);
    outcome.put("body_sha256", ownId + ownId.substring(32));
    outcome.put("at", Instant.EPOCH.plus(saidAtMicros, ChronoUnit.MICROS).toString());
    if (judged instanceof Judged.OfDecision of) {
      outcome.put("decision_id", of.decisionId());
    } else {
      Judged.OfSpan of = (Judged.OfSpan) judged;
      outcome.put("trace_id", of.traceId()).put("span_id", of.spanId());
    }
    outcome.put("name", judgement.name());
    if (judgement.score() != null) {
      outcome.put("score", judgement.score());
    }
    if (judgement.passed() != null) {
      outcome.put("passed", judgement.passed());
    }
    if (probability != null) {
      outcome.put("label_probability", probability);
    }
    try {
      return JSON.writeValueAsBytes(outcome);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
