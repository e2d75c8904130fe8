package io.floorkeeper.journey;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.floorkeeper.platform.EmbeddedPlatform;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Killed, restarted, and cut off from what it depends on. */
class RestartIT {
  private static final Duration SOON = Duration.ofSeconds(30);
  private static final Path POLICY = Path.of("src/test/resources/policies/journey.yaml");

  @TempDir Path folder;

  @Test
  void killedInTheMiddleItGoesOnAndCountsEveryCallOnce() {
    try (ServiceProcess service = ServiceProcess.embedded(folder, POLICY).start()) {
      awaitLive(service);
      send(service, 40);
      service.kill();
      service.start();
      awaitLive(service);
      send(service, 40);

      await().atMost(SOON).until(() -> service.role("worker").path("calls").asLong() == 80);
      Ledger ledger = Ledger.embedded(service);
      assertThat(ledger.number("select count(*) from call")).isEqualTo(80);
      assertThat(ledger.number("select sum(episodes) from evidence")).isEqualTo(80);
      assertThat(
              ledger.number(
                  "select sum(next_offset) from stream_position where topic = 'otlp_spans'"))
          .isEqualTo(80);
      assertThat(ledger.number("select calls from role_state")).isEqualTo(80);
    }
  }

  @Test
  void aSecondCopyOnTheSameFolderIsRefused() throws InterruptedException {
    try (ServiceProcess first = ServiceProcess.embedded(folder, POLICY).start()) {
      ServiceProcess second = ServiceProcess.embedded(folder, POLICY);

      Process process = second.launch();

      assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
      assertThat(process.exitValue()).isEqualTo(3);
      assertThat(second.log()).contains("in use by process", "FLOORKEEPER_DATA_FOLDER");
      assertThat(first.isReady()).isTrue();
    }
  }

  @Test
  void itAnswersWithoutPostgresWithoutKafkaAndRestartedWithoutBoth() {
    try (EmbeddedPlatform parts =
        EmbeddedPlatform.start(folder.resolve("parts"), EmbeddedPlatform.Options.onFreePorts())) {
      Map<String, String> settings = new HashMap<>(parts.quarkusSettings());
      settings.put("floorkeeper.policy.file", POLICY.toAbsolutePath().toString());
      settings.put("floorkeeper.snapshot.interval", "PT0.2S");
      settings.put("floorkeeper.routing.stale-after", "PT2S");
      try (ServiceProcess service = new ServiceProcess(folder, settings).start()) {
        awaitLive(service);
        send(service, 10);
        await().atMost(SOON).until(() -> service.role("worker").path("calls").asLong() == 10);
        long epoch = service.role("worker").path("epoch").asLong();

        parts.broker().orElseThrow().stop();
        JsonNode withoutKafka = service.route("worker");
        parts.database().orElseThrow().stop();
        JsonNode withoutBoth = service.route("worker");
        await()
            .atMost(SOON)
            .until(() -> service.route("worker").path("reason").asText().equals("stale"));
        service.stop();
        service.start();
        JsonNode restarted = service.route("worker");

        assertThat(withoutKafka.path("epoch").asLong()).isEqualTo(epoch);
        assertThat(withoutBoth.path("epoch").asLong()).isEqualTo(epoch);
        assertThat(restarted.path("epoch").asLong()).isEqualTo(epoch);
        assertThat(restarted.path("policy_version").asInt()).isEqualTo(1);
        assertThat(service.role("worker").path("snapshot").asText()).isEqualTo("disk");
        String narrowed = "{\"role\":\"critic\",\"min_tier\":\"mid\"}";
        service.post("/route", narrowed);
        await()
            .atMost(SOON)
            .until(() -> !service.post("/route", narrowed).body().contains("fallback"));

        parts.database().orElseThrow().start();
        parts.broker().orElseThrow().start();
        awaitLive(service);
        send(service, 10);
        await().atMost(SOON).until(() -> service.role("worker").path("calls").asLong() == 20);
      }
    }
  }

  /** Away for longer than the producer's delivery timeout of ten seconds. */
  @Test
  void decisionsWaitForTheBroker() {
    try (EmbeddedPlatform parts =
        EmbeddedPlatform.start(folder.resolve("parts"), EmbeddedPlatform.Options.onFreePorts())) {
      Map<String, String> settings = new HashMap<>(parts.quarkusSettings());
      settings.put("floorkeeper.policy.file", POLICY.toAbsolutePath().toString());
      try (ServiceProcess service = new ServiceProcess(folder, settings).start()) {
        awaitLive(service);
        Ledger ledger =
            new Ledger(
                parts.database().orElseThrow().jdbcUrl(),
                parts.database().orElseThrow().password());
        parts.broker().orElseThrow().stop();
        long stopped = System.nanoTime();

        for (int i = 0; i < 700; i++) {
          service.route("worker");
        }
        await()
            .atMost(Duration.ofSeconds(30))
            .until(() -> System.nanoTime() - stopped > Duration.ofSeconds(15).toNanos());
        parts.broker().orElseThrow().start();

        await()
            .atMost(Duration.ofSeconds(60))
            .until(() -> ledger.number("select count(*) from decision") == 700);
        assertThat(ledger.number("select count(*) from allocation")).isPositive();
        assertThat(service.get("/q/metrics").body())
            .contains(
                "floorkeeper_decision_log_total{outcome=\"lost_overflow\"} 0.0",
                "floorkeeper_decision_log_total{outcome=\"lost_undelivered\"} 0.0");
      }
    }
  }

  private static void awaitLive(ServiceProcess service) {
    await()
        .atMost(SOON)
        .until(() -> service.role("worker").path("snapshot").asText().equals("live"));
  }

  private static void send(ServiceProcess service, int calls) {
    try (Spans spans = new Spans(service.kafka())) {
      for (int i = 0; i < calls; i++) {
        JsonNode answer = service.route("worker");
        spans.send(
            Spans.call(answer.path("decision_id").asText(), answer.path("model").asText())
                .addAttributes(Spans.passed(true)));
      }
    }
  }
}
