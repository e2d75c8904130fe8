package io.floorkeeper.platform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The jar as a user starts and stops it. */
class PackagedJarIT {

  private static final Path JAR = Path.of("target", "quarkus-app", "quarkus-run.jar");
  private static final int SIGTERM_EXIT_CODE = 143;

  @TempDir Path folder;

  private final AtomicReference<Process> started = new AtomicReference<>();

  @AfterEach
  void endWhatATestLeft() {
    Process process = started.get();
    if (process != null) {
      process.destroyForcibly();
    }
  }

  @Test
  void endsInOrderOnASignal() throws Exception {
    Process process = start(Map.of(), "--port", "0");
    awaitOutput(process, "Stop it with Ctrl-C");
    long postgres = postmaster();

    process.destroy();

    assertEndsQuietly(process);
    assertThat(data("postgres/postmaster.pid")).doesNotExist();
    assertThat(ProcessHandle.of(postgres).flatMap(it -> it.info().command())).isEmpty();
    assertThat(data("floorkeeper.lock")).isEmptyFile();
  }

  @Test
  void endsInOrderOnASignalThatComesTooEarly() throws Exception {
    Process process = start(Map.of(), "--port", "0");
    awaitOutput(process, "starting PostgreSQL");

    process.destroy();

    assertEndsQuietly(process);
    assertThat(data("postgres/postmaster.pid")).doesNotExist();
  }

  @Test
  void startsWhilePostgresAndKafkaAreAway() throws Exception {
    String closed = Loopback.ADDRESS + ":" + Loopback.freePort();
    Process process =
        start(
            Map.of(
                "QUARKUS_DATASOURCE_JDBC_URL",
                "jdbc:postgresql://" + closed + "/floorkeeper",
                "KAFKA_BOOTSTRAP_SERVERS",
                closed,
                "FLOORKEEPER_SECURITY_MODE",
                "none-i-know"),
            "serve",
            "--port",
            "0");
    awaitOutput(process, "Stop it with Ctrl-C");

    assertThat(folder.resolve("data")).doesNotExist();
    process.destroy();
    assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
  }

  @Test
  void answersCommandsWithoutStartingAnything() throws Exception {
    Process version = start(Map.of(), "--version");
    assertThat(version.waitFor(30, TimeUnit.SECONDS)).isTrue();
    assertThat(version.exitValue()).isZero();
    assertThat(output()).startsWith("floorkeeper ").doesNotContain("not packaged");

    Process wrong = start(Map.of(), "--no-such-option");
    assertThat(wrong.waitFor(30, TimeUnit.SECONDS)).isTrue();
    assertThat(wrong.exitValue()).isEqualTo(2);
    assertThat(folder.resolve("data")).doesNotExist();
  }

  private Process start(Map<String, String> environment, String... arguments) throws IOException {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx512m",
                "-D" + DataFolder.SETTING + "=" + folder.resolve("data"),
                "-D" + EmbeddedPlatform.POSTGRES_PORT + "=0",
                "-D" + EmbeddedPlatform.KAFKA_PORT + "=0",
                "-jar",
                JAR.toString()));
    command.addAll(Arrays.asList(arguments));
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(folder.resolve("output").toFile());
    builder.environment().putAll(environment);
    started.set(builder.start());
    return started.get();
  }

  private void awaitOutput(Process process, String text) {
    await()
        .atMost(Duration.ofSeconds(90))
        .pollInterval(Duration.ofMillis(20))
        .failFast("the process ended", () -> !process.isAlive())
        .until(() -> output().contains(text));
  }

  private void assertEndsQuietly(Process process) throws Exception {
    assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).isEqualTo(SIGTERM_EXIT_CODE);
    assertThat(output()).doesNotContain("ERROR", "Exception", "LogManager error");
  }

  private String output() throws IOException {
    return Files.readString(folder.resolve("output"));
  }

  private Path data(String name) {
    return folder.resolve("data").resolve(name);
  }

  private long postmaster() throws IOException {
    return Long.parseLong(Files.readAllLines(data("postgres/postmaster.pid")).get(0));
  }
}
