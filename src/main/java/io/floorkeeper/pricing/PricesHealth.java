package io.floorkeeper.pricing;

import io.smallrye.health.api.Wellness;
import jakarta.enterprise.context.ApplicationScoped;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.HealthCheckResponseBuilder;

/**
 * Says whether the price file is in force. As the streams: a file that cannot be used takes neither
 * liveness nor readiness down, but {@code /q/health/well} until somebody has looked.
 */
@Wellness
@ApplicationScoped
class PricesHealth implements HealthCheck {
  private final PriceWatch watch;
  private final PriceBook book;

  PricesHealth(PriceWatch watch, PriceBook book) {
    this.watch = watch;
    this.book = book;
  }

  @Override
  public HealthCheckResponse call() {
    HealthCheckResponseBuilder response =
        HealthCheckResponse.named("prices").withData("catalogue", book.current().digest()).up();
    watch.trouble().ifPresent(trouble -> response.down().withData("trouble", trouble.message()));
    return response.build();
  }
}
