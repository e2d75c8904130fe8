package io.floorkeeper.journey;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a replica does that knows nothing of the installation yet: it fails closed. */
class UnknownPolicyIT {
  private static final Duration SOON = Duration.ofSeconds(60);
  private static final String ASK = "{\"role\":\"worker\"}";

  @TempDir Path folder;

  /** Its preset may lack pins that hold everywhere else. */
  @Test
  void withoutDatabaseSnapshotAndFileNothingIsDecided() {
    try (ServiceProcess service = new ServiceProcess(folder, nothingThere())) {
      service.launch();
      await().atMost(SOON).ignoreExceptions().until(() -> service.post("/route", ASK) != null);

      HttpResponse<String> answer = service.post("/route", ASK);

      assertThat(answer.statusCode()).isEqualTo(503);
      JsonNode problem = ServiceProcess.json(answer);
      assertThat(problem.path("code").asText()).isEqualTo("policy_unknown");
      assertThat(service.get("/q/health/live").statusCode()).isEqualTo(200);
      assertThat(service.get("/q/health/ready").statusCode()).isEqualTo(503);
    }
  }

  /** A file that this replica was given is somebody's word for this installation. */
  @Test
  void aPolicyFileAnswersWhereTheDatabaseDoesNotCome() {
    Map<String, String> settings = nothingThere();
    settings.put(
        "floorkeeper.policy.file",
        Path.of("src/test/resources/policies/journey.yaml").toAbsolutePath().toString());
    try (ServiceProcess service = new ServiceProcess(folder, settings)) {
      service.launch();
      await()
          .atMost(SOON)
          .ignoreExceptions()
          .until(() -> service.post("/route", ASK).statusCode() == 200);

      JsonNode answer = ServiceProcess.json(service.post("/route", ASK));

      assertThat(answer.path("policy_version").asInt()).isZero();
      assertThat(service.get("/q/health/ready").statusCode()).isEqualTo(200);
    }
  }

  private static Map<String, String> nothingThere() {
    Map<String, String> settings = new HashMap<>();
    settings.put(
        "quarkus.datasource.jdbc.url",
        "jdbc:postgresql://127.0.0.1:" + ServiceProcess.freePort() + "/nothing");
    settings.put("quarkus.datasource.username", "nobody");
    settings.put("quarkus.datasource.password", "nothing");
    settings.put("kafka.bootstrap.servers", "127.0.0.1:" + ServiceProcess.freePort());
    return settings;
  }
}
