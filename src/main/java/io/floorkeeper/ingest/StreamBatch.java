package io.floorkeeper.ingest;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * Records that one transaction applies.
 *
 * @param topicIds by topic name
 * @param recorded what they were judged by when they were applied for the first time; empty: this
 *     is the first time
 */
record StreamBatch(
    String clusterId,
    Map<String, String> topicIds,
    List<ConsumerRecord<byte[], byte[]>> records,
    Optional<Judging> recorded) {

  /** Never applied before. */
  StreamBatch(
      String clusterId,
      Map<String, String> topicIds,
      List<ConsumerRecord<byte[], byte[]>> records) {
    this(clusterId, topicIds, records, Optional.empty());
  }
}
