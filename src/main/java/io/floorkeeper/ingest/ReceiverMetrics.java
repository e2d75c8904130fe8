package io.floorkeeper.ingest;

import io.micrometer.core.instrument.DistributionSummary;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import jakarta.enterprise.context.ApplicationScoped;
import java.time.Duration;
import java.util.Locale;

/** Batches over HTTP: how many, how large, what became of them, how long that took. */
@ApplicationScoped
class ReceiverMetrics {
  private final MeterRegistry meters;

  ReceiverMetrics(MeterRegistry meters) {
    this.meters = meters;
  }

  /**
   * @param bytes as they came, compressed or not
   */
  void answered(RawSpan.Signal signal, Receipt.Kind kind, int bytes, long nanos) {
    Tags tags = Tags.of("signal", word(signal), "result", word(kind));
    Timer.builder("floorkeeper.ingest.http")
        .tags(tags)
        .register(meters)
        .record(Duration.ofNanos(nanos));
    DistributionSummary.builder("floorkeeper.ingest.http.body")
        .baseUnit("bytes")
        .tags(tags)
        .register(meters)
        .record(bytes);
  }

  void watch(InFlight inFlight) {
    meters.gauge("floorkeeper.ingest.http.in.flight.bytes", inFlight, InFlight::bytes);
  }

  private static String word(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT);
  }
}
