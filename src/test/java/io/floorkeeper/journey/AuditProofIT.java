package io.floorkeeper.journey;

import static io.floorkeeper.journey.AuditAnswers.finding;
import static io.floorkeeper.journey.AuditAnswers.hex;
import static io.floorkeeper.journey.AuditAnswers.kinds;
import static io.floorkeeper.journey.AuditAnswers.sha256;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.floorkeeper.platform.EmbeddedDatabase;
import io.floorkeeper.platform.EmbeddedPlatform;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * "Every decision for data class phi between two dates went to, and every call that was seen ran
 * on, an allowed model": proven, and each way in which it is not so found. Each test has a period
 * of its own.
 */
class AuditProofIT {
  private static final Duration SOON = Duration.ofSeconds(30);

  @TempDir static Path folder;
  private static EmbeddedPlatform parts;
  private static ServiceProcess service;
  private static Spans spans;
  private static Ledger ledger;

  private Instant from;

  @BeforeAll
  static void start() {
    parts = EmbeddedPlatform.start(folder.resolve("parts"), EmbeddedPlatform.Options.onFreePorts());
    Map<String, String> settings = new HashMap<>(parts.quarkusSettings());
    settings.put(
        "floorkeeper.policy.file",
        Path.of("src/test/resources/policies/audit.yaml").toAbsolutePath().toString());
    settings.put("floorkeeper.audit.silent-after", "PT4S");
    settings.put("floorkeeper.snapshot.interval", "PT0.2S");
    service = new ServiceProcess(folder, settings).start();
    spans = new Spans(service.kafka());
    EmbeddedDatabase database = parts.database().orElseThrow();
    ledger = new Ledger(database.jdbcUrl(), database.password());
    await().atMost(SOON).until(() -> service.role("worker").path("policy_version").asInt() == 1);
  }

  @AfterAll
  static void stop() {
    spans.close();
    service.close();
    parts.close();
  }

  @BeforeEach
  void begin() {
    from = Instant.now();
  }

  @Test
  void whatKeptToItsPinsIsProven() {
    List<JsonNode> answers = new ArrayList<>();
    for (int i = 0; i < 30; i++) {
      String role = i % 2 == 0 ? "worker" : "clerk";
      answers.add(route(role, "\"data_class\": \" PHI\""));
      answers.add(route(role, "\"data_class\": \"public\""));
    }
    answers.add(route("clerk", "\"step\": \"says nothing of its class\""));
    answers.add(route("clerk", "\"data_class\": \"nobody knows this one\""));
    for (JsonNode answer : answers.subList(0, 20)) {
      call(answer, answer.path("model").asText());
    }
    call(answers.get(0), "acme/medium-latest");
    // It begins when it is sent: one that began before the period is none of it.
    long nowNanos = System.currentTimeMillis() * 1_000_000L;
    spans.send(
        Spans.call("none", "tiny-1")
            .setStartTimeUnixNano(nowNanos)
            .setEndTimeUnixNano(nowNanos)
            .clearAttributes()
            .addAttributes(Spans.text("gen_ai.operation.name", "chat"))
            .addAttributes(Spans.text("gen_ai.response.model", "tiny-1")));

    awaitCount("calls", 11);
    awaitCount("calls_unrouted", 1);
    JsonNode proof = proof();

    assertThat(proof.path("proven").asBoolean()).as(proof.toString()).isTrue();
    assertThat(proof.path("settled").asBoolean()).isFalse();
    assertThat(proof.at("/counts/decisions").asInt()).isEqualTo(32);
    assertThat(proof.at("/counts/of_unknown_class").asInt()).isEqualTo(2);
    assertThat(proof.at("/counts/without_call").asInt()).isEqualTo(22);
    assertThat(proof.at("/policies/0/pins").toString())
        .isEqualTo("[\"phi-of-clerks\",\"phi-stays-strong\"]");
    assertThat(proof.at("/trail/decisions").asInt()).isGreaterThanOrEqualTo(62);
    assertThat(proof.path("verdict").asText()).isEqualTo("proven");
    assertThat(proof.at("/counts/bound").asInt()).isEqualTo(32);
    JsonNode strong = proof.at("/policies/0/allowed/0");
    assertThat(strong.path("pin").asText()).isEqualTo("phi-stays-strong");
    assertThat(strong.path("models").toString()).isEqualTo("[\"grand-1\",\"medium-1\"]");
    assertThat(strong.path("decisions").asInt()).isEqualTo(32);
    assertThat(strong.path("calls").asInt()).isEqualTo(11);
    JsonNode ofClerks = proof.at("/policies/0/allowed/1");
    assertThat(ofClerks.path("matches").asText()).isEqualTo("data class phi, role clerk");
    assertThat(ofClerks.path("decisions").asInt()).isEqualTo(17);
    int decided = 0;
    int ran = 0;
    for (JsonNode used : proof.at("/policies/0/used")) {
      assertThat(used.path("model").asText()).isIn("medium-1", "grand-1");
      decided += used.path("decisions").asInt();
      ran += used.path("calls").asInt();
    }
    assertThat(decided).isEqualTo(32);
    assertThat(ran).isEqualTo(11);
    assertThat(command("proof", "--data-class", "phi", "--from", from.toString()))
        .startsWith("0\n");
    assertThat(command("verify", "--from", from.toString())).startsWith("0\nintact");
  }

