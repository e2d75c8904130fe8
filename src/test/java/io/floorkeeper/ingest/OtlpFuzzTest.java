package io.floorkeeper.ingest;

import static io.floorkeeper.ingest.Otlp.json;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnknownFieldSet;
import java.io.IOException;
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
    byte[] valid =
        encoding == Encoding.JSON ? json(FuzzSeeds.spans()) : FuzzSeeds.spans().toByteArray();
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

  /** The same that jazzer checks, of the seeds that it begins with and of some that are near. */
  @Test
  void whatTheFuzzerChecksHoldsOfItsSeeds() throws IOException {
    SplittableRandom random = new SplittableRandom(SEED);
    for (byte[] seed : FuzzSeeds.all()) {
      Assertions.assertTimeout(
          Duration.ofSeconds(10), () -> DecoderFuzz.fuzzerTestOneInput(seed), "seed " + SEED);
      for (int round = 0; round < 50; round++) {
        DecoderFuzz.fuzzerTestOneInput(mutated(seed, random));
      }
    }
  }

  /** Each would be a dead letter: four megabytes of nothing would be two million of them. */
  @ParameterizedTest
  @EnumSource
  void aRecordOfNothingButEmptySpansIsRefusedWithinItsMemory(Encoding encoding) {
    // Given
    byte[] value =
        encoding == Encoding.JSON
            ? ("{\"resourceSpans\":[{\"scopeSpans\":[{\"spans\":["
                    + "{},".repeat(1_000_000)
                    + "{}]}]}]}")
                .getBytes(UTF_8)
            : wrapped(wrapped(emptySpans(1_500_000), 2), 1);

    // When
    Decoded decoded = decoder.decode(value);

    // Then
    assertThat(decoded).isInstanceOf(Decoded.Undecodable.class);
    assertThat(((Decoded.Undecodable) decoded).code()).isEqualTo("too_many_items");
  }

  private static byte[] emptySpans(int count) {
    byte[] spans = new byte[2 * count];
    for (int i = 0; i < spans.length; i += 2) {
      spans[i] = 2 << 3 | 2;
    }
    return spans;
  }

  private static byte[] wrapped(byte[] content, int field) {
    return UnknownFieldSet.newBuilder()
        .addField(
            field,
            UnknownFieldSet.Field.newBuilder()
                .addLengthDelimited(ByteString.copyFrom(content))
                .build())
        .build()
        .toByteArray();
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
