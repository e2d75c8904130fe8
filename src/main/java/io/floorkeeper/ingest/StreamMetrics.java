package io.floorkeeper.ingest;

import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/** Lag, batches, commits and dead letters of the streams. */
@ApplicationScoped
class StreamMetrics {
  private final MeterRegistry meters;
  private final Map<String, AtomicLong> lags = new ConcurrentHashMap<>();

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

  void lag(String stream, long records) {
    lags.computeIfAbsent(
            stream,
            s ->
                meters.gauge(
                    "floorkeeper.ingest.lag",
                    io.micrometer.core.instrument.Tags.of("stream", s),
                    new AtomicLong()))
        .set(records);
  }
}
