package io.floorkeeper.journey;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.floorkeeper.policy.Pin;
import io.floorkeeper.policy.PolicyReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.Map;
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
      awaitNoTrouble(service);

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
      awaitNoTrouble(service);
      assertThat(service.policy().path("document").asText()).contains("0.7");
    }
  }

  /** Half a document can be a valid one: here, all of it but the pins. */
  @Test
  void aHalfWrittenFileKeepsThePins() throws IOException {
    Path file = folder.resolve("policy.yaml");
    String whole = Files.readString(POLICY);
    String half = whole.substring(0, whole.indexOf("\npins:") + 1);
    Files.writeString(file, whole);
    try (ServiceProcess service = ServiceProcess.embedded(folder, file).start()) {
      await().atMost(Duration.ofSeconds(60)).until(() -> version(service) == 1);
      String pin = pins(service).get(0);

      Files.writeString(file, half + "# more is to come\n");
      await()
          .atMost(SOON)
          .until(() -> service.policy().at("/trouble/findings/0/message").asText().contains(pin));
      assertThat(service.policy().at("/trouble/findings/0/message").asText())
          .startsWith("waits: this change loosens pin")
          .contains("; in force at ")
          .endsWith(" unless the file changes");
      await()
          .during(Duration.ofSeconds(3))
          .atMost(SOON)
          .until(() -> version(service) == 1 && pins(service).contains(pin));
      Files.writeString(file, whole + "precedence: cost_first\n");

      await().atMost(SOON).until(() -> version(service) == 2);
      assertThat(pins(service)).contains(pin);
      awaitNoTrouble(service);
      assertThat(service.log()).doesNotContain("PIN LOOSENED");
    }
  }

  @Test
  void whatLoosensOrDropsAFileWaitsAndIsToldAndOddFilesEndNothing() throws Exception {
    Path policies = Files.createDirectory(folder.resolve("policies"));
    String[] parts = Files.readString(POLICY).split("(?m)^pins:$", 2);
    Files.writeString(policies.resolve("10-roles.yaml"), parts[0]);
    Files.writeString(policies.resolve("30-pins.yaml"), "pins:" + parts[1]);
    Map<String, String> settings = Map.of("floorkeeper.policy.loosen-settle-time", "PT4S");
    try (ServiceProcess service = ServiceProcess.embedded(folder, policies, settings).start()) {
      await().atMost(Duration.ofSeconds(60)).until(() -> version(service) == 1);
      String pin = pins(service).get(0);

      Files.delete(policies.resolve("30-pins.yaml"));

      await().atMost(SOON).until(() -> service.policy().path("trouble").isObject());
      assertThat(service.policy().at("/trouble/findings/0/message").asText())
          .contains("loosens pin", pin, "drops 30-pins.yaml");
      assertThat(version(service)).isEqualTo(1);
      await().atMost(Duration.ofSeconds(10)).until(() -> version(service) == 2);
      awaitNoTrouble(service);
      // It is in force a moment before the log says so
      await()
          .atMost(SOON)
          .untilAsserted(
              () ->
                  assertThat(service.log().lines())
                      .anyMatch(
                          line ->
                              line.contains("WARN")
                                  && line.contains("policy version 2 in force")
                                  && line.contains("PIN LOOSENED: pin " + pin + " removed"))
                      .anyMatch(
                          line ->
                              line.contains("WARN")
                                  && line.contains("FILE DROPPED: 30-pins.yaml")));

      // When what stands there is nothing that can be read
      Path odd = policies.resolve("40-odd.yaml");
      Files.write(odd, new byte[2 << 20]);
      await().atMost(SOON).until(() -> trouble(service).contains("larger than 1 MiB"));
      Files.delete(odd);
      Files.move(policies, folder.resolve("aside"));
      Files.createSymbolicLink(policies, Path.of("/dev/zero"));
      await().atMost(SOON).until(() -> trouble(service).contains("is no regular file"));
      Files.delete(policies);
      assertThat(new ProcessBuilder("mkfifo", policies.toString()).start().waitFor()).isZero();
      await().during(Duration.ofSeconds(2)).atMost(SOON).until(() -> !trouble(service).isEmpty());

      // Then all is well again
      Files.delete(policies);
      Files.move(folder.resolve("aside"), policies);
      replace(policies.resolve("30-pins.yaml"), "pins:" + parts[1]);
      await().atMost(SOON).until(() -> version(service) == 3);
      awaitNoTrouble(service);
    }
  }

  /** A version is in force a moment before the trouble that it ends is forgotten. */
  private static void awaitNoTrouble(ServiceProcess service) {
    await().atMost(SOON).until(() -> service.policy().path("trouble").isNull());
  }

  private static int version(ServiceProcess service) {
    return service.policy().path("version").asInt();
  }

  private static String trouble(ServiceProcess service) {
    return service.policy().at("/trouble/findings/0/message").asText();
  }

  /** Names of the pins in force. */
  private static List<String> pins(ServiceProcess service) {
    return PolicyReader.read(service.policy().path("document").asText(), "in force").pins().stream()
        .map(Pin::name)
        .toList();
  }

  private static void replace(Path file, String text) throws IOException {
    Path fresh = file.resolveSibling("." + file.getFileName() + ".new");
    Files.writeString(fresh, text);
    Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }
}
