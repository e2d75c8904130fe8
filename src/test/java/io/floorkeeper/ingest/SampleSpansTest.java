package io.floorkeeper.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import io.floorkeeper.ledger.Call;
import io.floorkeeper.ledger.EvaluationTarget;
import io.floorkeeper.ledger.TargetedEvaluation;
import io.floorkeeper.ledger.Tokens;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is read from payloads that real instrumentation wrote. */
class SampleSpansTest {

  private final Dialects dialects = Dialects.bundled();

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      textBlock =
          """
          # file,                                  dialect,       model,      requested,  provider, input, output, response
          otel_genai_client_span_tool_calls,            otel-genai,    gpt-4-0613, gpt-4,      openai, 97, 52, chatcmpl-CQF10eCkoFphJZJQkzzN6EkTD0AVF
          otel_genai_deprecated_client_span_tool_calls, otel-genai,    gpt-4-0613, gpt-4,      openai, 97, 52, chatcmpl-CQF10eCkoFphJZJQkzzN6EkTD0AVF
          openinference_client_span_input_output_only,  openinference, gpt-4-0613, gpt-4-0613, openai, 97, 52,
          openinference_client_span_tool_calls,         openinference, gpt-4-0613, gpt-4-0613, openai, 97, 52,
          """)
  void aCallOfEitherDialect(
      String file,
      String dialect,
      String model,
      String requested,
      String provider,
      long input,
      long output,
      String response)
      throws IOException {
    // Given
    byte[] value = Samples.wrapped(Samples.tree("openinference-genai/" + file + ".json"));

    // When
    List<SpanReading> readings = read(dialects, value);

    // Then
    assertThat(readings).hasSize(1);
    Call call = calls(readings).get(0);
    assertThat(call.dialect()).isEqualTo(dialect);
    assertThat(call.model()).contains(model);
    assertThat(call.requestModel()).contains(requested);
    assertThat(call.provider()).contains(provider);
    assertThat(call.tokens()).contains(new Tokens(input, 0, 0, output, 0));
    assertThat(call.responseId().orElse(null)).isEqualTo(response);
    assertThat(call.reportedNanoUsd()).isEmpty();
    assertThat(call.error()).isFalse();
    assertThat(call.evaluations()).isEmpty();
  }

  @Test
  void aToolIsNoCall() throws IOException {
    byte[] value =
        Samples.wrapped(Samples.tree("openinference-genai/otel_genai_tool_execution_span.json"));

    assertThat(read(dialects, value))
        .extracting(Readings::reason)
        .containsExactly("never_counts:otel-genai:gen_ai.operation.name");
  }

  @Test
  void aSpanThatCarriesJudgementsOfAnotherIsNoCall() throws IOException {
    byte[] value =
        Otlp.utf8(
            Samples.tree(
                "constructed-from-spec/openinference-posthoc-evaluation-carrier.otlp.json"));

    assertThat(read(dialects, value))
        .singleElement()
        .isInstanceOfSatisfying(
            SpanReading.NotACall.class,
            carrier ->
                assertThat(carrier.evaluations())
                    .extracting(TargetedEvaluation::target, e -> e.evaluation().score())
                    .containsExactly(
                        tuple(
                            new EvaluationTarget.OfSpan(
                                "80f198ee56343ba864fe8b2a57d3eff7", "e457b5a2e4d86bd1"),
                            Optional.of(1.0))));
  }

  @Test
  void aJudgementInALogRecordIsOfTheResponseThatItNames() throws IOException {
    byte[] value =
        Otlp.utf8(Samples.tree("constructed-from-spec/gen_ai.evaluation.result.otlp-logs.json"));

    assertThat(read(dialects, value))
        .singleElement()
        .isInstanceOfSatisfying(
            SpanReading.NotACall.class,
            log ->
                assertThat(log.evaluations())
                    .extracting(TargetedEvaluation::target)
                    .containsExactly(new EvaluationTarget.OfResponse("chatcmpl-123")));
  }

  /** Sums by hand, over the chats alone: their agents' spans repeat every one of these tokens. */
  @ParameterizedTest(name = "{0}")
  @CsvSource(
      textBlock =
          """
          # capture,                       spans, calls, input, output
          pydantic-ai-tools-2025-12-04,       12,     4,  1315,    209
          microsoft-agent-2025-10-14,          4,     2,   631,     35
          openai-agents-2025-09-30,            5,     2,   140,     44
          google-adk-2025-08-28,               5,     2,    67,      9
          """)
  void anAgentsSpanIsCountedZeroTimes(String file, int spans, int calls, long input, long output)
      throws IOException {
    // When
    List<SpanReading> readings =
        read(dialects, GoldenSources.bytes("langfuse-framework-traces/" + file + ".json"));

    // Then
    List<Tokens> tokens = calls(readings).stream().flatMap(call -> call.tokens().stream()).toList();
    assertThat(readings).hasSize(spans).noneMatch(SpanReading.Rejected.class::isInstance);
    assertThat(calls(readings)).hasSize(calls);
    assertThat(tokens.stream().mapToLong(Tokens::input).sum()).isEqualTo(input);
    assertThat(tokens.stream().mapToLong(Tokens::output).sum()).isEqualTo(output);
  }

  /** The calls' own spans name no agent: the one above does. */
  @Test
  void theAgentAboveACallIsFoundOnItsSpan() throws IOException {
    List<SpanReading> readings =
        read(
            dialects,
            GoldenSources.bytes("langfuse-framework-traces/pydantic-ai-tools-2025-12-04.json"));

    assertThat(readings)
        .filteredOn(SpanReading.NotACall.class::isInstance)
        .extracting(reading -> ((SpanReading.NotACall) reading).link().orElseThrow().role())
        .containsOnlyOnce(Optional.of("evaluator_agent"))
        .filteredOn(Optional::isPresent)
        .containsOnly(Optional.of("joke_agent"), Optional.of("evaluator_agent"));
  }

  @Test
  void theLeavesOfVercelCountOnce() throws IOException {
    // Given ten spans: five calls (one of them an embedding) and the five spans around them
    byte[] value =
        Samples.ofJavaScript(Samples.tree("openinference-vercel-v6/all-spans.json"), "ai");

    // When
    List<SpanReading> readings = read(dialects, value);

    // Then
    assertThat(readings).hasSize(10);
    assertThat(calls(readings))
        .extracting(call -> call.tokens().orElseThrow())
        .containsExactly(
            new Tokens(14, 0, 0, 20, 0),
            new Tokens(50, 0, 0, 9, 0),
            new Tokens(63, 0, 0, 156, 0),
            new Tokens(15, 0, 0, 112, 0),
            new Tokens(10, 0, 0, 0, 0));
    assertThat(calls(readings))
        .extracting(call -> call.model().orElseThrow())
        .containsOnly("gpt-4o-mini-2024-07-18", "text-embedding-3-small");
    assertThat(readings).noneMatch(SpanReading.Rejected.class::isInstance);
  }

  @Test
  void theOddPayloadsThatAnotherProjectCollectedNeverCrash() throws IOException {
    // When
    Map<String, String> outcomes = new TreeMap<>();
    for (Path file : Samples.files("langfuse-otlp")) {
      Decoded decoded = new OtlpDecoder(dialects).decode(Files.readAllBytes(file));
      outcomes.put(file.getFileName().toString().split("-")[0], outcome(decoded));
    }

    // Then: spans read, spans rejected, calls, calls rejected; OpenLIT's (L563), Traceloop's
    // (L751),
    // Semantic Kernel's (L869) and Vercel's embedding (L1013) are calls; many spans lack an id
    assertThat(outcomes)
        .isEqualTo(
            new TreeMap<>(
                Map.ofEntries(
                    Map.entry("L563", "1/0/1/0"),
                    Map.entry("L751", "1/0/1/0"),
                    Map.entry("L869", "1/0/1/0"),
                    Map.entry("L1013", "1/0/1/0"),
                    Map.entry("L1137", "1/0/0/0"),
                    Map.entry("L4245", "0/1/0/0"),
                    Map.entry("L4985", "0/1/0/0"),
                    Map.entry("L5133", "0/1/0/0"),
                    Map.entry("L5357", "0/2/0/0"),
                    Map.entry("L5641", "0/6/0/0"),
                    Map.entry("L5677", "0/2/0/0"),
                    Map.entry("L5706", "0/2/0/0"),
                    Map.entry("L5820", "1/0/0/0"),
                    Map.entry("L5917", "1/0/0/0"),
                    Map.entry("L7277", "0/1/0/0"),
                    Map.entry("L9619", "0/1/0/0"))));
  }

  private String outcome(Decoded decoded) {
    if (decoded instanceof Decoded.Undecodable undecodable) {
      return undecodable.code();
    }
    Decoded.Spans spans = (Decoded.Spans) decoded;
    List<SpanReading> readings =
        spans.spans().stream().map(new SpanReader(dialects)::read).toList();
    long rejected = readings.stream().filter(SpanReading.Rejected.class::isInstance).count();
    return "%d/%d/%d/%d"
        .formatted(spans.spans().size(), spans.rejected().size(), calls(readings).size(), rejected);
  }

  private static List<SpanReading> read(Dialects dialects, byte[] value) {
    Decoded decoded = new OtlpDecoder(dialects).decode(value);
    assertThat(decoded).isInstanceOf(Decoded.Spans.class);
    return ((Decoded.Spans) decoded).spans().stream().map(new SpanReader(dialects)::read).toList();
  }

  private static List<Call> calls(List<SpanReading> readings) {
    return readings.stream()
        .filter(SpanReading.ModelCall.class::isInstance)
        .map(reading -> ((SpanReading.ModelCall) reading).call())
        .toList();
  }
}
