package io.floorkeeper.ingest;

import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.consumer.ConsumerRecord;

/**
 * Records that one transaction applies.
 *
 * @param topicIds by topic name
 */
record StreamBatch(
    String clusterId, Map<String, String> topicIds, List<ConsumerRecord<byte[], byte[]>> records) {}
