package io.floorkeeper.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import io.floorkeeper.ledger.Call;
import io.opentelemetry.proto.trace.v1.Span;

/** What decoder and reader together make of one span, with the bundled dialects. */
final class Readings {
  private static final Dialects DIALECTS = Dialects.bundled();

  private Readings() {}

  static SpanReading read(byte[] value) {
    Decoded decoded = new OtlpDecoder(DIALECTS).decode(value);
    assertThat(decoded).isInstanceOf(Decoded.Spans.class);
    assertThat(((Decoded.Spans) decoded).spans()).hasSize(1);
    return new SpanReader(DIALECTS).read(((Decoded.Spans) decoded).spans().get(0));
  }

  static SpanReading read(Span.Builder span) {
    return read(Otlp.batch(span).toByteArray());
  }

  /** Why a span or log record was taken for no call. */
  static String reason(SpanReading reading) {
    assertThat(reading).isInstanceOf(SpanReading.NotACall.class);
    return ((SpanReading.NotACall) reading).reason();
  }

  static Call call(byte[] value) {
    SpanReading reading = read(value);
    assertThat(reading).isInstanceOf(SpanReading.ModelCall.class);
    return ((SpanReading.ModelCall) reading).call();
  }

  static Call call(Span.Builder span) {
    return call(Otlp.batch(span).toByteArray());
  }
}
