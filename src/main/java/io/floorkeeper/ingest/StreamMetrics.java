package io.floorkeeper.ingest;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;

/** Lag, throughput, batches, times, duplicates and dead letters of the streams. */
@ApplicationScoped
class StreamMetrics {
  private final MeterRegistry meters;
  private final Map<String, AtomicReference<Double>> lags = new ConcurrentHashMap<>();

  StreamMetrics(MeterRegistry meters) {
    this.meters = meters;
  }

  /**
   * @param applyNanos of the statements of the transaction
   * @param commitNanos of its commit
   */
  void committed(
      String stream,
      PreparedBatch prepared,
      List<DeadLetter> unreadable,
      long applyNanos,
      long commitNanos) {
    Tags tags = Tags.of("stream", stream);
    meters
        .summary("floorkeeper.ingest.batch.records", tags)
        .record(prepared.batch().records().size());
    meters.summary("floorkeeper.ingest.batch.spans", tags).record(prepared.work().items());
    meters
        .timer("floorkeeper.ingest.decode", tags)
        .record(Duration.ofNanos(prepared.decodeNanos()));
    meters.timer("floorkeeper.ingest.apply", tags).record(Duration.ofNanos(applyNanos));
    meters.timer("floorkeeper.ingest.commit", tags).record(Duration.ofNanos(commitNanos));
    meters.counter("floorkeeper.ingest.bytes", tags).increment(prepared.bytes());
    meters.counter("floorkeeper.ingest.spans", tags).increment(prepared.work().items());
    meters.counter("floorkeeper.ingest.duplicates", tags).increment(prepared.work().duplicates());
    for (DeadLetter letter : unreadable) {
      meters
          .counter("floorkeeper.ingest.dead.letters", tags.and("code", letter.code()))
          .increment();
    }
  }

  /** 1 while the stream has stopped for good and somebody has to look, else 0. */
  void watch(StreamConsumer stream) {
    meters.gauge(
        "floorkeeper.ingest.stream.failed",
        Tags.of("stream", stream.name()),
        stream,
        s -> s.state() == StreamConsumer.State.FAILED ? 1 : 0);
  }

  /**
   * @param records that are not committed yet; NaN: nobody knows
   */
  void lag(String stream, double records) {
    lags.computeIfAbsent(
            stream,
            s ->
                meters.gauge(
                    "floorkeeper.ingest.lag",
                    Tags.of("stream", s),
                    new AtomicReference<>(0.0),
                    AtomicReference::get))
        .set(records);
  }
}
