package io.floorkeeper.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import io.floorkeeper.ledger.Call;
import io.floorkeeper.ledger.EvaluationTarget;
import io.floorkeeper.ledger.TargetedEvaluation;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Log records: calls that have no span of their own, and judgements. */
class SpanReaderLogsTest {

  private static final String CLAUDE_CODE = "com.anthropic.claude_code.events";
  private static final Instant WRITTEN = Instant.ofEpochSecond(0, Otlp.START);

  private final SpanReader reader = new SpanReader(Dialects.bundled());

  @Test
  void aRequestIsACallThatEndedWhenItWasWrittenDown() {
    // When
    Call call = call(request("req_1"));

    // Then
    assertThat(call.startedAt()).isEqualTo(WRITTEN.minusMillis(1_500));
    assertThat(call.latencyMillis()).isEqualTo(1_500);
    assertThat(call.provider()).contains("anthropic");
    assertThat(call.responseId()).contains("req_1");
    assertThat(call.traceId()).matches("[0-9a-f]{32}");
    assertThat(call.spanId()).matches("[0-9a-f]{16}");
    assertThat(call.parentSpanId()).isEmpty();
  }

  @Test
  void itsIdsAreThoseOfTheRequestHoweverOftenItIsSent() {
    assertThat(id(request("req_1"))).isEqualTo(id(request("req_1")));
    assertThat(id(request("req_1"))).isNotEqualTo(id(request("req_2")));

    Map<String, Object> failed = new HashMap<>(request("x"));
    failed.remove("request_id");
    failed.put("session.id", "session-1");
    failed.put("event.sequence", 1L);
    Map<String, Object> next = new HashMap<>(failed);
    next.put("event.sequence", 2L);
    assertThat(id(failed)).isEqualTo(id(failed)).isNotEqualTo(id(next));
  }

  @Test
  void withinATraceItHangsBelowTheSpanThatItWasWrittenIn() {
    RawSpan log = log(Otlp.TRACE, Otlp.SPAN, CLAUDE_CODE, "api_request", request("req_1"));

    Call call = ((SpanReading.ModelCall) reader.read(log)).call();

    assertThat(call.traceId()).isEqualTo(Otlp.TRACE);
    assertThat(call.parentSpanId()).contains(Otlp.SPAN);
    assertThat(call.spanId()).isNotEqualTo(Otlp.SPAN);
  }

  @Test
  void theSpanAndTheLogOfOneRequestAreTwins() {
    // Given the span of the same request
    SpanReading ofSpan =
        Readings.read(
            Otlp.batch(
                    "com.anthropic.claude_code.tracing",
                    Map.of(),
                    Otlp.span(
                        "span.type", "llm_request",
                        "gen_ai.system", "anthropic",
                        "model", "claude-haiku",
                        "request_id", "req_1"))
                .toByteArray());
    Call span = ((SpanReading.ModelCall) ofSpan).call();

    // When
    Call log = call(request("req_1"));

    // Then
    assertThat(log.provider()).isEqualTo(span.provider());
    assertThat(log.responseId()).isEqualTo(span.responseId());
  }

  @Test
  void aFailedRequestIsACallWithoutTokens() {
    Call call =
        call(
            log(
                "",
                "",
                CLAUDE_CODE,
                "api_error",
                Map.of(
                    "model", "claude-opus",
                    "error", "a text of any length",
                    "status_code", 429L,
                    "session.id", "session-1",
                    "event.sequence", 1L)));

    assertThat(call.error()).isTrue();
    assertThat(call.errorType()).contains("429");
    assertThat(call.tokens()).isEmpty();
  }

  @Test
  void aRecordThatNothingTellsFromOthersIsRefused() {
    Map<String, Object> nameless = new HashMap<>(request("x"));
    nameless.remove("request_id");

    assertThat(reader.read(log("", "", CLAUDE_CODE, "api_request", nameless)))
        .isInstanceOfSatisfying(
            SpanReading.Rejected.class, r -> assertThat(r.code()).isEqualTo("no_identity"));
    assertThat(
            reader.read(
                log(
                    "",
                    "",
                    CLAUDE_CODE,
                    "api_request",
                    Map.of("request_id", "r", "event.timestamp", "yesterday"))))
        .isInstanceOfSatisfying(
            SpanReading.Rejected.class,
            r ->
                assertThat(List.of(r.code(), r.field()))
                    .containsExactly("not_a_time", "event.timestamp"));
  }

