package io.floorkeeper.ingest;

import java.util.ArrayList;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * The dead letters of the items of one record: the first hundred each for itself, all further ones
 * as one that says how many they are. A record has room for tens of thousands of items that say
 * nothing, and whoever has seen a hundred of them knows what is wrong with it.
 */
final class RecordLetters {
  static final int MOST = 100;

  private final ConsumerRecord<byte[], byte[]> record;
  private final List<DeadLetter> letters = new ArrayList<>(0);
  private int items;

  RecordLetters(ConsumerRecord<byte[], byte[]> record) {
    this.record = record;
  }

  void add(SpanReading.Rejected rejected) {
    if (++items <= MOST) {
      letters.add(DeadLetter.span(record, items, rejected));
    }
  }

  /** How many items could not be read, whether they have a letter of their own or not. */
  int items() {
    return items;
  }

  List<DeadLetter> letters() {
    if (items <= MOST) {
      return List.copyOf(letters);
    }
    List<DeadLetter> all = new ArrayList<>(letters);
    all.add(DeadLetter.further(record, MOST + 1, items - MOST));
    return all;
  }
}
