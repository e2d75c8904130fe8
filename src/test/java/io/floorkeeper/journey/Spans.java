package io.floorkeeper.journey;

import com.google.protobuf.ByteString;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.trace.v1.ResourceSpans;
import io.opentelemetry.proto.trace.v1.ScopeSpans;
import io.opentelemetry.proto.trace.v1.Span;
import io.opentelemetry.proto.trace.v1.TracesData;
import java.util.Properties;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ThreadLocalRandom;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** Spans of model calls, and the way into Kafka. */
final class Spans implements AutoCloseable {
  private final KafkaProducer<byte[], byte[]> producer;

  Spans(String bootstrapServers) {
    Properties properties = new Properties();
    properties.put(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers);
    properties.put(ProducerConfig.ACKS_CONFIG, "all");
    producer =
        new KafkaProducer<>(properties, new ByteArraySerializer(), new ByteArraySerializer());
  }

  /** A call that worked, without a verdict. */
  static Span.Builder call(String decisionId, String model) {
    long end = System.currentTimeMillis() * 1_000_000L;
    return Span.newBuilder()
        .setTraceId(random(16))
        .setSpanId(random(8))
        .setName("chat " + model)
        .setStartTimeUnixNano(end - 800_000_000L)
        .setEndTimeUnixNano(end)
        .addAttributes(text("gen_ai.operation.name", "chat"))
        .addAttributes(text("gen_ai.provider.name", "acme"))
        .addAttributes(text("gen_ai.response.model", model))
        .addAttributes(text("floorkeeper.decision.id", decisionId))
        .addAttributes(number("gen_ai.usage.input_tokens", 1_000))
        .addAttributes(number("gen_ai.usage.output_tokens", 200));
  }

  static KeyValue passed(boolean passed) {
    return KeyValue.newBuilder()
        .setKey("floorkeeper.check.passed")
        .setValue(AnyValue.newBuilder().setBoolValue(passed))
        .build();
  }

  static KeyValue text(String key, String value) {
    return KeyValue.newBuilder()
        .setKey(key)
        .setValue(AnyValue.newBuilder().setStringValue(value))
        .build();
  }

  static KeyValue number(String key, long value) {
    return KeyValue.newBuilder()
        .setKey(key)
        .setValue(AnyValue.newBuilder().setIntValue(value))
        .build();
  }

  static TracesData batch(Span.Builder... spans) {
    ScopeSpans.Builder scope = ScopeSpans.newBuilder();
    for (Span.Builder span : spans) {
      scope.addSpans(span);
    }
    return TracesData.newBuilder()
        .addResourceSpans(ResourceSpans.newBuilder().addScopeSpans(scope))
        .build();
  }

  void send(Span.Builder... spans) {
    send(batch(spans).toByteArray());
  }

  void send(byte[] value) {
    send("otlp_spans", value);
  }

  /** Returns once the broker has it. */
  void send(String topic, byte[] value) {
    try {
      producer.send(new ProducerRecord<>(topic, value)).get();
    } catch (ExecutionException e) {
      throw new IllegalStateException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() {
    producer.close();
  }

  private static ByteString random(int bytes) {
    byte[] id = new byte[bytes];
    ThreadLocalRandom.current().nextBytes(id);
    return ByteString.copyFrom(id);
  }
}
