package io.floorkeeper.ingest;

import io.floorkeeper.platform.KafkaSettings;
import java.util.Locale;
import java.util.Properties;
import org.apache.kafka.clients.consumer.ConsumerConfig;
import org.apache.kafka.clients.consumer.GroupProtocol;

/** How a stream reads from Kafka, whatever it reads. */
final class ConsumerProperties {
  private static final int FETCH_BYTES = 16 << 20;

  private ConsumerProperties() {}

  static Properties of(
      KafkaSettings kafka,
      String clientId,
      String groupId,
      GroupProtocol protocol,
      int batchRecords,
      int maxMessageBytes) {
    Properties properties = kafka.common();
    properties.put(ConsumerConfig.CLIENT_ID_CONFIG, clientId);
    properties.put(ConsumerConfig.GROUP_ID_CONFIG, groupId);
    properties.put(ConsumerConfig.GROUP_PROTOCOL_CONFIG, protocol.name().toLowerCase(Locale.ROOT));
    properties.put(ConsumerConfig.ENABLE_AUTO_COMMIT_CONFIG, false);
    // Positions are in Postgres; one that Kafka no longer has must not become another silently.
    properties.put(ConsumerConfig.AUTO_OFFSET_RESET_CONFIG, "none");
    // A topic that was recreated is seen soon, and not after the five minutes of the default.
    properties.put(ConsumerConfig.METADATA_MAX_AGE_CONFIG, 10_000);
    properties.put(ConsumerConfig.ISOLATION_LEVEL_CONFIG, "read_committed");
    properties.put(ConsumerConfig.MAX_POLL_RECORDS_CONFIG, batchRecords);
    // What a partition may hold ready: the broker sends the first record whatever its size, but
    // then nothing beside it, and so one at a time.
    properties.put(
        ConsumerConfig.MAX_PARTITION_FETCH_BYTES_CONFIG,
        Math.max(ConsumerConfig.DEFAULT_MAX_PARTITION_FETCH_BYTES, maxMessageBytes));
    // And all of them together: fetched and not yet read.
    properties.put(ConsumerConfig.FETCH_MAX_BYTES_CONFIG, Math.max(FETCH_BYTES, maxMessageBytes));
    return properties;
  }
}
