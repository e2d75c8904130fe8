package io.floorkeeper.ingest;

import io.floorkeeper.platform.Causes;
import io.floorkeeper.platform.KafkaSettings;
import io.quarkus.runtime.ShutdownEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Properties;
import java.util.concurrent.CompletableFuture;
import java.util.zip.GZIPInputStream;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.errors.RecordTooLargeException;
import org.apache.kafka.common.serialization.ByteArraySerializer;

/**
 * Batches that came over HTTP, put into Kafka as they came (uncompressed), one record each, for the
 * streams to read. Only what is no OTLP at all is refused: a single bad span goes on and becomes a
 * dead letter, as it would have from a Collector. A receipt says "taken" only when all in-sync
 * replicas of the broker have the record; a sender that hears nothing sends again, which counts
 * once.
 */
@ApplicationScoped
class OtlpReceiver {
  /** After it did not answer, the broker is left alone so long: nobody else waits in vain. */
  private static final Duration REST = Duration.ofSeconds(1);

  private final KafkaSettings kafka;
  private final IngestSettings settings;
  private final ReceiverSettings limits;
  private final OtlpDecoder decoder;
  private final ReceiverMetrics metrics;
  private final InFlight inFlight;

  private KafkaProducer<byte[], byte[]> producer;
  private volatile long restUntilNanos = System.nanoTime();

  OtlpReceiver(
      KafkaSettings kafka,
      IngestSettings settings,
      ReceiverSettings limits,
      OtlpDecoder decoder,
      ReceiverMetrics metrics) {
    this.kafka = kafka;
    this.settings = settings;
    this.limits = limits;
    this.decoder = decoder;
    this.metrics = metrics;
    this.inFlight = new InFlight(limits.maxInFlightBytes());
    metrics.watch(inFlight);
  }

  /**
   * Takes one batch. May wait for the broker's metadata, so not for the thread of an event loop.
   *
   * @param body as it came
   * @param coding of the body: null or {@code identity}, or {@code gzip}
   */
  CompletableFuture<Receipt> take(RawSpan.Signal signal, byte[] body, String coding) {
    long startNanos = System.nanoTime();
    return admitted(signal, body, coding)
        .whenComplete(
            (receipt, never) ->
                metrics.answered(
                    signal, receipt.kind(), body.length, System.nanoTime() - startNanos));
  }

  private CompletableFuture<Receipt> admitted(RawSpan.Signal signal, byte[] body, String coding) {
    boolean gzip = coding != null && coding.strip().equalsIgnoreCase("gzip");
    if (!gzip && !isIdentity(coding)) {
      return refused(Receipt.Kind.UNKNOWN_CODING, "Content-Encoding must be gzip, or absent");
    }
    if (!gzip && body.length > settings.maxMessageBytes()) {
      return tooLarge();
    }
    // What comes out of a compressed body is known only afterwards: until then, the most.
    long reserved = gzip ? (long) body.length + settings.maxMessageBytes() : body.length;
    if (!inFlight.reserve(reserved)) {
      return refused(Receipt.Kind.BUSY, "too many batches are under way");
    }
    CompletableFuture<Receipt> receipt;
    try {
      receipt = read(signal, body, gzip);
    } catch (RuntimeException | Error e) {
      inFlight.release(reserved);
      throw e;
    }
    return receipt.whenComplete((r, never) -> inFlight.release(reserved));
  }

  private CompletableFuture<Receipt> read(RawSpan.Signal signal, byte[] body, boolean gzip) {
    byte[] value;
    try {
      value = gzip ? unzipped(body, settings.maxMessageBytes()) : body;
    } catch (IOException e) {
      return refused(Receipt.Kind.UNREADABLE, "the body is not gzip, or cut off");
    }
    if (value == null) {
      return tooLarge();
    }
    if (value.length == 0) {
      return CompletableFuture.completedFuture(Receipt.taken()); // a request of no spans
    }
    Decoded decoded = decoder.decode(value, signal);
    if (decoded instanceof Decoded.Undecodable undecodable) {
      return refused(Receipt.Kind.UNREADABLE, undecodable.code() + ": " + undecodable.message());
    }
    Decoded.Spans spans = (Decoded.Spans) decoded;
    return spans.items() == 0
        ? CompletableFuture.completedFuture(Receipt.taken())
        : send(signal, key(spans), value);
  }

