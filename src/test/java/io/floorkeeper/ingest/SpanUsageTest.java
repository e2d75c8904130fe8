package io.floorkeeper.ingest;

import static io.floorkeeper.ingest.Otlp.batch;
import static io.floorkeeper.ingest.Otlp.span;
import static io.floorkeeper.ingest.Readings.call;
import static org.assertj.core.api.Assertions.assertThat;

import io.floorkeeper.ledger.Call;
import io.floorkeeper.ledger.Tokens;
import io.opentelemetry.proto.trace.v1.Span;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Tokens and cost: what was counted, split by what it is billed as. */
class SpanUsageTest {

  @ParameterizedTest
  @CsvSource(
      textBlock =
          """
          # reported               -> uncached, read, write
          100,    ,    ,  otel-genai,   100,  0,  0
          100,  60,  10,  otel-genai,    30, 60, 10
          100, 100,   0,  otel-genai,     0,100,  0
          100,  90,  20,  otel-genai,   100, 90, 20
            5, 100,    ,  otel-genai,     5,100,  0
             , 100,    ,  otel-genai,     0,100,  0
          100,  60,  10,  acme,          30, 60, 10
          100,  60,  10,  claude,       100, 60, 10
          """)
  void inputIsSplitByWhetherItIncludesTheCache(
      Integer input, Integer read, Integer write, String who, long uncached, long r, long w) {
    // Given
    boolean genAi = who.equals("otel-genai");
    Span.Builder span =
        genAi ? span("gen_ai.operation.name", "chat") : span("openinference.span.kind", "LLM");
    add(span, genAi ? "gen_ai.usage.input_tokens" : "llm.token_count.prompt", input);
    add(
        span,
        genAi
            ? "gen_ai.usage.cache_read.input_tokens"
            : "llm.token_count.prompt_details.cache_read",
        read);
    add(
        span,
        genAi
            ? "gen_ai.usage.cache_write.input_tokens"
            : "llm.token_count.prompt_details.cache_write",
        write);
    String scope = who.equals("claude") ? "openinference.instrumentation.claude_agent_sdk" : "acme";

    // When
    Call call = call(batch(scope, Map.of(), span).toByteArray());

    // Then
    assertThat(call.tokens()).contains(new Tokens(uncached, r, w, 0, 0));
  }

  @Test
  void reasoningIsAPartOfTheOutput() {
    assertThat(tokens("gen_ai.usage.output_tokens", 50, "gen_ai.usage.reasoning_tokens", 20))
        .contains(new Tokens(0, 0, 0, 50, 20));
    assertThat(tokens("gen_ai.usage.output_tokens", 50, "gen_ai.usage.reasoning_tokens", 200))
        .contains(new Tokens(0, 0, 0, 250, 200));
  }

  @Test
  void tokensComeAsStringsAndDoublesUnderOldNamesOrNotAtAll() {
    assertThat(tokens("gen_ai.usage.input_tokens", " 97 ")).contains(new Tokens(97, 0, 0, 0, 0));
    assertThat(tokens("gen_ai.usage.prompt_tokens", 97.0)).contains(new Tokens(97, 0, 0, 0, 0));
    assertThat(tokens("gen_ai.usage.completion_tokens", "9.7e1"))
        .contains(new Tokens(0, 0, 0, 97, 0));
    assertThat(tokens("gen_ai.usage.input_tokens", 0)).contains(Tokens.NONE);
    assertThat(tokens()).isEmpty();
    assertThat(tokens("gen_ai.usage.input_tokens", "")).isEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      textBlock =
          """
          0.0123,     12300000
          0.0123USD,  12300000
          0.0123 usd, 12300000
          $0.0123,    12300000
          USD 0.0123, 12300000
          1.5e-9,     2
          0,          0
          0.01EUR,
          €0.01,
          ,
          """)
  void costIsReadInDollarsOnly(String written, Long nanoUsd) {
    Span.Builder span = span("gen_ai.operation.name", "chat");
    add(span, "gen_ai.client.estimated_cost", written);

    assertThat(call(span).reportedNanoUsd())
        .isEqualTo(nanoUsd == null ? OptionalLong.empty() : OptionalLong.of(nanoUsd));
  }

  @Test
  void aCostThatNamesAnotherCurrencyIsNone() {
    Object[] cost = {"gen_ai.operation.name", "chat", "gen_ai.usage.cost.amount", 0.5};

    assertThat(call(span(cost)).reportedNanoUsd()).hasValue(500_000_000);
    assertThat(call(currency(span(cost), "USD")).reportedNanoUsd()).hasValue(500_000_000);
    assertThat(call(currency(span(cost), "EUR")).reportedNanoUsd()).isEmpty();
  }

  private static Span.Builder currency(Span.Builder span, String currency) {
    return span.addAttributes(Otlp.attribute("gen_ai.usage.cost.currency", currency));
  }

  private static void add(Span.Builder span, String key, Object value) {
    if (value != null) {
      span.addAttributes(Otlp.attribute(key, value));
    }
  }

  private Optional<Tokens> tokens(Object... attributes) {
    Span.Builder span = span(attributes);
    add(span, "gen_ai.operation.name", "chat");
    return call(span).tokens();
  }
}
