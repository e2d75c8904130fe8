package io.floorkeeper.truth;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.function.Consumer;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;

/** Topics as they are, read from beginning to end by nobody's group. */
final class TopicReader {
  private static final Duration LIMIT = Duration.ofSeconds(90);

  private final Properties kafka;

  TopicReader(Properties kafka) {
    this.kafka = new Properties();
    this.kafka.putAll(kafka);
    this.kafka.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "earliest");
    this.kafka.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, "false");
  }

  /**
   * What stands in topics, told by the records that were planned.
   *
   * @throws IllegalStateException where it holds what nobody planned, or lacks what was sent
   */
  List<Oracle.Placed> placed(List<String> topics, List<PlannedRecord> planned) {
    Map<String, PlannedRecord> byDigest = new HashMap<>();
    Map<String, Integer> missing = new HashMap<>();
    for (PlannedRecord record : planned) {
      String digest = digest(record.value());
      byDigest.put(digest, record);
      missing.merge(digest, 1, Integer::sum);
    }
    List<Oracle.Placed> placed = new ArrayList<>();
    for (String topic : topics) {
      each(topic, record -> place(record, byDigest, missing, placed));
    }
    long lacking = missing.values().stream().filter(left -> left > 0).count();
    if (lacking > 0) {
      throw new IllegalStateException("the topics lack " + lacking + " records that were sent");
    }
    return placed;
  }

  private static void place(
      ConsumerRecord<byte[], byte[]> record,
      Map<String, PlannedRecord> byDigest,
      Map<String, Integer> missing,
      List<Oracle.Placed> placed) {
    String digest = digest(record.value());
    PlannedRecord plan = byDigest.get(digest);
    if (plan == null) {
      throw new IllegalStateException(
          "nobody planned " + record.topic() + "-" + record.partition() + "-" + record.offset());
    }
    missing.merge(digest, -1, Integer::sum);
    placed.add(new Oracle.Placed(plan, record.partition(), record.offset()));
  }

  /** Each dead letter's code by its key; one that was repeated counts once. */
  Map<String, String> letters(String topic) {
    Map<String, String> letters = new HashMap<>();
    each(
        topic,
        record ->
            letters.put(
                text(record.key()),
                text(record.headers().lastHeader("floorkeeper.errors.code").value())));
    return letters;
  }

  /** The offset behind the last record, of all partitions of all topics together. */
  long end(List<String> topics) {
    return topics.stream().mapToLong(this::end).sum();
  }

  private long end(String topic) {
    try (KafkaConsumer<byte[], byte[]> reader = reader()) {
      return reader.endOffsets(partitions(reader, topic)).values().stream()
          .mapToLong(offset -> offset)
          .sum();
    }
  }

  private void each(String topic, Consumer<ConsumerRecord<byte[], byte[]>> taker) {
    long begin = System.nanoTime();
    try (KafkaConsumer<byte[], byte[]> reader = reader()) {
      List<TopicPartition> partitions = partitions(reader, topic);
      Map<TopicPartition, Long> ends = reader.endOffsets(partitions);
      reader.assign(partitions);
      reader.seekToBeginning(partitions);
      while (partitions.stream().anyMatch(p -> reader.position(p) < ends.get(p))) {
        reader.poll(Duration.ofMillis(200)).forEach(taker);
        if (System.nanoTime() - begin > LIMIT.toNanos()) {
          throw new IllegalStateException("the topic " + topic + " cannot be read to its end");
        }
      }
    }
  }

  private KafkaConsumer<byte[], byte[]> reader() {
    return new KafkaConsumer<>(kafka, new ByteArrayDeserializer(), new ByteArrayDeserializer());
  }

  private static List<TopicPartition> partitions(
      KafkaConsumer<byte[], byte[]> reader, String topic) {
    return reader.partitionsFor(topic).stream()
        .map(partition -> new TopicPartition(topic, partition.partition()))
        .toList();
  }

  private static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.UTF_8);
  }

  private static String digest(byte[] value) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(value));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }
}
