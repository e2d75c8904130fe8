package io.floorkeeper.journey;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A model that silently becomes worse, from its spans to the evidence that is forgotten. */
class DriftIT {
  private static final Duration SOON = Duration.ofSeconds(30);
  private static final Path POLICY = Path.of("src/test/resources/policies/journey.yaml");

  @TempDir Path folder;

  @Test
  void anArmThatGotWorseIsResetAlsoWhenItsBaselineSpansARestart() {
    try (ServiceProcess service = ServiceProcess.embedded(folder, POLICY).start()) {
      // Given: 160 labels of a healthy arm, before and after a restart
      label(service, 100, true);
      awaitCalls(service, 100);
      service.stop();
      service.start();
      label(service, 60, true);
      awaitCalls(service, 160);
      assertThat(quality(service)).isGreaterThan(.95);

      // When
      label(service, 15, false);
      awaitCalls(service, 175);

      // Then
      await().atMost(SOON).until(() -> total(service, "resets") == 1);
      Ledger ledger = Ledger.embedded(service);
      assertThat(ledger.number("select count(*) from arm_reset where direction = 'down'"))
          .isEqualTo(1);
      assertThat(ledger.number("select count(*) from evidence_block where cause = 'alarm'"))
          .isEqualTo(1);

      assertThat(ledger.text("select cause from arm_standing where demoted"))
          .isEqualTo("drift_down");
      JsonNode role = service.role("file-ops");
      assertThat(small(role).path("resets").asInt()).isEqualTo(1);
      assertThat(role.path("alarms"))
          .extracting(
              a -> a.path("kind").asText(), a -> a.path("arm").asText().startsWith("small/"))
          .contains(tuple("drift_down", true));
      assertThat(role.at("/alarms/0/bound").isNumber()).isTrue();

      // When, Then: 160 passes of 195 calls would read .82; the older ones count a twentieth now
      label(service, 20, false);
      await().atMost(SOON).until(() -> quality(service) < .50);
    }
  }

  private static void label(ServiceProcess service, int calls, boolean passed) {
    try (Spans spans = new Spans(service.kafka())) {
      for (int i = 0; i < calls; i++) {
        JsonNode answer = service.route("file-ops");
        spans.send(
            Spans.call(answer.path("decision_id").asText(), answer.path("model").asText())
                .addAttributes(Spans.passed(passed)));
      }
    }
  }

  private static void awaitCalls(ServiceProcess service, long calls) {
    await().atMost(SOON).until(() -> service.role("file-ops").path("calls").asLong() == calls);
  }

  private static double quality(ServiceProcess service) {
    return small(service.role("file-ops")).path("quality").asDouble();
  }

  private static JsonNode small(JsonNode role) {
    for (JsonNode candidate : role.findPath("candidates")) {
      if (candidate.path("tier").asText().equals("small")) {
        return candidate;
      }
    }
    throw new AssertionError("no candidate small: " + role);
  }

  private static long total(ServiceProcess service, String name) {
    return ServiceProcess.json(service.get("/ingest")).at("/totals/" + name).asLong();
  }
}
