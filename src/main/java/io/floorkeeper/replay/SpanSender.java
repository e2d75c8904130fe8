package io.floorkeeper.replay;

import com.google.protobuf.ByteString;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.InstrumentationScope;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.resource.v1.Resource;
import io.opentelemetry.proto.trace.v1.ResourceSpans;
import io.opentelemetry.proto.trace.v1.ScopeSpans;
import io.opentelemetry.proto.trace.v1.Span;
import io.opentelemetry.proto.trace.v1.Status;
import io.opentelemetry.proto.trace.v1.TracesData;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.Properties;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.AdminClientConfig;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * Writes one span per model call into Kafka the way the OpenTelemetry Collector's exporter does:
 * one whole TracesData per record, no key, no headers.
 */
final class SpanSender implements AutoCloseable {

  /** How the exporter may be set. */
  enum Encoding {
    PROTO,
    JSON
  }

  /** One call to be told. */
  record CallSpan(
      String decisionId,
      String role,
      String provider,
      String model,
      OutcomeData.Outcome outcome,
      boolean labelled) {}

  private static final int BROKER_LIMIT_MILLIS = 5_000;
  private static final String SCOPE = "floorkeeper.replay";

  private final KafkaProducer<byte[], byte[]> producer;
  private final String topic;
  private final Encoding encoding;
  private final SecureRandom ids = new SecureRandom();
  private final AtomicReference<Exception> failure = new AtomicReference<>();

  SpanSender(String bootstrapServers, String topic, Encoding encoding) {
    Properties properties = new Properties();
    properties.put(ProducerConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers);
    properties.put(ProducerConfig.ACKS_CONFIG, "all");
    properties.put(ProducerConfig.LINGER_MS_CONFIG, 0);
    this.producer =
        new KafkaProducer<>(properties, new ByteArraySerializer(), new ByteArraySerializer());
    this.topic = topic;
    this.encoding = encoding;
  }

  /**
   * @throws LiveService.RefusedException where no broker answers
   */
  static void requireBroker(String bootstrapServers) {
    Properties properties = new Properties();
    properties.put(AdminClientConfig.BOOTSTRAP_SERVERS_CONFIG, bootstrapServers);
    properties.put(AdminClientConfig.REQUEST_TIMEOUT_MS_CONFIG, BROKER_LIMIT_MILLIS);
    properties.put(AdminClientConfig.DEFAULT_API_TIMEOUT_MS_CONFIG, BROKER_LIMIT_MILLIS);
    try (Admin admin = Admin.create(properties)) {
      admin.describeCluster().clusterId().get();
    } catch (ExecutionException | KafkaException e) {
      throw new LiveService.RefusedException(
          "no Kafka broker answers at "
              + bootstrapServers
              + "; say with --kafka where the service reads its spans from");
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }

  /** Sends without waiting; a failure of an earlier span surfaces here. */
  void send(CallSpan call) {
    byte[] traceId = new byte[16];
    byte[] spanId = new byte[8];
    // Not from the seed: two runs with one seed are different calls.
    ids.nextBytes(traceId);
    ids.nextBytes(spanId);
    Instant end = Instant.now();
    Instant start = end.minusMillis(call.outcome.latencyMillis());
    TracesData batch = batch(call, traceId, spanId, nanos(start), nanos(end));
    byte[] value = encoding == Encoding.PROTO ? batch.toByteArray() : OtlpJsonWriter.write(batch);
    producer.send(
        new ProducerRecord<>(topic, value),
        (metadata, e) -> {
          if (e != null) {
            failure.compareAndSet(null, e);
          }
        });
    Exception earlier = failure.get();
    if (earlier != null) {
      throw new LiveService.RefusedException("the broker did not take a span: " + earlier);
    }
  }

  @Override
  public void close() {
    producer.close();
  }

  private static long nanos(Instant instant) {
    return Math.addExact(
        Math.multiplyExact(instant.getEpochSecond(), 1_000_000_000L), instant.getNano());
  }

  private static TracesData batch(
      CallSpan call, byte[] traceId, byte[] spanId, long startNanos, long endNanos) {
    Span.Builder span =
        Span.newBuilder()
            .setTraceId(ByteString.copyFrom(traceId))
            .setSpanId(ByteString.copyFrom(spanId))
            .setName("chat " + call.model)
            .setKind(Span.SpanKind.SPAN_KIND_CLIENT)
            .setStartTimeUnixNano(startNanos)
            .setEndTimeUnixNano(endNanos)
            .setStatus(Status.newBuilder().setCode(Status.StatusCode.STATUS_CODE_UNSET))
            .addAttributes(text("gen_ai.operation.name", "chat"))
            .addAttributes(text("gen_ai.provider.name", call.provider))
            .addAttributes(text("gen_ai.request.model", call.model))
            .addAttributes(text("gen_ai.response.model", call.model))
            .addAttributes(text("gen_ai.agent.name", call.role))
            .addAttributes(text("floorkeeper.decision.id", call.decisionId));
    if (call.outcome.inputTokens() >= 0) {
      span.addAttributes(number("gen_ai.usage.input_tokens", call.outcome.inputTokens()));
      span.addAttributes(number("gen_ai.usage.output_tokens", call.outcome.outputTokens()));
    } else {
      span.addAttributes(number("gen_ai.usage.cost.amount", call.outcome.costUsd()));
    }
    if (call.labelled) {
      span.addEvents(
          Span.Event.newBuilder()
              .setName("gen_ai.evaluation.result")
              .setTimeUnixNano(endNanos)
              .addAttributes(text("gen_ai.evaluation.name", "outcome"))
              .addAttributes(number("gen_ai.evaluation.score.value", call.outcome.quality())));
    }
    return TracesData.newBuilder()
        .addResourceSpans(
            ResourceSpans.newBuilder()
                .setResource(Resource.newBuilder().addAttributes(text("service.name", SCOPE)))
                .addScopeSpans(
                    ScopeSpans.newBuilder()
                        .setScope(InstrumentationScope.newBuilder().setName(SCOPE))
                        .addSpans(span)))
        .build();
  }

  private static KeyValue text(String key, String value) {
    return KeyValue.newBuilder()
        .setKey(key)
        .setValue(AnyValue.newBuilder().setStringValue(value))
        .build();
  }

  private static KeyValue number(String key, long value) {
    return KeyValue.newBuilder()
        .setKey(key)
        .setValue(AnyValue.newBuilder().setIntValue(value))
        .build();
  }

  private static KeyValue number(String key, double value) {
    return KeyValue.newBuilder()
        .setKey(key)
        .setValue(AnyValue.newBuilder().setDoubleValue(value))
        .build();
  }
}