  /** The trace of all of them, as the Collector keys a batch that it split by trace; else none. */
  private static byte[] key(Decoded.Spans spans) {
    if (!spans.rejected().isEmpty()) {
      return null;
    }
    List<String> traces = spans.spans().stream().map(RawSpan::traceId).distinct().limit(2).toList();
    return traces.size() == 1 && !traces.get(0).isEmpty()
        ? traces.get(0).getBytes(StandardCharsets.UTF_8)
        : null;
  }

  private CompletableFuture<Receipt> send(RawSpan.Signal signal, byte[] key, byte[] value) {
    if (System.nanoTime() - restUntilNanos < 0) {
      return refused(Receipt.Kind.UNAVAILABLE, "the broker does not answer");
    }
    String topic =
        (signal == RawSpan.Signal.LOG ? settings.logTopics() : settings.spanTopics()).get(0);
    CompletableFuture<Receipt> receipt = new CompletableFuture<>();
    try {
      producer()
          .send(
              new ProducerRecord<>(topic, key, value),
              (metadata, failure) ->
                  receipt.complete(failure == null ? Receipt.taken() : receipt(failure)));
    } catch (KafkaException | IllegalStateException e) { // closed while the service stops
      receipt.complete(receipt(e));
    }
    return receipt;
  }

  private Receipt receipt(Exception failure) {
    if (failure instanceof RecordTooLargeException) {
      return new Receipt(
          Receipt.Kind.TOO_LARGE,
          "larger than the topic's max.message.bytes: raise that, or send smaller batches");
    }
    restUntilNanos = System.nanoTime() + REST.toNanos();
    return new Receipt(
        Receipt.Kind.UNAVAILABLE, "the broker has not taken it: " + Causes.briefly(failure));
  }

  private CompletableFuture<Receipt> tooLarge() {
    return refused(
        Receipt.Kind.TOO_LARGE,
        "more than " + settings.maxMessageBytes() + " bytes, uncompressed: send smaller batches");
  }

  private static CompletableFuture<Receipt> refused(Receipt.Kind kind, String message) {
    return CompletableFuture.completedFuture(new Receipt(kind, message));
  }

  private static boolean isIdentity(String coding) {
    return coding == null
        || coding.isBlank()
        || coding.strip().toLowerCase(Locale.ROOT).equals("identity");
  }

  /** Null: more than {@code most} bytes, and no more than that was unpacked. */
  private static byte[] unzipped(byte[] body, int most) throws IOException {
    try (InputStream in = new GZIPInputStream(new ByteArrayInputStream(body))) {
      byte[] value = in.readNBytes(most);
      return in.read() < 0 ? value : null;
    }
  }

  private synchronized KafkaProducer<byte[], byte[]> producer() {
    if (producer == null) {
      int ackMillis = Math.toIntExact(limits.ackLimit().toMillis());
      Properties properties = kafka.common();
      properties.put(ProducerConfig.CLIENT_ID_CONFIG, "floorkeeper-otlp-receiver");
      properties.put(ProducerConfig.ACKS_CONFIG, "all");
      properties.put(ProducerConfig.LINGER_MS_CONFIG, 5);
      properties.put(ProducerConfig.MAX_BLOCK_MS_CONFIG, ackMillis / 2);
      properties.put(ProducerConfig.REQUEST_TIMEOUT_MS_CONFIG, ackMillis / 2);
      properties.put(ProducerConfig.DELIVERY_TIMEOUT_MS_CONFIG, ackMillis);
      properties.put(
          ProducerConfig.MAX_REQUEST_SIZE_CONFIG,
          settings.maxMessageBytes() + TopicDirectory.ENVELOPE_BYTES);
      // What is in flight is bounded before: here nobody waits for room.
      properties.put(
          ProducerConfig.BUFFER_MEMORY_CONFIG,
          limits.maxInFlightBytes() + settings.maxMessageBytes() + TopicDirectory.ENVELOPE_BYTES);
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
