package io.floorkeeper.journey;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The kill switch where the database is away: here at once, everywhere when it is back. */
class KillSwitchOutageIT {
  private static final Path POLICY = Path.of("src/test/resources/policies/journey.yaml");
  private static final Duration SOON = Duration.ofSeconds(30);

  @TempDir Path folder;

  @Test
  void turnedWithoutADatabaseItHoldsHereAndThenEverywhere() {
    try (Replicas replicas = new Replicas(folder)) {
      ServiceProcess a = Replicas.live(replicas.replica(POLICY).start());
      ServiceProcess b = Replicas.live(replicas.replica(POLICY).start());
      await()
          .atMost(SOON)
          .until(() -> folder.resolve("replica-0/data/snapshot.json").toFile().exists());
      replicas.parts().database().orElseThrow().stop();

      JsonNode said =
          ServiceProcess.json(a.post("/kill-switch", "{\"on\":true,\"reason\":\"costs explode\"}"));
      assertThat(said.path("scope").asText()).isEqualTo("this replica");
      assertThat(a.route("worker").path("reason").asText()).isEqualTo("preset");
      assertThat(a.route("worker").path("tier").asText()).isEqualTo("frontier");
      assertThat(b.route("worker").path("constraints").toString()).doesNotContain("kill_switch");

      a.stop();
      a.start();
      assertThat(a.route("worker").path("constraints").toString())
          .as("the snapshot on disk has it")
          .contains("kill_switch");

      replicas.parts().database().orElseThrow().start();
      await()
          .atMost(SOON)
          .until(() -> b.route("worker").path("constraints").toString().contains("kill_switch"));
      await()
          .atMost(SOON)
          .until(() -> ServiceProcess.json(a.get("/kill-switch")).path("history").size() == 1);
      JsonNode everywhere = ServiceProcess.json(a.get("/kill-switch"));
      assertThat(everywhere.path("scope").asText()).isEqualTo("every replica");
      assertThat(everywhere.path("reason").asText()).isEqualTo("costs explode");
      assertThat(ServiceProcess.json(b.get("/q/health/ready")).toString()).contains("kill_switch");

      JsonNode pinned =
          ServiceProcess.json(
              a.post(
                  "/route",
                  "{\"role\":\"file-ops\",\"data_class\":\"phi\",\"tags\":{\"site\":\"clinic\"}}"));
      assertThat(pinned.path("status").asInt())
          .as("a pin that the role cannot meet stays closed")
          .isEqualTo(422);
    }
  }
}
