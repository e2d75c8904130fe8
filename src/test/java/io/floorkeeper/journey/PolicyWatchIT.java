package io.floorkeeper.journey;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A folder under version control, mounted into the service: what changes there is in force. */
class PolicyWatchIT {
  private static final Path POLICY = Path.of("src/test/resources/policies/journey.yaml");
  private static final Duration SOON = Duration.ofSeconds(5);

  @TempDir Path folder;

  @Test
  void aFolderIsFollowedAndABrokenChangeLeavesTheLastGoodVersion() throws IOException {
    Path policies = Files.createDirectory(folder.resolve("policies"));
    String[] halves = Files.readString(POLICY).split("(?m)^roles:$", 2);
    String[] parts = halves[1].split("(?m)^pins:$", 2);
    Files.writeString(policies.resolve("10-tiers.yaml"), halves[0]);
    Files.writeString(policies.resolve("20-roles.yaml"), "roles:" + parts[0]);
    Files.writeString(policies.resolve("30-pins.yaml"), "pins:" + parts[1]);
    try (Replicas replicas = new Replicas(folder)) {
      ServiceProcess service = Replicas.live(replicas.replica(policies).start());
      assertThat(service.policy().path("author").asText()).isEqualTo("file:policies");
      assertThat(service.policy().path("version").asInt()).isEqualTo(1);

      // When a file comes in one move, as mounts and careful editors do it
      replace(policies.resolve("40-more.yaml"), "roles:\n  judge: {floor: {quality: .9}}\n");
      await().atMost(SOON).until(() -> service.policy().path("version").asInt() == 2);
      assertThat(service.route("judge").path("policy_version").asInt()).isEqualTo(2);

      // When it breaks
      replace(policies.resolve("40-more.yaml"), "roles:\n  judge: {floor: {quality: 9}}\n");
      await().atMost(SOON).until(() -> service.policy().path("trouble").isObject());
      JsonNode broken = service.policy();
      assertThat(broken.path("version").asInt()).isEqualTo(2);
      assertThat(broken.at("/trouble/findings/0/path").asText())
          .isEqualTo("40-more.yaml: roles.judge.floor.quality");
      assertThat(service.get("/q/health/ready").statusCode()).isEqualTo(200);
      assertThat(service.get("/q/health/ready").body()).contains("policy_trouble", "40-more.yaml");
      assertThat(service.get("/q/metrics").body()).contains("floorkeeper_policy_file_trouble 1.0");
      assertThat(service.route("judge").path("policy_version").asInt()).isEqualTo(2);
      assertThat(service.log().lines().filter(l -> l.contains("the policy stays as it is")))
          .as("told once, not at every look")
          .hasSize(1);

      // When it is mended
      replace(policies.resolve("40-more.yaml"), "roles:\n  judge: {floor: {quality: .8}}\n");
      await().atMost(SOON).until(() -> service.policy().path("version").asInt() == 3);
      assertThat(service.policy().path("trouble").isNull()).isTrue();

      // When somebody publishes something else, and the service starts again
      String byHand = service.policy().path("document").asText() + "precedence: \"cost_first\"\n";
      assertThat(
              service
                  .putPolicy(byHand, service.policy().path("digest").asText(), "by hand")
                  .statusCode())
          .isEqualTo(201);
      service.stop();
      Replicas.live(service.start());
      assertThat(service.policy().path("version").asInt())
          .as("a file that says what it said before undoes nothing")
          .isEqualTo(4);

      // Until the file changes again, while the database is away
      replicas.parts().database().orElseThrow().stop();
      replace(policies.resolve("40-more.yaml"), "roles:\n  judge: {floor: {quality: .7}}\n");
      await().atMost(SOON).until(() -> service.policy().path("trouble").isObject());
      assertThat(service.policy().at("/trouble/findings/0/message").asText())
          .contains("the database is away");
      assertThat(service.route("judge").path("policy_version").asInt()).isEqualTo(4);
      replicas.parts().database().orElseThrow().start();
      await()
          .atMost(Duration.ofSeconds(30))
          .until(() -> service.policy().path("version").asInt() == 5);
      assertThat(service.policy().path("trouble").isNull()).isTrue();
      assertThat(service.policy().path("document").asText()).contains("0.7");
    }
  }

  private static void replace(Path file, String text) throws IOException {
    Path fresh = file.resolveSibling("." + file.getFileName() + ".new");
    Files.writeString(fresh, text);
    Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }
}