  @Test
  void otherRecordsAreNoCalls() {
    assertThat(
            Readings.reason(reader.read(log("", "", CLAUDE_CODE, "user_prompt", Map.of("a", "b")))))
        .isEqualTo("no_model_call:claude-code-logs");
    assertThat(Readings.reason(reader.read(log("", "", "acme", "started", Map.of()))))
        .isEqualTo("unknown_dialect");
    assertThat(
            Readings.reason(
                reader.read(log("", "", "acme", "x", Map.of("gen_ai.operation.name", "chat")))))
        .as("a dialect of spans reads no log record")
        .isEqualTo("unknown_dialect");
  }

  @Test
  void aJudgementIsOfTheResponseElseTheSpanElseTheSession() {
    String session = "session.id";

    assertThat(target(Otlp.TRACE, Otlp.SPAN, "gen_ai.response.id", "msg_1"))
        .isEqualTo(new EvaluationTarget.OfResponse("msg_1"));
    assertThat(target(Otlp.TRACE, Otlp.SPAN, session, "s"))
        .isEqualTo(new EvaluationTarget.OfSpan(Otlp.TRACE, Otlp.SPAN));
    assertThat(target("", "", session, "s")).isEqualTo(new EvaluationTarget.OfSession("s"));
    assertThat(reader.read(judgement("", "", Map.of())))
        .isInstanceOfSatisfying(
            SpanReading.Rejected.class, r -> assertThat(r.code()).isEqualTo("no_target"));
    assertThat(
            Readings.reason(
                reader.read(
                    log("", "", "eval", "gen_ai.evaluation.result", Map.of("event.name", "x")))))
        .isEqualTo("no_judgement");
  }

  @Test
  void twoJudgementsOfOneMomentAreToldApart() {
    TargetedEvaluation one = evaluation(judgement(Otlp.TRACE, Otlp.SPAN, Map.of()));
    TargetedEvaluation two =
        evaluation(judgement(Otlp.TRACE, Otlp.SPAN, Map.of("gen_ai.evaluation.score.value", 0.25)));

    assertThat(one.saidAt()).isEqualTo(two.saidAt()).isEqualTo(WRITTEN);
    assertThat(one.source()).startsWith("log:").isNotEqualTo(two.source());
  }

  private static Map<String, Object> request(String id) {
    return Map.of(
        "model", "claude-haiku", "input_tokens", 7L, "duration_ms", "1500", "request_id", id);
  }

  private Call call(Map<String, Object> attributes) {
    return call(log("", "", CLAUDE_CODE, "api_request", attributes));
  }

  private Call call(RawSpan log) {
    SpanReading reading = reader.read(log);
    assertThat(reading).isInstanceOf(SpanReading.ModelCall.class);
    return ((SpanReading.ModelCall) reading).call();
  }

  private List<String> id(Map<String, Object> attributes) {
    Call call = call(attributes);
    return List.of(call.traceId(), call.spanId());
  }

  private EvaluationTarget target(String trace, String span, String key, String value) {
    return evaluation(judgement(trace, span, Map.of(key, value))).target();
  }

  private TargetedEvaluation evaluation(RawSpan log) {
    return ((SpanReading.NotACall) reader.read(log)).evaluations().get(0);
  }

  private static RawSpan judgement(String trace, String span, Map<String, Object> more) {
    Map<String, Object> attributes = new HashMap<>();
    attributes.put("gen_ai.evaluation.name", "Relevance");
    attributes.put("gen_ai.evaluation.score.value", 4.0);
    attributes.putAll(more);
    return log(trace, span, "eval", "gen_ai.evaluation.result", attributes);
  }

  private static RawSpan log(
      String trace, String span, String scope, String event, Map<String, Object> attributes) {
    return new RawSpan(
        RawSpan.Signal.LOG,
        trace,
        span,
        "",
        event,
        Otlp.START,
        Otlp.START,
        RawSpan.Status.UNSET,
        scope,
        attributes,
        Map.of(),
        List.of(),
        List.of());
  }
}
