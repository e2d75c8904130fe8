package io.floorkeeper.ingest;

import java.util.List;

/** What the bytes of one record turned out to be. */
public sealed interface Decoded {

  /**
   * A batch of spans, or of log records.
   *
   * @param rejected the spans of the batch that could not be read; the others are not hurt by them
   * @param logRecords how many of all of them, read and rejected, came as log records
   * @param badLinks how many links pointed nowhere and were left out
   */
  record Spans(
      List<RawSpan> spans, List<SpanReading.Rejected> rejected, int logRecords, int badLinks)
      implements Decoded {
    public Spans {
      spans = List.copyOf(spans);
      rejected = List.copyOf(rejected);
    }

    /** Spans alone. */
    public Spans(List<RawSpan> spans, List<SpanReading.Rejected> rejected) {
      this(spans, rejected, 0, 0);
    }

    /** All that came, of both kinds, whether it could be read or not. */
    public int items() {
      return spans.size() + rejected.size();
    }
  }

  /**
   * No batch at all.
   *
   * @param code stable: {@code empty}, {@code too_large}, {@code too_many_items}, {@code
   *     broken_protobuf}, {@code broken_json}, {@code not_otlp}
   * @param message for people; never quotes the record
   */
  record Undecodable(String code, String message) implements Decoded {}
}
