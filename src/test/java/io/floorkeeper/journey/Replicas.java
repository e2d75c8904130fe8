package io.floorkeeper.journey;

import static org.awaitility.Awaitility.await;

import io.floorkeeper.platform.EmbeddedPlatform;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Several services on one PostgreSQL and one Kafka, which outlive each of them. */
final class Replicas implements AutoCloseable {
  private final Path folder;
  private final EmbeddedPlatform parts;
  private final List<ServiceProcess> services = new ArrayList<>();

  Replicas(Path folder) {
    this.folder = folder;
    this.parts =
        EmbeddedPlatform.start(folder.resolve("parts"), EmbeddedPlatform.Options.onFreePorts());
  }

  EmbeddedPlatform parts() {
    return parts;
  }

  Ledger ledger() {
    return new Ledger(
        parts.database().orElseThrow().jdbcUrl(), parts.database().orElseThrow().password());
  }

  /** One more, not started yet. */
  ServiceProcess replica(Path policy) {
    Map<String, String> settings = new HashMap<>(parts.quarkusSettings());
    settings.put("floorkeeper.policy.file", policy.toAbsolutePath().toString());
    settings.put("floorkeeper.snapshot.interval", "PT0.2S");
    ServiceProcess service =
        new ServiceProcess(folder.resolve("replica-" + services.size()), settings);
    services.add(service);
    return service;
  }

  /** Waits until it answers from the database. */
  static ServiceProcess live(ServiceProcess service) {
    await()
        .atMost(Duration.ofSeconds(60))
        .pollInterval(Duration.ofMillis(50))
        .until(
            () ->
                ServiceProcess.json(service.get("/roles"))
                    .path("snapshot")
                    .asText()
                    .equals("live"));
    return service;
  }

  @Override
  public void close() {
    services.forEach(ServiceProcess::close);
    parts.close();
  }
}