  @Test
  void whereNothingWasDecidedNothingIsProven() {
    String future = "/audit/proof?data_class=phi&from=2090-01-01";
    JsonNode proof = ServiceProcess.json(service.get(future));

    assertThat(proof.path("verdict").asText()).as(proof.toString()).isEqualTo("nothing_to_prove");
    assertThat(proof.path("proven").asBoolean()).isFalse();
    assertThat(service.get(future, "text/markdown").body())
        .contains("**Nothing to prove**")
        .doesNotContain("**Proven**");
    for (String[] form : new String[][] {{}, {"--json"}}) {
      List<String> arguments =
          new ArrayList<>(List.of("proof", "--data-class", "phi", "--from", "2090-01-01"));
      arguments.addAll(List.of(form));
      assertThat(command(arguments.toArray(String[]::new))).startsWith("1\n");
    }
  }

  @Test
  void aTenantThatIsNotThereIsTold() {
    HttpResponse<String> answer = service.get("/audit/proof?data_class=phi&tenant=nobody");

    assertThat(answer.statusCode()).isEqualTo(422);
    assertThat(ServiceProcess.json(answer).path("code").asText()).isEqualTo("unknown_tenant");
    assertThat(ServiceProcess.json(answer).at("/errors/0/field").asText()).isEqualTo("tenant");
    assertThat(command("proof", "--data-class", "phi", "--tenant", "nobody"))
        .startsWith("1\n")
        .contains("names no tenant");
    assertThat(service.get("/audit/proof?data_class=phi&tenant=default").statusCode())
        .isEqualTo(200);
  }

  @Test
  void aCallThatRanElsewhereIsFound() {
    JsonNode first = phi();
    JsonNode second = phi();
    JsonNode third = phi();
    call(first, "tiny-1");
    call(second, "mystery-9");
    call(third, "medium-latest");

    await().atMost(SOON).until(() -> proof().at("/counts/calls").asInt() == 3);
    JsonNode proof = proof();

    assertThat(proof.path("proven").asBoolean()).isFalse();
    assertThat(kinds(proof)).containsExactly("ran_outside_pin", "ran_on_unknown_model");
    assertThat(finding(proof, "ran_outside_pin").path("decision_id"))
        .isEqualTo(first.path("decision_id"));
    assertThat(finding(proof, "ran_outside_pin").path("found").asText()).isEqualTo("tiny-1");
    assertThat(finding(proof, "ran_outside_pin").path("expected").asText())
        .isEqualTo("one of [grand-1, medium-1]");
  }

  @Test
  void aCallWhoseDecisionSomebodyRemovedIsFound() {
    JsonNode answer = phi();
    phi();
    call(answer, answer.path("model").asText());
    await().atMost(SOON).until(() -> proof().at("/counts/calls").asInt() == 1);

    String row = "decision_id = decode('" + hex(answer) + "', 'hex')";
    try (Tampering tampering = new Tampering(ledger, "decision")) {
      tampering.with("delete from decision where " + row);

      await().atMost(SOON).until(() -> kinds(proof()).contains("call_without_decision"));
      JsonNode proof = proof();

      assertThat(kinds(proof)).containsExactlyInAnyOrder("missing", "call_without_decision");
      assertThat(finding(proof, "call_without_decision").path("decision_id"))
          .isEqualTo(answer.path("decision_id"));
    }
    assertThat(proof().path("proven").asBoolean()).isTrue();
  }

