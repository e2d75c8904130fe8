package io.floorkeeper.ingest;

import io.floorkeeper.platform.KafkaSettings;
import io.quarkus.runtime.ShutdownEvent;
import io.vertx.core.json.JsonObject;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * Puts dead letters on record twice: in a table, once each and in the transaction that moves the
 * stream; and in a topic, before that transaction commits (so a crash may repeat one there, told
 * apart by its key, but never lose one).
 */
@ApplicationScoped
class DeadLetterOffice {

  private final KafkaSettings kafka;
  private final IngestSettings settings;
  private KafkaProducer<byte[], byte[]> producer;

  DeadLetterOffice(KafkaSettings kafka, IngestSettings settings) {
    this.kafka = kafka;
    this.settings = settings;
  }

  /**
   * @throws KafkaException where the broker does not take them: the caller rolls back and tries
   *     again
   */
  void put(Connection connection, StreamBatch batch, List<DeadLetter> letters) throws SQLException {
    if (letters.isEmpty()) {
      return;
    }
    Hashes hashes = new Hashes();
    store(connection, batch, letters, hashes);
    List<Future<?>> sent = new ArrayList<>();
    for (DeadLetter letter : letters) {
      sent.add(producer().send(record(batch, letter, hashes)));
    }
    try {
      for (Future<?> one : sent) {
        one.get();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new KafkaException("interrupted while dead letters were sent", e);
    } catch (ExecutionException e) {
      throw new KafkaException("dead letters were not taken", e.getCause());
    }
  }

  /** Not every broker makes topics by itself. */
  void ensureTopic(TopicDirectory directory) {
    directory.ensure(List.of(settings.deadLetterTopic()));
  }

  synchronized void stop(@Observes ShutdownEvent event) {
    if (producer != null) {
      producer.close(Duration.ofSeconds(2));
    }
  }

  /** Into the table alone. */
  static void store(Connection connection, StreamBatch batch, List<DeadLetter> letters)
      throws SQLException {
    store(connection, batch, letters, new Hashes());
  }

  private static void store(
      Connection connection, StreamBatch batch, List<DeadLetter> letters, Hashes hashes)
      throws SQLException {
    try (PreparedStatement insert =
        connection.prepareStatement(
            """
            insert into dead_letter (cluster_id, topic_id, partition, record_offset, item, topic, code,
              field, message, trace_id, span_id, value_bytes, value_sha256)
            values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) on conflict do nothing
            """)) {
      for (DeadLetter letter : letters) {
        ConsumerRecord<byte[], byte[]> source = letter.source();
        insert.setString(1, batch.clusterId());
        insert.setString(2, batch.topicIds().get(source.topic()));
        insert.setInt(3, source.partition());
        insert.setLong(4, source.offset());
        insert.setInt(5, letter.item());
        insert.setString(6, source.topic());
        insert.setString(7, letter.code());
        insert.setString(8, letter.field().orElse(null));
        insert.setString(9, letter.message());
        insert.setString(10, letter.traceId().orElse(null));
        insert.setString(11, letter.spanId().orElse(null));
        insert.setInt(12, source.value() == null ? 0 : source.value().length);
        insert.setString(13, hashes.of(source));
        insert.addBatch();
      }
      insert.executeBatch();
    }
  }

  private ProducerRecord<byte[], byte[]> record(
      StreamBatch batch, DeadLetter letter, Hashes hashes) {
    ConsumerRecord<byte[], byte[]> source = letter.source();
    String key =
        source.topic() + "-" + source.partition() + "-" + source.offset() + "-" + letter.item();
    JsonObject value =
        new JsonObject()
            .put("topic", source.topic())
            .put("topic_id", batch.topicIds().get(source.topic()))
            .put("partition", source.partition())
            .put("offset", source.offset())
            .put("item", letter.item())
            .put("code", letter.code())
            .put("field", letter.field().orElse(null))
            .put("message", letter.message())
            .put("trace_id", letter.traceId().orElse(null))
            .put("span_id", letter.spanId().orElse(null))
            .put("value_bytes", source.value() == null ? 0 : source.value().length)
            .put("value_sha256", hashes.of(source));
    ProducerRecord<byte[], byte[]> record =
        new ProducerRecord<>(settings.deadLetterTopic(), utf8(key), utf8(value.encode()));
    record.headers().add("floorkeeper.errors.topic", utf8(source.topic()));
    record.headers().add("floorkeeper.errors.partition", utf8("" + source.partition()));
    record.headers().add("floorkeeper.errors.offset", utf8("" + source.offset()));
    record.headers().add("floorkeeper.errors.code", utf8(letter.code()));
    record.headers().add("floorkeeper.errors.message", utf8(letter.message()));
    return record;
  }

  private synchronized KafkaProducer<byte[], byte[]> producer() {
    if (producer == null) {
      Properties properties = kafka.common();
      properties.put(ProducerConfig.CLIENT_ID_CONFIG, "floorkeeper-dead-letters");
      properties.put(ProducerConfig.ACKS_CONFIG, "all");
      properties.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, 5_000);
      properties.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, 20_000);
      properties.put(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, 10_000);
      producer =
          new KafkaProducer<>(properties, new ByteArraySerializer(), new ByteArraySerializer());
    }
    return producer;
  }

  private static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  /** Of records, each of which is worked out once: it may have many letters, and be large. */
  private static final class Hashes {
    private final Map<ConsumerRecord<byte[], byte[]>, String> known = new IdentityHashMap<>();

    String of(ConsumerRecord<byte[], byte[]> record) {
      return known.computeIfAbsent(record, one -> sha256(one.value()));
    }

    private static String sha256(byte[] value) {
      try {
        byte[] digest =
            MessageDigest.getInstance("SHA-256").digest(value == null ? new byte[0] : value);
        return HexFormat.of().formatHex(digest);
      } catch (NoSuchAlgorithmException e) {
        throw new IllegalStateException("every JDK has SHA-256", e);
      }
    }
  }
}
