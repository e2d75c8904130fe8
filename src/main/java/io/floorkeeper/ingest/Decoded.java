package io.floorkeeper.ingest;

import java.util.List;

/** What the bytes of one record turned out to be. */
public sealed interface Decoded {

  /**
   * A batch of spans.
   *
   * @param rejected the spans of the batch that could not be read; the others are not hurt by them
   */
  record Spans(List<RawSpan> spans, List<SpanReading.Rejected> rejected) implements Decoded {
    public Spans {
      spans = List.copyOf(spans);
      rejected = List.copyOf(rejected);
    }
  }

  /**
   * No batch of spans at all.
   *
   * @param code stable: {@code empty}, {@code broken_protobuf}, {@code broken_json}, {@code
   *     not_otlp}
   * @param message for people; never quotes the record
   */
  record Undecodable(String code, String message) implements Decoded {}
}
