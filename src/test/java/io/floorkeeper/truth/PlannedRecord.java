package io.floorkeeper.truth;

import java.util.List;
import java.util.Map;

/**
 * One record of a topic.
 *
 * @param json in OTLP/JSON, else in protobuf
 * @param spoilt the code under which the whole record is refused; null: it can be read
 * @param bytes of a spoilt record; null: they are written from the spans
 */
record PlannedRecord(
    String topic,
    int partition,
    boolean json,
    List<PlannedSpan> spans,
    String spoilt,
    byte[] bytes) {

  static PlannedRecord of(int partition, boolean json, List<PlannedSpan> spans) {
    return new PlannedRecord(spans.get(0).topic(), partition, json, spans, null, null);
  }

  /** The very same once more, elsewhere. */
  PlannedRecord on(int another) {
    return new PlannedRecord(topic, another, json, spans, spoilt, bytes);
  }

  byte[] value() {
    if (bytes != null) {
      return bytes;
    }
    return switch (topic) {
      case Told.OUTCOMES -> ((Told) spans.get(0)).outcome();
      case Told.LOGS -> OtlpRecords.writeLogs(spans, json);
      default -> OtlpRecords.write(spans, json);
    };
  }

  /** The spans in the order in which they are written: by the service of their resource. */
  static Map<String, List<PlannedSpan>> byService(List<PlannedSpan> spans) {
    Map<String, List<PlannedSpan>> groups = new java.util.LinkedHashMap<>();
    spans.forEach(
        span -> groups.computeIfAbsent(span.service(), s -> new java.util.ArrayList<>()).add(span));
    return groups;
  }
}
