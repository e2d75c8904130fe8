package io.floorkeeper.ingest;

import static io.floorkeeper.ingest.Otlp.batch;
import static io.floorkeeper.ingest.Otlp.event;
import static io.floorkeeper.ingest.Otlp.json;
import static io.floorkeeper.ingest.Otlp.span;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.opentelemetry.proto.trace.v1.TracesData;
import java.time.Duration;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Whatever the bytes, the answer is a result, soon, and never an exception. Seeded. */
class OtlpFuzzTest {

  private static final long SEED = 20_261_123L;
  private static final int ROUNDS = 20_000;

  /** Pieces that matter to one of the parsers. */
  private static final List<String> TOKENS =
      List.of("{", "}", "[", "]", "\"", ",", ":", "null", "1e999", "-1", "\\u0000", "\n", "NaN");

  enum Encoding {
    PROTOBUF,
    JSON
  }

  private final Dialects dialects = Dialects.bundled();
  private final OtlpDecoder decoder = new OtlpDecoder(dialects);
  private final SpanReader reader = new SpanReader(dialects);

  @ParameterizedTest
  @EnumSource
  void damagedBatchesAreReadOrRefused(Encoding encoding) {
    // Given
    SplittableRandom random = new SplittableRandom(SEED);
    byte[] valid = encoding == Encoding.JSON ? json(lively()) : lively().toByteArray();
    Map<Outcome, Integer> outcomes = new EnumMap<>(Outcome.class);

    // When
    Assertions.assertTimeout(
        Duration.ofSeconds(60),
        () -> {
          for (int round = 0; round < ROUNDS; round++) {
            outcomes.merge(outcome(mutated(valid, random)), 1, Integer::sum);
          }
        },
        "seed " + SEED);

    // Then every kind of answer was met
    assertThat(outcomes).containsOnlyKeys(Outcome.values());
  }

  @Test
  void noiseIsReadOrRefused() {
    SplittableRandom random = new SplittableRandom(SEED);
    for (int round = 0; round < ROUNDS; round++) {
      byte[] noise = new byte[random.nextInt(200)];
      random.nextBytes(noise);
      if (noise.length > 0) {
        noise[0] = (byte) (random.nextBoolean() ? '{' : '\n');
      }
      assertThat(outcome(noise)).as("seed %s, round %s", SEED, round).isNotNull();
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{\"resourceSpans\":[{\"resource\":",
        "{\"resourceSpans\":[{\"scopeSpans\":[{\"spans\":[{\"attributes\":[{\"value\":",
        "{\"resourceSpans\":[{\"scopeSpans\":[{\"spans\":[{\"attributes\":[{\"key\":\"session.id\",\"value\":"
      })
  void nestingWithoutEndIsRefused(String start) {
    for (String nested : List.of("[", "{\"arrayValue\":", "{\"a\":")) {
      byte[] value = (start + nested.repeat(300_000)).getBytes(UTF_8);

      assertThat(outcome(value)).isEqualTo(Outcome.UNDECODABLE);
    }
  }

  private enum Outcome {
    UNDECODABLE,
    SPAN_REJECTED,
    NO_CALL,
    CALL_REJECTED,
    CALL
  }

  /** The worst that came of a batch. */
  private Outcome outcome(byte[] value) {
    Decoded decoded = decoder.decode(value);
    if (!(decoded instanceof Decoded.Spans spans)) {
      return Outcome.UNDECODABLE;
    }
    List<SpanReading> readings = spans.spans().stream().map(reader::read).toList();
    if (!spans.rejected().isEmpty()) {
      return Outcome.SPAN_REJECTED;
    }
    if (readings.stream().anyMatch(SpanReading.Rejected.class::isInstance)) {
      return Outcome.CALL_REJECTED;
    }
    return readings.stream().allMatch(SpanReading.ModelCall.class::isInstance)
        ? Outcome.CALL
        : Outcome.NO_CALL;
  }

  private static TracesData lively() {
    return batch(
        "acme",
        Map.of("service.name", "shop"),
        span(
                "gen_ai.operation.name", "chat",
                "gen_ai.request.model", "m",
                "gen_ai.usage.input_tokens", 97,
                "gen_ai.usage.output_tokens", "52",
                "gen_ai.usage.cost", 0.25,
                "gen_ai.input.messages", "hello",
                "floorkeeper.check.passed", true)
            .addEvents(
                event(
                    "gen_ai.evaluation.result",
                    "gen_ai.evaluation.name",
                    "Relevance",
                    "gen_ai.evaluation.score.value",
                    0.5)),
        span(
            "openinference.span.kind",
            "LLM",
            "llm.token_count.prompt",
            12,
            "evaluations.0.evaluation.name",
            "tone",
            "evaluations.0.evaluation.score",
            1.0));
  }

  private static byte[] mutated(byte[] valid, SplittableRandom random) {
    byte[] value = valid.clone();
    for (int changes = random.nextInt(1, 5); changes > 0 && value.length > 0; changes--) {
      int at = random.nextInt(value.length);
      switch (random.nextInt(6)) {
        case 0 -> value[at] = (byte) random.nextInt(256);
        case 1 -> value[at] ^= (byte) (1 << random.nextInt(8));
        case 2 -> {
          if (random.nextInt(4) == 0) {
            value = Arrays.copyOf(value, at);
          }
        }
        case 3 -> value = spliced(value, at, at, TOKENS.get(random.nextInt(TOKENS.size())));
        case 4 -> value = spliced(value, at, Math.min(value.length, at + random.nextInt(8)), "");
        default -> value[at] = (byte) ('0' + random.nextInt(10));
      }
    }
    return value;
  }

  private static byte[] spliced(byte[] value, int from, int to, String with) {
    byte[] piece = with.getBytes(UTF_8);
    byte[] bytes = new byte[value.length - (to - from) + piece.length];
    System.arraycopy(value, 0, bytes, 0, from);
    System.arraycopy(piece, 0, bytes, from, piece.length);
    System.arraycopy(value, to, bytes, from + piece.length, value.length - to);
    return bytes;
  }
}
