package io.floorkeeper.journey;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/** A version from its document to its rollback, over HTTP. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PolicyLifecycleIT {
  private static final Path POLICY = Path.of("src/test/resources/policies/journey.yaml");

  private Replicas replicas;
  private ServiceProcess service;

  @BeforeAll
  void start(@TempDir Path folder) {
    replicas = new Replicas(folder);
    service = Replicas.live(replicas.replica(POLICY).start());
  }

  @AfterAll
  void stop() {
    replicas.close();
  }

  @Test
  void aVersionIsPublishedReadComparedAndTakenBack() throws IOException {
    JsonNode first = service.policy();
    String document = first.path("document").asText();
    assertThat(document).isEqualTo(Files.readString(POLICY));
    String tag = service.get("/policy").headers().firstValue("ETag").orElseThrow();
    assertThat(tag).isEqualTo("\"" + first.path("digest").asText() + "\"");

    String stricter =
        document.replace(
            "critic:\n    floor: {quality: .90}", "critic:\n    floor: {quality: .93}");
    assertThat(stricter).isNotEqualTo(document);
    JsonNode would = ServiceProcess.json(service.post("/policy/diff", stricter));
    HttpResponse<String> put =
        service.putPolicy(stricter, first.path("digest").asText(), "critic let too much through");
    JsonNode published = ServiceProcess.json(put);

    assertThat(put.statusCode()).isEqualTo(201);
    assertThat(published.path("version").asInt()).isEqualTo(first.path("version").asInt() + 1);
    assertThat(published.path("parent_digest")).isEqualTo(first.path("digest"));
    assertThat(published.path("changes").toString()).contains("critic: floor 0.9 -> 0.93");
    assertThat(would.path("changes")).isEqualTo(published.path("changes"));
    assertThat(service.policy().path("author").asText()).isEqualTo("local");
    assertThat(service.policy().path("reason").asText()).isEqualTo("critic let too much through");
    assertThat(service.route("critic").path("policy_version"))
        .as("in force here when PUT has answered")
        .isEqualTo(published.path("version"));

    HttpResponse<String> again = service.putPolicy(stricter, first.path("digest").asText(), "");
    assertThat(again.statusCode()).as("an answer that was lost is asked for again").isEqualTo(200);
    assertThat(ServiceProcess.json(again).path("version")).isEqualTo(published.path("version"));

    HttpResponse<String> back =
        service.rollback(first.path("version").asInt(), published.path("digest").asText());
    assertThat(back.statusCode()).isEqualTo(201);
    assertThat(service.policy().path("digest")).isEqualTo(first.path("digest"));
    assertThat(service.policy().path("version").asInt())
        .isEqualTo(published.path("version").asInt() + 1);
    assertThat(service.policy().path("source").asText()).startsWith("rollback to version");

    JsonNode versions =
        ServiceProcess.json(service.get("/policy/versions?limit=2")).path("versions");
    assertThat(versions).hasSize(2);
    assertThat(versions.path(0).path("parent_digest")).isEqualTo(published.path("digest"));
    assertThat(versions.path(0).has("document")).isFalse();
    JsonNode second =
        ServiceProcess.json(service.get("/policy/versions/" + published.path("version").asInt()));
    assertThat(second.path("document").asText()).isEqualTo(stricter);
    JsonNode between =
        ServiceProcess.json(
            service.post(
                "/policy/diff?from=" + published.path("version") + "&to=" + first.path("version"),
                ""));
    assertThat(between.path("changes").toString()).contains("critic: floor 0.93 -> 0.9");
    assertThat(
            replicas
                .ledger()
                .number("select count(*) from audit_event where kind = 'policy.published'"))
        .isEqualTo(
            replicas
                .ledger()
                .number("select count(*) from policy_version where source not like 'rollback%'"));
  }

  @Test
  void theCommandLineOfTheJarDoesTheSame(@TempDir Path here) throws IOException {
    String server = service.uri("").toString();
    String before = service.policy().path("digest").asText();
    int version = service.policy().path("version").asInt();
    String document = service.policy().path("document").asText();
    Path changed =
        Files.writeString(
            here.resolve("changed.yaml"), document.replace("preset: small", "preset: mid"));

    assertThat(command(here, "diff", changed.toString(), "--server", server, "--exit-code"))
        .startsWith("1\n")
        .contains("file-ops: preset small -> mid");
    assertThat(
            command(here, "apply", changed.toString(), "--reason", "a drill", "--server", server))
        .startsWith("0\n")
        .contains("version " + (version + 1) + " is in force", "preset small -> mid");
    assertThat(service.policy().path("reason").asText()).isEqualTo("a drill");
    assertThat(command(here, "rollback", "--to", "1", "--server", server, "--if-match", before))
        .as("one line, exit code 1")
        .matches("(?s)1\\Rnot published: version " + (version + 1) + " is in force [^\\n]*\\R");
    assertThat(command(here, "rollback", "--to", "" + version, "--server", server))
        .startsWith("0\n")
        .contains("version " + (version + 2) + " is in force");
    assertThat(command(here, "export", "--version", "1", "--server", server))
        .isEqualTo("0\n" + Files.readString(POLICY));
    assertThat(command(here, "export", "-o", "out.yaml", "--server", server)).isEqualTo("0\n");
    assertThat(here.resolve("out.yaml")).hasContent(document);
  }

  private static String command(Path here, String... arguments) {
    String[] all = new String[arguments.length + 1];
    all[0] = "policy";
    System.arraycopy(arguments, 0, all, 1, arguments.length);
    return ServiceProcess.command(here, all);
  }

  @Test
  void asYamlItIsTheDocumentAlone() throws IOException {
    HttpResponse<String> yaml =
        service.send(
            HttpRequest.newBuilder(service.uri("/policy/versions/1"))
                .header("Accept", "application/yaml")
                .build());
    assertThat(yaml.body()).isEqualTo(Files.readString(POLICY));
    assertThat(yaml.headers().firstValue("Content-Type").orElse("")).startsWith("application/yaml");
  }

  @Test
  void whatIsMissingStaleOrWrongIsToldAsAProblem() {
    String document = service.policy().path("document").asText();
    HttpResponse<String> unguarded =
        service.send(
            HttpRequest.newBuilder(service.uri("/policy"))
                .header("Content-Type", "application/yaml")
                .PUT(HttpRequest.BodyPublishers.ofString(document))
                .build());
    assertThat(unguarded.statusCode()).isEqualTo(428);
    assertThat(ServiceProcess.json(unguarded).path("code").asText()).isEqualTo("if_match_required");

    HttpResponse<String> stale =
        service.putPolicy(document + "# x\nprecedence: cost_first\n", "0".repeat(64), "");
    assertThat(stale.statusCode()).isEqualTo(412);
    assertThat(stale.headers().firstValue("Content-Type").orElse(""))
        .startsWith("application/problem+json");
    assertThat(ServiceProcess.json(stale).path("current_digest"))
        .isEqualTo(service.policy().path("digest"));
    assertThat(ServiceProcess.json(stale).path("current_version"))
        .isEqualTo(service.policy().path("version"));

    String wrong =
        document
            .replace("preset: frontier", "preset: frontire")
            .replace("label_rate: 1.0", "label_rat: 1");
    for (HttpResponse<String> answer :
        List.of(
            service.putPolicy(wrong, service.policy().path("digest").asText(), ""),
            service.post("/policy/validate", wrong))) {
      assertThat(answer.statusCode()).isEqualTo(422);
      JsonNode findings = ServiceProcess.json(answer).path("findings");
      assertThat(findings.size()).as(answer.body()).isGreaterThanOrEqualTo(2);
      findings.forEach(f -> assertThat(f.path("path").asText()).isNotEmpty());
      findings.forEach(f -> assertThat(f.has("suggestion")).isTrue());
    }
    assertThat(service.get("/policy/versions/99").statusCode()).isEqualTo(404);
    assertThat(service.get("/policy/versions?limit=0").statusCode()).isEqualTo(400);
    assertThat(service.post("/policy/diff", "").statusCode()).isEqualTo(400);
    assertThat(service.rollback(99, service.policy().path("digest").asText()).statusCode())
        .isEqualTo(404);
    assertThat(service.putPolicy(document, "not a digest", "").statusCode()).isEqualTo(400);
  }

  @Test
  void whatIsRecordedStays() {
    for (String change :
        new String[] {
          "update policy_version set reason = 'another' where version = 1 returning 1",
          "delete from policy_version where version = 1 returning 1",
          "truncate policy_version"
        }) {
      assertThatThrownBy(() -> replicas.ledger().text(change))
          .hasRootCauseMessage(
              "ERROR: rows of policy_version are written once and stay\n  Where: PL/pgSQL function refuse_rewriting_history() line 3 at RAISE");
    }
  }
}
