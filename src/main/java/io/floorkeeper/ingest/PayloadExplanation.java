package io.floorkeeper.ingest;

import java.util.List;
import java.util.Optional;

/**
 * What one record of Kafka, or one body of a request, was taken for.
 *
 * @param trouble code and message where it is no OTLP: it becomes a dead letter as a whole
 * @param items its spans or log records: first those that could be read
 */
public record PayloadExplanation(Optional<String> trouble, List<SpanExplanation> items) {
  public PayloadExplanation {
    items = List.copyOf(items);
  }
}
