package io.floorkeeper.ingest;

import io.floorkeeper.platform.KafkaSettings;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** Reads stretches of topics again, in no group: nobody's partitions move for it. */
final class RebuildTopics implements AutoCloseable {
  private static final Duration POLL = Duration.ofMillis(500);
  private static final Duration SILENCE_LIMIT = Duration.ofSeconds(30);

  private final KafkaConsumer<byte[], byte[]> consumer;

  /** By partition: how many records are not there any more. */
  private final Map<TopicPartition, Long> missing = new HashMap<>();

  RebuildTopics(KafkaSettings kafka, int batchRecords) {
    Properties properties = kafka.common();
    properties.put(ConsumerConfig.CLIENT_ID_CONFIG, "floorkeeper-rebuild");
    properties.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
    properties.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "none");
    properties.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
    properties.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, batchRecords);
    consumer =
        new KafkaConsumer<>(properties, new ByteArrayDeserializer(), new ByteArrayDeserializer());
  }

  /** What is done with records of one topic. */
  @FunctionalInterface
  interface Taker {
    void take(String topic, List<ConsumerRecord<byte[], byte[]>> records) throws SQLException;
  }

  Map<TopicPartition, Long> missing() {
    return missing;
  }

  /**
   * Reads these stretches, side by side.
   *
   * @throws KafkaException where the broker does not give them
   */
  void read(List<RebuildCut.Segment> segments, Taker taker) throws SQLException {
    Map<TopicPartition, Long> ends = new HashMap<>();
    segments.forEach(segment -> ends.put(segment.partition(), segment.end()));
    Map<TopicPartition, Long> first = consumer.beginningOffsets(ends.keySet());
    Map<TopicPartition, Long> last = consumer.endOffsets(ends.keySet());
    consumer.assign(ends.keySet());
    Set<TopicPartition> open = new HashSet<>();
    for (RebuildCut.Segment segment : segments) {
      TopicPartition partition = segment.partition();
      long begin = Math.max(segment.begin(), first.get(partition));
      long end = Math.min(segment.end(), last.get(partition));
      long gone = segment.end() - segment.begin() - Math.max(0, end - begin);
      if (gone > 0) {
        missing.merge(partition, gone, Long::sum);
      }
      ends.put(partition, end);
      if (begin < end) {
        consumer.seek(partition, begin);
        consumer.resume(Set.of(partition)); // a partition that is assigned again stays paused
        open.add(partition);
      } else {
        consumer.pause(Set.of(partition));
      }
    }
    readOpen(open, ends, taker);
  }

  private void readOpen(Set<TopicPartition> open, Map<TopicPartition, Long> ends, Taker taker)
      throws SQLException {
    long heardNanos = System.nanoTime();
    while (!open.isEmpty()) {
      ConsumerRecords<byte[], byte[]> records = consumer.poll(POLL);
      Map<String, List<ConsumerRecord<byte[], byte[]>>> byTopic = new HashMap<>();
      for (ConsumerRecord<byte[], byte[]> record : records) {
        if (record.offset() < ends.get(new TopicPartition(record.topic(), record.partition()))) {
          byTopic.computeIfAbsent(record.topic(), topic -> new ArrayList<>()).add(record);
        }
      }
      for (Map.Entry<String, List<ConsumerRecord<byte[], byte[]>>> one : byTopic.entrySet()) {
        taker.take(one.getKey(), one.getValue());
      }
      for (TopicPartition partition : Set.copyOf(open)) {
        if (consumer.position(partition) >= ends.get(partition)) {
          consumer.pause(Set.of(partition));
          open.remove(partition);
        }
      }
      if (!records.isEmpty()) {
        heardNanos = System.nanoTime();
      } else if (System.nanoTime() - heardNanos > SILENCE_LIMIT.toNanos()) {
        throw new KafkaException("the broker gives no records of " + open);
      }
    }
  }

  @Override
  public void close() {
    consumer.close();
  }
}
