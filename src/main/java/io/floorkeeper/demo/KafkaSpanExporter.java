package io.floorkeeper.demo;

import io.opentelemetry.exporter.internal.otlp.traces.TraceRequestMarshaler;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.time.Duration;
import java.util.Collection;
import java.util.Properties;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/** What the Collector's kafka exporter does: a batch of spans, as OTLP protobuf, is one record. */
final class KafkaSpanExporter implements SpanExporter {
  private final KafkaProducer<byte[], byte[]> producer;
  private final String topic;

  KafkaSpanExporter(Properties common, String topic) {
    Properties properties = new Properties();
    properties.putAll(common);
    properties.put(ProducerConfig.CLIENT_ID_CONFIG, "floorkeeper-demo");
    properties.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, 5_000);
    this.producer =
        new KafkaProducer<>(properties, new ByteArraySerializer(), new ByteArraySerializer());
    this.topic = topic;
  }

  @Override
  public CompletableResultCode export(Collection<SpanData> spans) {
    CompletableResultCode result = new CompletableResultCode();
    ByteArrayOutputStream value = new ByteArrayOutputStream();
    try {
      TraceRequestMarshaler.create(spans).writeBinaryTo(value);
      producer.send(
          new ProducerRecord<>(topic, value.toByteArray()),
          (metadata, failure) -> {
            if (failure == null) {
              result.succeed();
            } else {
              result.fail();
            }
          });
    } catch (IOException | RuntimeException e) {
      result.failExceptionally(e);
    }
    return result;
  }

  @Override
  public CompletableResultCode flush() {
    return CompletableResultCode.ofSuccess();
  }

  @Override
  public CompletableResultCode shutdown() {
    producer.close(Duration.ofSeconds(1));
    return CompletableResultCode.ofSuccess();
  }
}
