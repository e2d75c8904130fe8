package io.floorkeeper.ingest;

import static io.floorkeeper.ingest.Otlp.batch;
import static io.floorkeeper.ingest.Otlp.event;
import static io.floorkeeper.ingest.Otlp.json;
import static io.floorkeeper.ingest.Otlp.span;
import static io.floorkeeper.ingest.Readings.call;
import static io.floorkeeper.ingest.Readings.read;
import static io.floorkeeper.ingest.Readings.reason;
import static org.assertj.core.api.Assertions.assertThat;

import io.floorkeeper.ledger.Call;
import io.floorkeeper.ledger.Evaluation;
import io.floorkeeper.ledger.Tokens;
import io.opentelemetry.proto.trace.v1.Span;
import io.opentelemetry.proto.trace.v1.Status;
import io.opentelemetry.proto.trace.v1.TracesData;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SpanReaderTest {

  private static final String DECISION = "d".repeat(64);

  @Test
  void aWholeCallOfOtelGenAi() {
    // Given
    TracesData data =
        batch(
            "acme",
            Map.of("service.name", "shop"),
            span(
                    "gen_ai.operation.name",
                    "chat",
                    "gen_ai.request.model",
                    "claude-sonnet",
                    "gen_ai.response.model",
                    "claude-sonnet-20260901",
                    "gen_ai.provider.name",
                    "anthropic",
                    "gen_ai.usage.input_tokens",
                    1_000,
                    "gen_ai.usage.cache_read.input_tokens",
                    600,
                    "gen_ai.usage.cache_creation.input_tokens",
                    100,
                    "gen_ai.usage.output_tokens",
                    50,
                    "gen_ai.usage.reasoning.output_tokens",
                    20,
                    "gen_ai.usage.cost.amount",
                    0.0123,
                    "gen_ai.agent.name",
                    "critic",
                    "gen_ai.conversation.id",
                    "conversation-1",
                    "gen_ai.response.id",
                    "msg_1",
                    "error.type",
                    "timeout",
                    "floorkeeper.decision.id",
                    DECISION,
                    "floorkeeper.check.passed",
                    false,
                    "floorkeeper.check.name",
                    "compiles",
                    "floorkeeper.label_probability",
                    0.25,
                    "openai.request.service_tier",
                    "auto",
                    "openai.response.service_tier",
                    "flex")
                .setParentSpanId(Otlp.bytes("00f067aa0ba902b7"))
                .addEvents(
                    event(
                        "gen_ai.evaluation.result",
                        "gen_ai.evaluation.name",
                        "Relevance",
                        "gen_ai.evaluation.score.value",
                        4,
                        "gen_ai.evaluation.score.label",
                        "relevant")));

    // When
    Call fromProtobuf = call(data.toByteArray());
    Call fromJson = call(json(data));

    // Then
    assertThat(fromProtobuf)
        .isEqualTo(
            new Call(
                Otlp.TRACE,
                Otlp.SPAN,
                Optional.of("00f067aa0ba902b7"),
                Instant.parse("2026-09-21T14:13:20Z"),
                1_234,
                "otel-genai",
                Optional.of("claude-sonnet-20260901"),
                Optional.of("claude-sonnet"),
                Optional.of("anthropic"),
                Optional.of(new Tokens(300, 600, 100, 50, 20)),
                OptionalLong.of(12_300_000),
                Optional.of(DECISION),
                Optional.of("critic"),
                Optional.of("gen_ai.agent.name"),
                Optional.of("conversation-1"),
                Optional.of("msg_1"),
                true,
                Optional.of("timeout"),
                List.of(
                    new Evaluation(
                        "compiles",
                        Optional.empty(),
                        Optional.empty(),
                        Optional.of(false),
                        Optional.of(0.25),
                        Optional.empty()),
                    new Evaluation(
                        "Relevance",
                        Optional.of(4.0),
                        Optional.of("relevant"),
                        Optional.empty(),
                        Optional.of(0.25),
                        Optional.empty())),
                Optional.of("flex")));
    assertThat(fromJson).isEqualTo(fromProtobuf);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "invoke_agent",
        "create_agent",
        "invoke_workflow",
        "execute_tool",
        "plan",
        "retrieval",
        "something new"
      })
  void onlyLeafModelCallsCount(String operation) {
    assertThat(read(span("gen_ai.operation.name", operation, "gen_ai.usage.input_tokens", 7)))
        .isInstanceOf(SpanReading.NotACall.class);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"CHAIN", "AGENT", "TOOL", "RETRIEVER", "RERANKER", "GUARDRAIL", "EVALUATOR"})
  void onlyLeafModelCallsOfOpenInferenceCount(String kind) {
    assertThat(reason(read(span("openinference.span.kind", kind, "llm.token_count.prompt", 7))))
        .isEqualTo("no_model_call:openinference");
  }

  @Test
  void aSpanThatSaysNothingOfModelsIsNoCall() {
    assertThat(reason(read(span("http.request.method", "GET")))).isEqualTo("unknown_dialect");
  }

  @Test
  void embeddingsCount() {
    assertThat(call(span("gen_ai.operation.name", "embeddings", "gen_ai.usage.input_tokens", 7)))
        .extracting(Call::tokens)
        .isEqualTo(Optional.of(new Tokens(7, 0, 0, 0, 0)));
    assertThat(
            call(
                span("openinference.span.kind", "EMBEDDING", "embedding.model_name", "text-small")))
        .extracting(Call::model)
        .isEqualTo(Optional.of("text-small"));
  }

  @Test
  void theFirstDialectThatKnowsASpanReadsIt() {
    assertThat(
            call(span("gen_ai.operation.name", "chat", "openinference.span.kind", "LLM")).dialect())
        .isEqualTo("openinference");
    assertThat(read(span("gen_ai.operation.name", "chat", "openinference.span.kind", "CHAIN")))
        .isInstanceOf(SpanReading.NotACall.class);
  }

  @Test
  void theNearestNameIsTheRole() {
    // Given every source of a role, and then one fewer at a time
    Map<String, Object> resource = Map.of("service.name", "shop", "floorkeeper.role", "fleet");
    Map<String, Object> service = Map.of("service.name", "shop");
    Map<String, Object> unknown = Map.of("service.name", "unknown_service:java");
    Object[] agent = {"gen_ai.operation.name", "chat", "gen_ai.agent.name", "critic"};
    Span.Builder explicit = span(agent);
    add(explicit, "floorkeeper.role", "planner");

    assertThat(role(resource, explicit)).containsExactly("planner", "floorkeeper.role");
    assertThat(role(resource, span(agent))).containsExactly("critic", "gen_ai.agent.name");
    assertThat(role(resource, span("gen_ai.operation.name", "chat")))
        .containsExactly("fleet", "resource:floorkeeper.role");
    assertThat(role(service, span("gen_ai.operation.name", "chat")))
        .containsExactly("shop", "resource:service.name");
    assertThat(role(unknown, span("gen_ai.operation.name", "chat"))).isEmpty();
    assertThat(role(Map.of(), span("gen_ai.operation.name", "chat"))).isEmpty();
  }

  @Test
  void errorsShowInSeveralPlaces() {
    Status failed = Status.newBuilder().setCodeValue(2).build();
    Status fine = Status.newBuilder().setCodeValue(1).build();
    Span.Event thrown = event("exception", "exception.type", "java.io.IOException").build();

    assertThat(error(chat())).containsExactly(false, Optional.empty());
    assertThat(error(chat().setStatus(failed))).containsExactly(true, Optional.empty());
    assertThat(error(chat().addAttributes(Otlp.attribute("error.type", "429"))))
        .containsExactly(true, Optional.of("429"));
    assertThat(error(chat().addEvents(thrown)))
        .containsExactly(true, Optional.of("java.io.IOException"));
    assertThat(error(chat().addEvents(thrown).setStatus(fine)))
        .as("an exception that was survived")
        .containsExactly(false, Optional.empty());
  }

  @Test
  void openInferenceJudgesOnTheSpanItself() {
    // Given
    Span.Builder span =
        span(
            "openinference.span.kind", "LLM",
            "evaluations.0.evaluation.name", "hallucination",
            "evaluations.0.evaluation.score", 1,
            "evaluations.0.evaluation.label", "hallucinated",
            "evaluations.0.evaluation.identifier", "judge-v2",
            "evaluations.10.evaluation.name", "tone",
            "evaluations.10.evaluation.label", "kind",
            "evaluations.11.evaluation.name", "explained only",
            "evaluations.12.evaluation.score", 0.5,
            "annotations.0.annotation.name", "tone",
            "annotations.0.annotation.label", "rude");

    // When, Then
    assertThat(call(span).evaluations())
        .containsExactly(
            new Evaluation(
                "hallucination",
                Optional.of(1.0),
                Optional.of("hallucinated"),
                Optional.empty(),
                Optional.empty(),
                Optional.of("judge-v2")),
            new Evaluation(
                "tone",
                Optional.empty(),
                Optional.of("rude"),
                Optional.empty(),
                Optional.empty(),
                Optional.empty()));
  }

  @Test
  void aCheckNeedsNoName() {
    Span.Builder span = chat();
    add(span, "floorkeeper.check.passed", "TRUE");

    assertThat(call(span).evaluations())
        .singleElement()
        .satisfies(check -> assertThat(check.name()).isEqualTo("floorkeeper.check"))
        .satisfies(check -> assertThat(check.passed()).contains(true));
  }

  @Test
  void anotherDialectIsDataAlone() {
    // Given
    Dialects extended =
        Dialects.bundled()
            .with(
                "acme.json",
                """
            {
              "id": "acme",
              "detect": [{"scope": ["acme.*"], "resource": {"acme.sdk": ["2", "3"]}}],
              "model_call_when": [{"span_name": ["model *"]}],
              "incl_cache": false,
              "keys": {"request_model": ["m"], "input_tokens": ["in"]},
              "error_when": [{"attribute": {"outcome": ["FAILURE"]}}]
            }
            """);
    TracesData data =
        batch(
            "acme.agents",
            Map.of("acme.sdk", "3"),
            span("m", "large", "in", 7, "outcome", "failure").setName("model large"));

    // When
    Decoded.Spans decoded = (Decoded.Spans) new OtlpDecoder(extended).decode(data.toByteArray());
    SpanReading reading = new SpanReader(extended).read(decoded.spans().get(0));

    // Then
    Call call = ((SpanReading.ModelCall) reading).call();
    assertThat(call.dialect()).isEqualTo("acme");
    assertThat(call.model()).contains("large");
    assertThat(call.tokens()).contains(new Tokens(7, 0, 0, 0, 0));
    assertThat(call.error()).isTrue();
  }

  private static Span.Builder chat() {
    return span("gen_ai.operation.name", "chat");
  }

  private static void add(Span.Builder span, String key, Object value) {
    if (value != null) {
      span.addAttributes(Otlp.attribute(key, value));
    }
  }

  private List<String> role(Map<String, Object> resource, Span.Builder span) {
    Call call = call(batch("acme", resource, span).toByteArray());
    return call.role().isEmpty() ? List.of() : List.of(call.role().get(), call.roleSource().get());
  }

  private List<Object> error(Span.Builder span) {
    Call call = call(span);
    return List.of(call.error(), call.errorType());
  }
}
