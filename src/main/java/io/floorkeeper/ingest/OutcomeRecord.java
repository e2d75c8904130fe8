package io.floorkeeper.ingest;

import com.fasterxml.jackson.annotation.JsonInclude;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import java.time.Instant;

/**
 * An outcome as the topic has it: validated, its label a verdict, no text of anybody.
 *
 * @param scope the caller's tenant; -1: a caller of all tenants
 * @param key that the caller gave it
 * @param item its place in the request
 * @param bodySha256 of the whole request, hexadecimal
 * @param at when the service took it
 */
@JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
@JsonInclude(JsonInclude.Include.NON_NULL)
record OutcomeRecord(
    int scope,
    String key,
    int item,
    String bodySha256,
    Instant at,
    String decisionId,
    String traceId,
    String spanId,
    String sessionId,
    String name,
    Double score,
    Boolean passed,
    Double labelProbability,
    String source,
    String identifier) {

  static OutcomeRecord of(
      int scope, String key, int item, String bodySha256, Instant at, OutcomeRequest request) {
    return new OutcomeRecord(
        scope,
        key,
        item,
        bodySha256,
        at,
        request.decisionId(),
        request.traceId(),
        request.spanId(),
        request.sessionId(),
        request.name(),
        request.score(),
        request.verdict().orElse(null),
        request.labelProbability(),
        request.source(),
        request.identifier());
  }

  /**
   * Who said it, to tell judgements of one moment apart: of one request the last item is the
   * greatest as text, whatever the number of them.
   */
  String origin() {
    return "outcome:%s/%05d%s".formatted(key, item, source == null ? "" : "/" + source);
  }
}
