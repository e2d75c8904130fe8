package io.floorkeeper.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** What a span says of having been sampled, in both encodings. */
class SamplingMarkTest {
  private final OtlpDecoder decoder = new OtlpDecoder(Dialects.bundled());

  /** The thresholds are the examples of OpenTelemetry's specification of tracestate handling. */
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "ot=th:c                             | .25",
        "ot=th:8                             | .5",
        "ot=th:fd70a3d70a3d7                 | .01",
        "ot=th:e6666666666666;rv:d29d6a7215ced0 | .1",
        "vendor=x, ot=rv:d29d6a7215ced0;th:8 | .5",
        "ot=p:3                              | .125"
      })
  void theTraceStateTellsWithWhatProbability(String traceState, double probability) {
    for (SamplingMark mark : marks(traceState)) {
      assertThat(mark.by()).isEqualTo(SamplingMark.By.TRACE_STATE);
      assertThat(mark.probability()).isCloseTo(probability, within(1e-4));
    }
    assertThat(marks(traceState)).hasSize(2);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "ot=th:0",
        "ot=p:0",
        "ot=rv:d29d6a7215ced0",
        "ot=th:nonsense",
        "ot=p:63",
        "vendor=th:8",
        "congo=ot=th:8",
        "''"
      })
  void whatWasKeptForCertainHasNoMark(String traceState) {
    assertThat(marks(traceState)).isEmpty();
  }

  @ParameterizedTest
  @MethodSource
  void olderSamplersWriteAttributes(List<Object> attributes, Double probability) {
    RawSpan span = spans("", attributes.toArray()).get(0);

    Optional<Double> found = SamplingMark.of(span).map(SamplingMark::probability);

    assertThat(found).isEqualTo(Optional.ofNullable(probability));
  }

  static Stream<Arguments> olderSamplersWriteAttributes() {
    return Stream.of(
        Arguments.of(List.of("sampling.probability", .1), .1),
        Arguments.of(List.of("sampling.probability", 1.0), null),
        Arguments.of(List.of("sampling.probability", "0.5"), .5),
        Arguments.of(List.of("sampling.probability", "often"), null),
        Arguments.of(List.of("sampler.type", "probabilistic", "sampler.param", .01), .01),
        Arguments.of(List.of("sampler.type", "probabilistic", "sampler.param", 1.0), null),
        Arguments.of(List.of("sampler.type", "const", "sampler.param", true), null),
        Arguments.of(List.of("sampler.type", "ratelimiting", "sampler.param", 2.0), Double.NaN),
        Arguments.of(List.of("SampleRate", 20L), .05),
        Arguments.of(List.of("SampleRate", 1L), null));
  }

  @Test
  void aMarkHidesNoCall() {
    RawSpan span =
        spans("ot=th:8", "gen_ai.operation.name", "chat", "gen_ai.request.model", "m").get(0);

    assertThat(new SpanReader(Dialects.bundled()).read(span))
        .isInstanceOf(SpanReading.ModelCall.class);
    assertThat(SamplingMark.of(span)).isPresent();
  }

  private List<SamplingMark> marks(String traceState) {
    return spans(traceState).stream().map(SamplingMark::of).flatMap(Optional::stream).toList();
  }

  private List<RawSpan> spans(String traceState, Object... attributes) {
    var data = Otlp.batch(Otlp.span(attributes).setTraceState(traceState));
    return Stream.of(data.toByteArray(), Otlp.json(data))
        .map(bytes -> (Decoded.Spans) decoder.decode(bytes))
        .flatMap(decoded -> decoded.spans().stream())
        .toList();
  }
}
