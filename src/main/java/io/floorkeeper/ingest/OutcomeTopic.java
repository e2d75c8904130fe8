package io.floorkeeper.ingest;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.floorkeeper.platform.Causes;
import io.floorkeeper.platform.KafkaSettings;
import io.floorkeeper.platform.Problem;
import io.quarkus.runtime.ShutdownEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** Puts outcomes into their topic, and says so only when the broker has them. */
@ApplicationScoped
class OutcomeTopic {
  private static final int ACK_MILLIS = 5_000;
  private static final int RETRY_AFTER_SECONDS = 2;

  private final KafkaSettings kafka;
  private final String topic;
  private final ObjectMapper json;
  private KafkaProducer<byte[], byte[]> producer;

  OutcomeTopic(KafkaSettings kafka, IngestSettings settings, ObjectMapper json) {
    this.kafka = kafka;
    this.topic = settings.outcomeTopic();
    this.json = json;
  }

  /**
   * @throws Problem.Unavailable where the broker does not take them all; those that it took count
   *     once, however often they are sent again
   */
  void put(List<OutcomeRecord> outcomes) {
    List<Future<?>> sent = new ArrayList<>();
    try {
      for (OutcomeRecord outcome : outcomes) {
        byte[] key = (outcome.scope() + "/" + outcome.key()).getBytes(StandardCharsets.UTF_8);
        sent.add(
            producer().send(new ProducerRecord<>(topic, key, json.writeValueAsBytes(outcome))));
      }
      for (Future<?> one : sent) {
        one.get();
      }
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("numbers and strings are always writable as JSON", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw unavailable("the service is about to stop");
    } catch (ExecutionException e) {
      throw unavailable(Causes.briefly(e.getCause()));
    } catch (KafkaException | IllegalStateException e) { // closed while the service stops
      throw unavailable(Causes.briefly(e));
    }
  }

  private static Problem.Unavailable unavailable(String why) {
    return new Problem.Unavailable(
        "broker_unavailable",
        "the broker has not taken it, send it again under the same key: " + why,
        RETRY_AFTER_SECONDS);
  }

  private synchronized KafkaProducer<byte[], byte[]> producer() {
    if (producer == null) {
      Properties properties = kafka.common();
      properties.put(ProducerConfig.CLIENT_ID_CONFIG, "floorkeeper-outcomes");
      properties.put(ProducerConfig.ACKS_CONFIG, "all");
      properties.put(ProducerConfig.LINGER_MS_CONFIG, 2);
      properties.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, ACK_MILLIS / 2);
      properties.put(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, ACK_MILLIS / 2);
      properties.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, ACK_MILLIS);
      producer =
          new KafkaProducer<>(properties, new ByteArraySerializer(), new ByteArraySerializer());
    }
    return producer;
  }

  synchronized void stop(@Observes ShutdownEvent event) {
    if (producer != null) {
      producer.close(Duration.ofSeconds(2));
    }
  }
}
