package io.floorkeeper.ingest;

import io.smallrye.health.api.Wellness;
import jakarta.enterprise.context.ApplicationScoped;
import java.util.Locale;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.HealthCheckResponseBuilder;

/**
 * Says how the streams are doing. They take neither liveness nor readiness down: {@code /route}
 * answers without them, so a broker that is away must not have the replica restarted or taken out.
 * But a stream that has stopped for good does not come back by itself: then {@code /q/health/well},
 * and with it {@code /q/health}, is down until somebody has looked.
 */
@Wellness
@ApplicationScoped
class StreamsHealth implements HealthCheck {
  private final Streams streams;

  StreamsHealth(Streams streams) {
    this.streams = streams;
  }

  @Override
  public HealthCheckResponse call() {
    HealthCheckResponseBuilder response = HealthCheckResponse.named("streams").up();
    for (StreamConsumer stream : streams.all()) {
      if (stream.state() == StreamConsumer.State.FAILED) {
        response.down();
      }
      response.withData(stream.name(), stream.state().name().toLowerCase(Locale.ROOT));
      if (!stream.trouble().isEmpty()) {
        response.withData(stream.name() + "_trouble", stream.trouble());
      }
    }
    return response.build();
  }
}
