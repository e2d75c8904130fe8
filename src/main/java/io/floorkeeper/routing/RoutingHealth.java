package io.floorkeeper.routing;

import io.floorkeeper.platform.DatabaseGate;
import io.floorkeeper.policy.PolicyWatch;
import io.floorkeeper.posterior.PosteriorBook;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.inject.Produces;
import java.time.Clock;
import java.util.Locale;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.HealthCheckResponseBuilder;
import org.eclipse.microprofile.health.Readiness;
import org.eclipse.microprofile.health.Startup;

/**
 * Ready as soon as a snapshot answers, whatever else is down; the data says what is. At the start
 * the database is given a moment: what is answered before is answered well, but teaches nobody.
 */
@ApplicationScoped
class RoutingHealth {
  private final SnapshotBook snapshots;
  private final PosteriorBook posteriors;
  private final DatabaseGate database;
  private final PolicyWatch watch;

  RoutingHealth(
      SnapshotBook snapshots, PosteriorBook posteriors, DatabaseGate database, PolicyWatch watch) {
    this.snapshots = snapshots;
    this.posteriors = posteriors;
    this.database = database;
    this.watch = watch;
  }

  @Produces
  @Readiness
  HealthCheck ready() {
    return () -> {
      HealthCheckResponseBuilder response = status("routing");
      AllocationSnapshot snapshot = snapshots.current();
      boolean decides = snapshot != null && snapshots.mayDecide(snapshot);
      return (database.isSettled() && decides ? response : response.down()).build();
    };
  }

  @Produces
  @Startup
  HealthCheck started() {
    return () -> status("snapshot").build();
  }

  private HealthCheckResponseBuilder status(String name) {
    AllocationSnapshot snapshot = snapshots.current();
    HealthCheckResponseBuilder response = HealthCheckResponse.named(name);
    if (snapshot == null) {
      return response.down();
    }
    response
        .up()
        .withData("snapshot", snapshot.source().name().toLowerCase(Locale.ROOT))
        .withData("policy_version", snapshot.published().version())
        .withData("kill_switch", snapshot.killSwitch())
        .withData("database_in_use", database.isOpen())
        .withData("database_followed", posteriors.isFollowing());
    watch.trouble().ifPresent(t -> response.withData("policy_trouble", t.briefly()));
    if (snapshot.evidenceAtMillis() > 0) {
      response.withData(
          "evidence_age_ms", Clock.systemUTC().millis() - snapshot.evidenceAtMillis());
    }
    return response;
  }
}
