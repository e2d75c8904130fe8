package io.floorkeeper.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import io.floorkeeper.ledger.Call;
import io.floorkeeper.ledger.Pricing;
import io.floorkeeper.ledger.Tokens;
import io.floorkeeper.pricing.Price;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.aggregator.ArgumentsAccessor;
import org.junit.jupiter.params.provider.CsvFileSource;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Dialect by field: what is read of one call of each payload, as {@code dialects/golden.csv} has
 * it, and how many of its spans count at all. Rows of {@code own:} payloads run everywhere; the
 * others are real captures and are skipped where these are absent. What was read is written to
 * {@code target/golden-dialects.md}.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class DialectsGoldenTest {
  /** Dollars per million tokens, for all rows: each kind of token has its own. */
  private static final Price PRICE =
      Price.flat(
          new BigDecimal("3"), new BigDecimal("0.3"), new BigDecimal("3.75"), new BigDecimal("15"));

  private static final List<String> COLUMNS =
      List.of(
          "dialect",
          "payload",
          "which",
          "calls of spans",
          "model",
          "requested",
          "provider",
          "input",
          "cache read",
          "cache write",
          "output",
          "reasoning",
          "reported USD",
          "role",
          "role from",
          "session",
          "response",
          "error",
          "judged",
          "USD");

  private final Dialects dialects = Dialects.bundled();
  private final Map<Integer, List<String>> seen = new TreeMap<>();

  @BeforeAll
  void start() {
    seen.clear();
  }

  @ParameterizedTest(name = "{0}: {1}")
  @CsvFileSource(resources = "/dialects/golden.csv", delimiter = '|', numLinesToSkip = 1)
  void everyFieldIsReadRight(ArgumentsAccessor row) throws IOException {
    // Given
    List<String> golden = new ArrayList<>();
    for (int i = 0; i < COLUMNS.size(); i++) {
      golden.add(Optional.ofNullable(row.getString(i)).orElse(""));
    }

    // When
    List<String> read = read(golden.get(1), Integer.parseInt(golden.get(2)));
    seen.put(row.getInvocationIndex(), read);

    // Then
    assertThat(read).isEqualTo(golden);
  }

  /**
   * By hand, in millionths of a dollar: what is within the input is 30,000 x 3 + 60,000 x 0.3 +
   * 10,000 x 3.75 + 2,000 x 15 = 175,500; what stands beside it 100,000 x 3 + ... = 385,500.
   */
  @ParameterizedTest(name = "{0}")
  @CsvSource(
      textBlock =
          """
          openinference.instrumentation.anthropic,        100000, 60000, 10000, 0.1755
          openinference.instrumentation.claude_agent_sdk, 100000, 60000, 10000, 0.3855
          openinference.instrumentation.anthropic,         30000, 60000, 10000, 0.1755
          """)
  void cacheIsPricedToTheCentWhereverItStands(
      String scope, int input, int read, int write, String usd) {
    // Given: the last of an instrumentor that is wrong about itself, which the numbers show
    byte[] value =
        Otlp.batch(
                scope,
                Map.of(),
                Otlp.span(
                    "openinference.span.kind",
                    "LLM",
                    "llm.model_name",
                    "claude-sonnet-4-5",
                    "llm.token_count.prompt",
                    input,
                    "llm.token_count.prompt_details.cache_read",
                    read,
                    "llm.token_count.prompt_details.cache_write",
                    write,
                    "llm.token_count.completion",
                    2_000))
            .toByteArray();

    // When
    Tokens tokens = Readings.call(value).tokens().orElseThrow();

    // Then
    assertThat(usd(Pricing.nanoUsd(PRICE, tokens, BigDecimal.ONE).orElseThrow())).isEqualTo(usd);
  }

  @Test
  void everyDialectHasARow() throws IOException {
    String golden = Files.readString(Path.of("src/test/resources/dialects/golden.csv"));

    assertThat(dialects.ids())
        .allSatisfy(id -> assertThat(golden).containsPattern("(?m)^" + id + " *\\| own:"));
  }

  @AfterAll
  void writeDown() throws IOException {
    StringBuilder table = new StringBuilder();
    table.append("| ").append(String.join(" | ", COLUMNS)).append(" |\n");
    table.append("|---".repeat(COLUMNS.size())).append("|\n");
    seen.values().forEach(row -> table.append("| ").append(String.join(" | ", row)).append(" |\n"));
    Files.createDirectories(Path.of("target"));
    Files.writeString(Path.of("target", "golden-dialects.md"), table);
  }

  /**
   * @param which of the payload's calls, from 1
   */
  private List<String> read(String payload, int which) throws IOException {
    Decoded.Spans decoded =
        (Decoded.Spans) new OtlpDecoder(dialects).decode(GoldenSources.bytes(payload));
    SpanReader reader = new SpanReader(dialects);
    List<Call> calls =
        decoded.spans().stream()
            .map(reader::read)
            .filter(SpanReading.ModelCall.class::isInstance)
            .map(reading -> ((SpanReading.ModelCall) reading).call())
            .toList();
    int spans = decoded.spans().size() + decoded.rejected().size();
    Call call = calls.get(which - 1);
    Optional<Tokens> tokens = call.tokens();
    return List.of(
        call.dialect(),
        payload,
        Integer.toString(which),
        calls.size() + " of " + spans,
        call.model().orElse(""),
        call.requestModel().orElse(""),
        call.provider().orElse(""),
        tokens.map(t -> Long.toString(t.input())).orElse(""),
        tokens.map(t -> Long.toString(t.cacheRead())).orElse(""),
        tokens.map(t -> Long.toString(t.cacheWrite())).orElse(""),
        tokens.map(t -> Long.toString(t.output())).orElse(""),
        tokens.map(t -> Long.toString(t.reasoning())).orElse(""),
        call.reportedNanoUsd().isPresent() ? usd(call.reportedNanoUsd().getAsLong()) : "",
        call.role().orElse(""),
        call.roleSource().orElse(""),
        call.sessionId().orElse(""),
        call.responseId().orElse(""),
        call.error() ? call.errorType().orElse("yes") : "",
        String.join(", ", call.evaluations().stream().map(e -> e.name()).toList()),
        tokens.map(t -> usd(Pricing.nanoUsd(PRICE, t, BigDecimal.ONE).orElseThrow())).orElse(""));
  }

  private static String usd(long nanoUsd) {
    return BigDecimal.valueOf(nanoUsd, 9).stripTrailingZeros().toPlainString();
  }
}
