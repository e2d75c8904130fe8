package io.floorkeeper.ingest;

import static io.floorkeeper.ingest.Otlp.batch;
import static io.floorkeeper.ingest.Otlp.json;
import static io.floorkeeper.ingest.Otlp.span;
import static org.assertj.core.api.Assertions.assertThat;

import io.opentelemetry.proto.trace.v1.TracesData;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** How much text of a span is kept. */
class OtlpTextTest {
  private final OtlpDecoder decoder = new OtlpDecoder(Dialects.bundled());

  @Test
  void longTextIsNotKept() {
    // Given
    TracesData data = batch(span("session.id", "x".repeat(1_000_000)).setName("n".repeat(5_000)));

    for (byte[] value : List.of(data.toByteArray(), json(data))) {
      // When
      RawSpan span = only(decoder.decode(value));

      // Then
      assertThat(span.attributes())
          .isEqualTo(Map.of("session.id", new RawSpan.Unusable("too_long")));
      assertThat(span.name()).hasSize(RawSpan.MAX_NAME);
    }
  }

  /** 1,024 characters of three bytes each do not fit into an index of the database. */
  @Test
  void textIsBoundedInBytes() {
    assertThat(
            only(decoder.decode(batch(span("session.id", "\u4e2d".repeat(400))).toByteArray()))
                .attributes())
        .isEqualTo(Map.of("session.id", new RawSpan.Unusable("too_long")));
  }

  private static RawSpan only(Decoded decoded) {
    return ((Decoded.Spans) decoded).spans().get(0);
  }
}
