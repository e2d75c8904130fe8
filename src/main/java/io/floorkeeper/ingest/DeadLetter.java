package io.floorkeeper.ingest;

import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * Something that could not be read: where it stands and why. Never its bytes: they may hold prompt
 * text, and the record is still where it was.
 *
 * @param item 0: the record as a whole; n: its n-th unreadable span; the last one may stand for all
 *     that follow ({@link #FURTHER})
 * @param code stable, for programs
 * @param field at fault, where one is
 */
record DeadLetter(
    ConsumerRecord<byte[], byte[]> source,
    int item,
    String code,
    Optional<String> field,
    String message,
    Optional<String> traceId,
    Optional<String> spanId) {

  /** Of a record that could be read and not applied. */
  static final String UNPROCESSABLE = "unprocessable";

  /** Stands for several of a record, which say no more each for itself. */
  static final String FURTHER = "further_items";

  static DeadLetter further(ConsumerRecord<byte[], byte[]> source, int item, int items) {
    return new DeadLetter(
        source,
        item,
        FURTHER,
        Optional.empty(),
        items + " more items of this record could not be read",
        Optional.empty(),
        Optional.empty());
  }

  static DeadLetter record(ConsumerRecord<byte[], byte[]> source, String code, String message) {
    return new DeadLetter(
        source, 0, code, Optional.empty(), message, Optional.empty(), Optional.empty());
  }

  static DeadLetter span(
      ConsumerRecord<byte[], byte[]> source, int item, SpanReading.Rejected rejected) {
    return new DeadLetter(
        source,
        item,
        rejected.code(),
        Optional.of(rejected.field()),
        rejected.message(),
        Optional.of(rejected.traceId()),
        Optional.of(rejected.spanId()));
  }
}
