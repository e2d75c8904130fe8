package io.floorkeeper.journey;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Keys from the command line, and the start that is refused for want of them. */
class KeysCommandIT {
  private static final Path JAR = Path.of("target", "quarkus-app", "quarkus-run.jar");
  private static final Path POLICY = Path.of("src/test/resources/policies/tenants.yaml");

  @TempDir Path folder;

  /** An installation whose settings hold no key: whoever has the database makes the first. */
  @Test
  void theFirstKeyIsMadeAtTheDatabaseAndTheOthersByIt() throws Exception {
    try (ServiceProcess service =
        ServiceProcess.embedded(folder, POLICY, Map.of("floorkeeper.security.mode", "keys"))
            .start()) {
      Map<String, String> atDatabase =
          Map.of(
              "FLOORKEEPER_DATA_FOLDER", service.setting("floorkeeper.data-folder"),
              "FLOORKEEPER_EMBEDDED_POSTGRES_PORT",
                  service.setting("floorkeeper.embedded.postgres-port"));
      String server = service.uri("/").toString();

      Run first =
          run(
              atDatabase,
              "keys create --name admin --all-tenants --scopes route,tell,read,operate,policy");
      String admin = first.out.strip();
      await()
          .atMost(Duration.ofSeconds(10))
          .until(() -> Guarded.ask(service, admin, "GET", "/keys", null).statusCode() == 200);
      Map<String, String> atServer =
          Map.of("FLOORKEEPER_SERVER", server, "FLOORKEEPER_API_KEY", admin);
      Run second =
          run(
              atServer,
              "keys create --name acme --tenant acme --scopes route --data-class phi"
                  + " --expires-in P90D");
      String acme = second.out.strip();
      int routed =
          Guarded.ask(service, acme, "POST", "/route", "{\"role\":\"worker\"}").statusCode();
      String id = acme.substring(3, acme.indexOf('_', 3));
      Run listed = run(atServer, "keys list");
      Run listedAtDatabase = run(atDatabase, "keys list");
      Run weak = run(Map.of("FLOORKEEPER_API_KEY", acme), "keys list --server " + server);
      Run none = run(Map.of(), "keys list --server " + server);
      Run both = run(atServer, "keys create --name x --tenant x --all-tenants --scopes read");
      Run revoked = run(atServer, "keys revoke " + id);

      assertThat(first.exitCode).as(first.err).isZero();
      assertThat(admin).startsWith("fk_").doesNotContain("\n");
      assertThat(routed).isEqualTo(200);
      assertThat(listed.out).contains("admin", "acme", "tenant acme", "data class phi");
      assertThat(listed.out + listed.err).doesNotContain(acme.substring(16));
      assertThat(listedAtDatabase.out).isEqualTo(listed.out);
      assertThat(weak.exitCode).isEqualTo(1);
      assertThat(weak.err).contains("'operate'").doesNotContain("\tat ");
      assertThat(both.exitCode).isEqualTo(2);
      assertThat(both.err).contains("--tenant and --all-tenants").doesNotContain("\tat ");
      assertThat(none.err).contains("an API key is needed");
      assertThat(revoked.exitCode).isZero();
      await()
          .atMost(Duration.ofSeconds(10))
          .until(
              () ->
                  Guarded.ask(service, acme, "POST", "/route", "{\"role\":\"worker\"}").statusCode()
                      == 401);
      assertThat(
              Ledger.embedded(service)
                  .number("select count(*) from audit_event where kind like 'key.%'"))
          .isEqualTo(3);
    }
  }

  @Test
  void productionIsRefusedBeforeAnythingStarts() throws Exception {
    Path data = folder.resolve("data");
    for (Map<String, String> production :
        List.of(
            Map.of("QUARKUS_DATASOURCE_JDBC_URL", "jdbc:postgresql://127.0.0.1:1/floorkeeper"),
            Map.of("KAFKA_BOOTSTRAP_SERVERS", "127.0.0.1:1"),
            Map.of("QUARKUS_HTTP_HOST", "0.0.0.0"))) {
      Map<String, String> environment = new HashMap<>(production);
      environment.put("FLOORKEEPER_DATA_FOLDER", data.toString());

      Run run = run(environment, "serve");

      assertThat(run.exitCode).isEqualTo(1);
      assertThat(run.err)
          .contains(
              "does not start without authentication",
              "FLOORKEEPER_SECURITY_MODE",
              "FLOORKEEPER_SECURITY_BOOTSTRAP_KEY",
              "none-i-know")
          .doesNotContain("\tat ");
      assertThat(data).doesNotExist();
    }
  }

  @Test
  void aFirstKeyThatIsNoneIsRefusedBeforeAnythingStarts() throws Exception {
    Path data = folder.resolve("data");

    Run run =
        run(
            Map.of(
                "FLOORKEEPER_SECURITY_BOOTSTRAP_KEY",
                "hunter2",
                "FLOORKEEPER_DATA_FOLDER",
                data.toString()),
            "serve");

    assertThat(run.exitCode).isEqualTo(1);
    assertThat(run.err).contains("holds no API key").doesNotContain("hunter2", "\tat ");
    assertThat(data).doesNotExist();
  }

  private record Run(int exitCode, String out, String err) {}

  private Run run(Map<String, String> environment, String commandLine)
      throws IOException, InterruptedException {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx256m",
                "-jar",
                JAR.toString()));
    command.addAll(List.of(commandLine.split(" ")));
    Path out = folder.resolve("out");
    Path err = folder.resolve("err");
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectOutput(out.toFile()).redirectError(err.toFile());
    builder.environment().putAll(environment);
    Process process = builder.start();
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    return new Run(process.exitValue(), Files.readString(out), Files.readString(err));
  }
}
