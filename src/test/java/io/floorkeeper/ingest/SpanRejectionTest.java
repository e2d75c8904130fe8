package io.floorkeeper.ingest;

import static io.floorkeeper.ingest.Otlp.END;
import static io.floorkeeper.ingest.Otlp.START;
import static io.floorkeeper.ingest.Otlp.batch;
import static io.floorkeeper.ingest.Otlp.event;
import static io.floorkeeper.ingest.Otlp.json;
import static io.floorkeeper.ingest.Otlp.span;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.opentelemetry.proto.trace.v1.Span;
import io.opentelemetry.proto.trace.v1.TracesData;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** A call that says something impossible is rejected whole, and says by which field. */
class SpanRejectionTest {

  private static final long SECOND = 1_000_000_000L;
  private static final long DAY = 86_400 * SECOND;
  private static final String INPUT = "gen_ai.usage.input_tokens";
  private static final String COST = "gen_ai.usage.cost.amount";

  private final Dialects dialects = Dialects.bundled();
  private final OtlpDecoder decoder = new OtlpDecoder(dialects);
  private final SpanReader reader = new SpanReader(dialects);

  static Stream<Arguments> unbelievable() {
    return Stream.of(
        arguments("negative_tokens", INPUT, -1),
        arguments("negative_tokens", INPUT, "-0.5"),
        arguments("negative_tokens", "gen_ai.usage.cache_read.input_tokens", -1),
        arguments("negative_tokens", "gen_ai.usage.cache_write.input_tokens", -1),
        arguments("negative_tokens", "gen_ai.usage.output_tokens", Long.MIN_VALUE),
        arguments("negative_tokens", "gen_ai.usage.reasoning_tokens", -1),
        arguments("absurd_tokens", INPUT, 1_000_000_001),
        arguments("absurd_tokens", INPUT, Long.MAX_VALUE),
        arguments("absurd_tokens", INPUT, 1e300),
        arguments("absurd_tokens", INPUT, "1e999"),
        arguments("not_an_integer", INPUT, 7.5),
        arguments("not_an_integer", INPUT, "1e-999"),
        arguments("not_a_number", INPUT, Double.NaN),
        arguments("not_a_number", INPUT, Double.POSITIVE_INFINITY),
        arguments("not_a_number", INPUT, "NaN"),
        arguments("not_a_number", INPUT, "seven"),
        arguments("not_a_number", INPUT, "1,000"),
        arguments("not_a_number", INPUT, "1e9999999999"),
        arguments("not_a_number", INPUT, "9".repeat(500)),
        arguments("too_long", INPUT, "9".repeat(5_000)),
        arguments("wrong_type", INPUT, true),
        arguments("wrong_type", INPUT, List.of("7")),
        arguments("negative_cost", COST, -0.01),
        arguments("absurd_cost", COST, 100_000.01),
        arguments("not_a_number", COST, Double.NaN),
        arguments("not_a_number", COST, Double.NEGATIVE_INFINITY),
        arguments("not_a_number", COST, "free"),
        arguments("not_a_number", COST, "$1USD"),
        arguments("wrong_type", COST, false),
        arguments("wrong_type", "gen_ai.request.model", List.of("a")),
        arguments("too_long", "gen_ai.agent.name", "a".repeat(1_025)),
        arguments("too_long", "floorkeeper.decision.id", "a".repeat(1_025)),
        arguments("wrong_type", "floorkeeper.check.passed", "maybe"),
        arguments("wrong_type", "floorkeeper.check.passed", 1),
        arguments("out_of_range", "floorkeeper.label_probability", 0),
        arguments("out_of_range", "floorkeeper.label_probability", 1.01),
        arguments("out_of_range", "floorkeeper.label_probability", "-1"),
        arguments("not_a_number", "floorkeeper.label_probability", Double.NaN));
  }

  @ParameterizedTest(name = "{0}: {1}")
  @MethodSource("unbelievable")
  void anAttributeThatCannotBeBelieved(String code, String field, Object value) {
    rejects(code, field, span("gen_ai.operation.name", "chat", field, value));
  }

  static Stream<Arguments> impossibleTimes() {
    return Stream.of(
        arguments("missing_time", "startTimeUnixNano", 0, END),
        arguments("missing_time", "endTimeUnixNano", START, 0),
        arguments("absurd_time", "startTimeUnixNano", SECOND, END),
        arguments("absurd_time", "startTimeUnixNano", START / 1_000_000, END),
        arguments("absurd_time", "startTimeUnixNano", -1, END),
        arguments("absurd_time", "startTimeUnixNano", Long.MAX_VALUE, Long.MAX_VALUE),
        arguments("negative_latency", "endTimeUnixNano", START, START - 1),
        arguments("absurd_latency", "endTimeUnixNano", START, START + 7 * DAY + 1),
        arguments("absurd_latency", "endTimeUnixNano", START, -1));
  }

  @ParameterizedTest(name = "{0}: {2} to {3}")
  @MethodSource("impossibleTimes")
  void aTimeThatCannotBe(String code, String field, long start, long end) {
    rejects(
        code,
        field,
        span("gen_ai.operation.name", "chat").setStartTimeUnixNano(start).setEndTimeUnixNano(end));
  }

  @Test
  void aScoreThatIsNoNumber() {
    for (Object score : List.of(Double.NaN, Double.POSITIVE_INFINITY, "good")) {
      rejects(
          "not_a_number",
          "gen_ai.evaluation.score.value",
          span("gen_ai.operation.name", "chat")
              .addEvents(
                  event(
                      "gen_ai.evaluation.result",
                      "gen_ai.evaluation.name",
                      "Relevance",
                      "gen_ai.evaluation.score.value",
                      score)));
      rejects(
          "not_a_number",
          "evaluations.3.evaluation.score",
          span(
              "openinference.span.kind",
              "LLM",
              "evaluations.3.evaluation.name",
              "Relevance",
              "evaluations.3.evaluation.score",
              score));
    }
  }

  @Test
  void aKindThatCannotBeUsedMayHideACall() {
    rejects("wrong_type", "gen_ai.operation.name", span("gen_ai.operation.name", List.of("chat")));
  }

  @Test
  void aSpanThatIsNoCallIsNeverRejected() {
    // Given an agent's span with times and tokens that cannot be
    Span.Builder agent =
        span("gen_ai.operation.name", "invoke_agent", INPUT, -1).setStartTimeUnixNano(0);

    // When, Then
    assertThat(read(batch(agent).toByteArray())).isInstanceOf(SpanReading.NotACall.class);
  }

  private void rejects(String code, String field, Span.Builder span) {
    TracesData data = batch(span);
    for (byte[] value : List.of(data.toByteArray(), json(data))) {
      // When
      SpanReading reading = read(value);

      // Then
      assertThat(reading).isInstanceOf(SpanReading.Rejected.class);
      SpanReading.Rejected rejected = (SpanReading.Rejected) reading;
      assertThat(rejected.traceId()).isEqualTo(Otlp.TRACE);
      assertThat(rejected.spanId()).isEqualTo(Otlp.SPAN);
      assertThat(rejected.field()).isEqualTo(field);
      assertThat(rejected.code()).isEqualTo(code);
      assertThat(rejected.message()).isNotBlank().hasSizeLessThan(80);
    }
  }

  private SpanReading read(byte[] value) {
    return reader.read(((Decoded.Spans) decoder.decode(value)).spans().get(0));
  }
}
