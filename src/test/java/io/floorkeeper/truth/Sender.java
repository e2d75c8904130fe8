package io.floorkeeper.truth;

import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.function.IntConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** Sends planned records at a steady pace, whatever becomes of the broker meanwhile. */
final class Sender {
  private final Properties properties = new Properties();
  private final int spansPerSecond;

  Sender(Properties kafka, int spansPerSecond) {
    this.spansPerSecond = spansPerSecond;
    properties.putAll(kafka);
    properties.put(ProducerConfig.ACKS_CONFIG, "all");
    properties.put(ProducerConfig.ENABLE_IDEMPOTENCE_CONFIG, true);
    properties.put(ProducerConfig.MAX_IN_FLIGHT_REQUESTS_PER_CONNECTION, 1);
    properties.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, 600_000);
    properties.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, 900_000);
    properties.put(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, 5_000);
    properties.put(ProducerConfig.LINGER_MS_CONFIG, 2);
  }

  /**
   * Returns when the broker has them all.
   *
   * @param before is told the number of each record before it is sent, and may take its time
   */
  void send(List<PlannedRecord> records, IntConsumer before) throws InterruptedException {
    List<Future<RecordMetadata>> sent = new ArrayList<>();
    try (KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(properties, new ByteArraySerializer(), new ByteArraySerializer())) {
      long dueNanos = System.nanoTime();
      for (int i = 0; i < records.size(); i++) {
        before.accept(i);
        PlannedRecord record = records.get(i);
        sent.add(
            producer.send(
                new ProducerRecord<>(record.topic(), record.partition(), null, record.value())));
        dueNanos =
            Math.max(dueNanos, System.nanoTime() - 1_000_000_000L)
                + record.spans().size() * 1_000_000_000L / spansPerSecond;
        long early = dueNanos - System.nanoTime();
        if (early > 0) {
          Thread.sleep(early / 1_000_000);
        }
      }
      for (Future<RecordMetadata> one : sent) {
        one.get();
      }
    } catch (ExecutionException e) {
      throw new IllegalStateException("the broker did not take a record", e);
    }
  }
}