  @Test
  void aRowThatSaysAnotherModelIsFoundTwice() {
    JsonNode answer = phi();
    await().atMost(SOON).until(() -> proof().at("/counts/decisions").asInt() == 1);

    try (Tampering tampering = new Tampering(ledger, "decision")) {
      tampering.with(
          "update decision set model = 'tiny-1' where decision_id = decode('"
              + hex(answer)
              + "', 'hex')");
      JsonNode proof = proof();

      assertThat(kinds(proof)).containsExactlyInAnyOrder("decided_outside_pin", "altered");
      assertThat(finding(proof, "altered").path("decision_id"))
          .isEqualTo(answer.path("decision_id"));
    }
  }

  /** The decision then looks as if another class's pins had bound it. */
  @Test
  void aRowThatSaysAnotherClassIsFound() {
    phi();
    await().atMost(SOON).until(() -> proof().at("/counts/decisions").asInt() == 1);

    try (Tampering tampering = new Tampering(ledger, "decision")) {
      tampering.with(
          "update decision set data_class = 'public' where decided_at >= '" + from + "'");

      assertThat(kinds(proof())).contains("altered");
    }
  }

  @Test
  void aPolicyThatWasRewrittenIsFound() {
    phi();
    await().atMost(SOON).until(() -> proof().at("/counts/decisions").asInt() == 1);

    ledger.execute(
        "alter table policy_version disable trigger user",
        "create table saved_policy as select * from policy_version",
        "update policy_version set document = replace(document, '[medium-1, grand-1]', '[tiny-1,"
            + " medium-1, grand-1]')");
    JsonNode proof = proof();
    ledger.execute(
        "update policy_version v set document = s.document from saved_policy s where s.version ="
            + " v.version",
        "drop table saved_policy",
        "alter table policy_version enable trigger user");

    assertThat(kinds(proof)).containsExactlyInAnyOrder("policy_altered", "policy_unknown");
    assertThat(finding(proof, "policy_unknown").path("count").asInt()).isEqualTo(1);
  }

  @Test
  void aClassThatNobodyPinnedProvesNothing() {
    JsonNode proof = ServiceProcess.json(service.get("/audit/proof?data_class=phy&from=" + from));

    assertThat(proof.path("proven").asBoolean()).isFalse();
    assertThat(kinds(proof)).containsExactly("class_not_pinned");
    assertThat(finding(proof, "class_not_pinned").path("what").asText())
        .isEqualTo(
            "none of the policy versions in force in the period (1 to 1) has a pin for the data"
                + " class");
  }

  @Test
  void itIsAPageToBeFiled() {
    JsonNode answer = phi();
    call(answer, "tiny-1");
    await().atMost(SOON).until(() -> kinds(proof()).contains("ran_outside_pin"));

    HttpResponse<String> page =
        service.get("/audit/proof?data_class=phi&from=" + from, "text/markdown");

    assertThat(page.headers().firstValue("Content-Type").orElseThrow()).startsWith("text/markdown");
    assertThat(page.body())
        .contains("# Proof of routing: data class `phi`", "**Not proven: 1 finding.** Not settled")
        .contains(answer.path("decision_id").asText())
        .contains("| `phi-of-clerks` | data class phi, role clerk | `medium-1` | 0 | 0 |")
        .contains("| `tiny-1` | 0 | 1 | 0 | 0 |")
        .contains("| software | floorkeeper ")
        .contains("## What this does not cover");
    int last = page.body().stripTrailing().lastIndexOf('\n') + 1;
    assertThat(page.body().substring(last))
        .endsWith("`" + sha256(page.body().substring(0, last)) + "`\n");
  }

