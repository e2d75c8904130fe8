package io.floorkeeper.journey;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The command {@code replay --live}, run as users run it, against the jar as users run it. */
class ReplayLiveIT {
  private static final Path BFCL =
      Path.of("..", "shared", "data", "bfcl_2024_08", "bfcl_2024_08_11.csv.gz");
  private static final String MODELS = "tiny-1,medium-1,grand-1";

  @TempDir Path folder;

  @ParameterizedTest
  @ValueSource(strings = {"proto", "json"})
  void everyCallIsInTheEvidenceAndTheTableStandsBesideTheLimits(String encoding)
      throws IOException, InterruptedException {
    Path data = inventedData();
    // Left in target: the notebook reads it where Jupyter is there to execute it.
    Path report =
        Files.createDirectories(Path.of("target/replay")).resolve("ci-" + encoding + ".json");
    try (ServiceProcess service = live(Path.of("src/test/resources/policies/journey.yaml"))) {

      String printed =
          replay(service, data, MODELS, report, "--encoding", encoding, "--passes", "2");

      JsonNode json = ServiceProcess.JSON.readTree(report.toFile());
      assertThat(json.at("/setup/calls_sent").asLong()).isEqualTo(240);
      assertThat(json.at("/setup/calls_in_evidence").asLong()).isEqualTo(240);
      assertThat(json.path("passes")).hasSize(2);
      assertThat(json.at("/totals/frontier_usd").asDouble()).isPositive();
      assertThat(printed).contains("uniform frontier", "limit, known means", "worker", "critic");
      assertThat(Ledger.embedded(service).number("select count(*) from call")).isEqualTo(240);
    }
  }

  @Test
  void realOutcomesOfRealModels() throws IOException, InterruptedException {
    assumeTrue(Files.exists(BFCL), "the outcome data is not beside the project: " + BFCL);
    Path report = folder.resolve("report.json");
    try (ServiceProcess service = live(Path.of("src/main/resources/policies/bfcl-claude3.yaml"))) {

      replay(
          service,
          BFCL,
          "claude-3-haiku-20240307,claude-3-sonnet-20240229,claude-3-opus-20240229",
          report,
          "--limit",
          "300");

      JsonNode json = ServiceProcess.JSON.readTree(report.toFile());
      assertThat(json.at("/setup/calls_in_evidence").asLong()).isEqualTo(300);
      assertThat(json.path("alternatives").findValuesAsText("name"))
          .contains("limit, known means, mixture per role");
      // The limits that the design states for this data and floor: 74.9 % at .868, 55.2 % at .885.
      assertThat(alternative(json, "mixture").path("saved").asDouble()).isBetween(.7485, .7495);
      assertThat(alternative(json, "mixture").path("quality").asDouble()).isBetween(.8675, .8685);
      assertThat(alternative(json, "one arm").path("saved").asDouble()).isBetween(.5515, .5525);
      assertThat(alternative(json, "one arm").path("quality").asDouble()).isBetween(.8845, .8855);
    }
  }

  @Test
  void wrongUseIsToldInOneLine() throws IOException, InterruptedException {
    Path nowhere = folder.resolve("nowhere.csv");

    Run missing = run("replay", "--live", "http://127.0.0.1:1", "--data", nowhere.toString());
    Run wrong = run("replay", "--live", "http://127.0.0.1:1", "--data", "x", "--lag", "0");
    Run help = run("replay", "--help");

    assertThat(missing.exitCode).isEqualTo(1);
    assertThat(missing.printed).contains("no such file").doesNotContain("\tat ");
    assertThat(wrong.exitCode).isEqualTo(2);
    assertThat(wrong.printed).contains("--lag must be 1 or more");
    assertThat(help.exitCode).isZero();
    assertThat(help.printed).contains("--seed", "--json", "--passes");
  }

  private static JsonNode alternative(JsonNode report, String name) {
    for (JsonNode alternative : report.path("alternatives")) {
      if (alternative.path("name").asText().contains(name)) {
        return alternative;
      }
    }
    throw new AssertionError("no alternative " + name);
  }

  private ServiceProcess live(Path policy) {
    ServiceProcess service = ServiceProcess.embedded(folder, policy).start();
    await()
        .atMost(Duration.ofSeconds(30))
        .until(
            () ->
                ServiceProcess.json(service.get("/roles"))
                    .path("snapshot")
                    .asText()
                    .equals("live"));
    return service;
  }

  private String replay(
      ServiceProcess service, Path data, String models, Path report, String... further)
      throws IOException, InterruptedException {
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "replay",
                "--live",
                service.uri("/").toString(),
                "--kafka",
                service.kafka(),
                "--data",
                data.toString(),
                "--models",
                models,
                "--json",
                report.toString()));
    arguments.addAll(List.of(further));
    Run run = run(arguments.toArray(String[]::new));
    assertThat(run.exitCode).as(run.printed).isZero();
    return run.printed;
  }

  private record Run(int exitCode, String printed) {}

  private Run run(String... arguments) throws IOException, InterruptedException {
    Path output = Files.createTempFile(folder, "run", ".txt");
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-jar",
                Path.of("target", "quarkus-app", "quarkus-run.jar").toString()));
    command.addAll(List.of(arguments));
    Process process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    if (!process.waitFor(3, TimeUnit.MINUTES)) {
      process.destroyForcibly();
      throw new AssertionError("the replay did not end:\n" + Files.readString(output));
    }
    return new Run(process.exitValue(), Files.readString(output));
  }

  /** 120 tasks of two roles, seed 3: the stronger the model, the better and the dearer. */
  private Path inventedData() throws IOException {
    Random random = new Random(3);
    StringBuilder csv =
        new StringBuilder(
            "task_id,group,model,quality,cost_usd,input_tokens,output_tokens,latency_ms\n");
    for (int task = 0; task < 120; task++) {
      String role = task % 2 == 0 ? "worker" : "critic";
      int tier = 0;
      for (String model : MODELS.split(",")) {
        csv.append("t").append(task).append(',').append(role).append(',').append(model);
        csv.append(random.nextDouble() < .85 + .05 * tier ? ",1," : ",0,");
        csv.append(.002 * Math.pow(4, tier)).append(",1000,200,900\n");
        tier++;
      }
    }
    return Files.writeString(folder.resolve("invented.csv"), csv);
  }
}
