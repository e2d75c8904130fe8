package io.floorkeeper.ingest;

import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;

/** Lag, batches, commits and dead letters of the streams. */
@ApplicationScoped
class StreamMetrics {
  private final MeterRegistry meters;
  private final Map<String, AtomicReference<Double>> lags = new ConcurrentHashMap<>();

  StreamMetrics(MeterRegistry meters) {
    this.meters = meters;
  }

  void committed(String stream, int records, int unreadable, long nanos) {
    DistributionSummary.builder("floorkeeper.ingest.batch.records")
        .tag("stream", stream)
        .register(meters)
        .record(records);
    Timer.builder("floorkeeper.ingest.commit")
        .tag("stream", stream)
        .register(meters)
        .record(Duration.ofNanos(nanos));
    meters.counter("floorkeeper.ingest.dead.letters", "stream", stream).increment(unreadable);
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
   * @param records that are not read yet; NaN: nobody knows
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