  /** The one exception from "never fails because the broker is down", and only for its pin. */
  @Test
  void withoutABrokerAPinThatWantsItsRecordFirstIsNotAnswered() {
    String recorded = "{\"role\": \"worker\", \"data_class\": \"case\"}";
    // The very first record also waits for its topic to be made.
    await().atMost(SOON).until(() -> service.post("/route", recorded).statusCode() == 200);
    HttpResponse<String> before = service.post("/route", recorded);
    parts.broker().orElseThrow().stop();
    long startNanos = System.nanoTime();
    HttpResponse<String> refused = service.post("/route", recorded);
    Duration waited = Duration.ofNanos(System.nanoTime() - startNanos);
    HttpResponse<String> other =
        service.post("/route", "{\"role\": \"worker\", \"data_class\": \"public\"}");
    parts.broker().orElseThrow().start();
    await().atMost(SOON).until(() -> service.post("/route", recorded).statusCode() == 200);

    assertThat(before.statusCode()).as(before.body()).isEqualTo(200);
    assertThat(ServiceProcess.json(before).path("model").asText()).isEqualTo("grand-1");
    assertThat(refused.statusCode()).isEqualTo(503);
    assertThat(ServiceProcess.json(refused).path("code").asText()).isEqualTo("audit_unavailable");
    assertThat(waited).isBetween(Duration.ofMillis(1_900), Duration.ofSeconds(10));
    assertThat(other.statusCode()).isEqualTo(200);
    // Its record came later, and the chain says that nobody was told.
    await()
        .atMost(SOON)
        .until(() -> ledger.number("select count(*) from audit_mark where kind = 'withheld'") >= 1);
    assertThat(
            ledger.number(
                "select count(*) from audit_mark m join decision d on m.detail ="
                    + " translate(encode(d.decision_id, 'base64'), '+/' || chr(10), '-_')"
                    + " where m.kind = 'withheld' and d.data_class = 'case'"))
        .isEqualTo(ledger.number("select count(*) from audit_mark where kind = 'withheld'"));
    await().atMost(SOON).until(() -> proof().at("/trail/pending_decisions").asInt() == 0);
    assertThat(proof().at("/findings/total").asInt(-1)).as(proof().toString()).isZero();
  }

  @Test
  void badParametersAreNamed() {
    for (String[] bad :
        new String[][] {
          {"/audit/proof?from=2026-01-01", "data_class"},
          {"/audit/proof?data_class=phi&from=yesterday", "from"},
          {"/audit/proof?data_class=phi&from=2026-01-02&to=2026-01-01", "to"},
          {"/audit/proof?data_class=phi&form=2026-01-01", "form"},
          {"/audit/proof?data_class=phi&from=", "from"},
          {"/audit/proof?data_class=phi&tenant=default&tenant=acme", "tenant"},
          {"/audit/verify?form=2026-01-01", "form"},
          {"/audit/verify?findings=0", "findings"},
          {"/audit?data_class=phi", "data_class"},
          {"/audit?limit=many", "limit"}
        }) {
      HttpResponse<String> answer = service.get(bad[0]);

      assertThat(answer.statusCode()).as(bad[0]).isEqualTo(400);
      assertThat(ServiceProcess.json(answer).at("/errors/0/field").asText()).isEqualTo(bad[1]);
    }
  }

  private static JsonNode phi() {
    return route("worker", "\"data_class\": \"phi\"");
  }

  private static JsonNode route(String role, String further) {
    return ServiceProcess.json(
        service.post("/route", "{\"role\": \"" + role + "\", " + further + "}"));
  }

  private static void call(JsonNode answer, String model) {
    spans.send(Spans.call(answer.path("decision_id").asText(), model));
  }

  private JsonNode proof() {
    return ServiceProcess.json(service.get("/audit/proof?data_class=phi&from=" + from));
  }

  /** The exit code, a line break, and what was printed. */
  private static String command(String... arguments) {
    List<String> all =
        new ArrayList<>(List.of("audit", arguments[0], "--server", service.uri("").toString()));
    all.addAll(List.of(arguments).subList(1, arguments.length));
    return ServiceProcess.command(folder, all.toArray(String[]::new));
  }

  private void awaitCount(String name, int expected) {
    await()
        .atMost(SOON)
        .untilAsserted(
            () -> {
              JsonNode proof = proof();
              assertThat(proof.at("/counts/" + name).asInt())
                  .as(name + " in " + proof)
                  .isEqualTo(expected);
            });
  }
}
