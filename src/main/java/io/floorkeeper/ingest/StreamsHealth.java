package io.floorkeeper.ingest;

import jakarta.enterprise.context.ApplicationScoped;
import java.util.Locale;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.HealthCheckResponseBuilder;
import org.eclipse.microprofile.health.Liveness;

/**
 * Says how the streams are doing. They never take the service down: {@code /route} answers without
 * them, so a broker that is away must not have the replica restarted or taken out.
 */
@Liveness
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
      response.withData(stream.name(), stream.state().name().toLowerCase(Locale.ROOT));
      if (!stream.trouble().isEmpty()) {
        response.withData(stream.name() + "_trouble", stream.trouble());
      }
    }
    return response.build();
  }
}
