package io.floorkeeper.journey;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.opentelemetry.proto.trace.v1.Span;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * The loop, on the packaged jar with its embedded PostgreSQL and Kafka: route, call, span,
 * evidence, snapshot, route. And what happens to input that is wrong.
 */
class LoopIT {
  private static final Duration SOON = Duration.ofSeconds(20);

  @TempDir static Path folder;
  private static ServiceProcess service;
  private static Spans spans;
  private static Ledger ledger;

  @BeforeAll
  static void start() {
    service =
        ServiceProcess.embedded(
                folder,
                Path.of("src/test/resources/policies/journey.yaml"),
                Map.of("floorkeeper.ledger.call-retention", "P3650D"))
            .start();
    spans = new Spans(service.kafka());
    ledger = Ledger.embedded(service);
    await().atMost(SOON).until(() -> service.role("worker").path("policy_version").asInt() == 1);
  }

  @AfterAll
  static void stop() {
    spans.close();
    assertThat(service.stop()).isEqualTo(143);
    assertThat(service.log()).doesNotContain("ERROR");
  }

  @Test
  void aCallThatWentWellTeachesItsArm() {
    JsonNode before = service.role("critic");
    JsonNode answer = service.route("critic");

    spans.send(
        Spans.call(answer.path("decision_id").asText(), answer.path("model").asText())
            .addAttributes(Spans.passed(true)));

    await().atMost(SOON).until(() -> calls("critic") == before.path("calls").asLong() + 1);
    JsonNode arm = candidate("critic", answer.path("model").asText());
    assertThat(arm.path("labels").asDouble()).isGreaterThan(.99);
    assertThat(arm.path("quality").asDouble())
        .isGreaterThan(candidate(before, answer.path("model").asText()).path("quality").asDouble());
    assertThat(service.role("critic").path("epoch").asLong())
        .isGreaterThan(before.path("epoch").asLong());
  }

  @Test
  void anAnswerExplainsItself() {
    JsonNode answer = service.route("worker");

    String id = answer.path("decision_id").asText();
    await()
        .atMost(SOON)
        .until(
            () -> ServiceProcess.json(service.get("/decisions/" + id)).path("logged").asBoolean());
    JsonNode why = ServiceProcess.json(service.get("/decisions/" + id));

    assertThat(id).hasSize(64);
    assertThat(why.at("/record/reason")).isEqualTo(answer.path("reason"));
    assertThat(why.at("/id/role").asText()).isEqualTo("worker");
    assertThat(why.at("/id/propensity").asDouble())
        .isCloseTo(answer.path("propensity").asDouble(), within(1e-6));
    double sum = 0;
    for (JsonNode candidate : why.at("/allocation/candidates")) {
      sum += candidate.path("propensity").asDouble();
      if (candidate.path("model").equals(answer.path("model"))) {
        assertThat(candidate.path("propensity").asDouble())
            .isCloseTo(answer.path("propensity").asDouble(), within(1e-12));
      }
    }
    assertThat(sum).isCloseTo(1, within(1e-9));
  }

  @Test
  void theSameSpanCountsOnce() {
    long before = calls("worker");
    long duplicates = total("duplicates");
    JsonNode answer = service.route("worker");
    Span.Builder span =
        Spans.call(answer.path("decision_id").asText(), answer.path("model").asText());

    spans.send(span);
    spans.send(span, span);

    await().atMost(SOON).until(() -> total("duplicates") == duplicates + 2);
    await().atMost(SOON).until(() -> calls("worker") == before + 1);
  }

  @Test
  void severalCallsOfOneDecisionAreOneEpisode() {
    JsonNode first = service.route("secret-keeper");
    JsonNode second =
        ServiceProcess.json(
            service.post(
                "/route",
                "{\"role\":\"secret-keeper\",\"continues\":\""
                    + first.path("decision_id").asText()
                    + "\"}"));

    for (JsonNode answer : new JsonNode[] {first, second}) {
      spans.send(
          Spans.call(answer.path("decision_id").asText(), answer.path("model").asText())
              .addAttributes(Spans.passed(answer == second)));
    }

    await().atMost(SOON).until(() -> calls("secret-keeper") == 2);
    assertThat(second.path("reason").asText()).isEqualTo("sticky");
    assertThat(second.path("model")).isEqualTo(first.path("model"));
    String where = " from evidence join role using (role_no) where name = 'secret-keeper'";
    assertThat(ledger.number("select sum(episodes)" + where)).isEqualTo(1);
    assertThat(ledger.number("select sum(labels)" + where)).isEqualTo(1);
    assertThat(ledger.number("select sum(input_tokens)" + where)).isEqualTo(2_000);
    assertThat(ledger.number("select sum(sum_vq)" + where)).isEqualTo(1_000_000_000_000L);
  }

  @Test
  void aCallThatRanOnAnotherModelIsNotLearned() {
    long before = total("not_followed");
    JsonNode answer = service.route("worker");
    String other = answer.path("model").asText().equals("tiny-1") ? "grand-1" : "tiny-1";
    long episodes = ledger.number("select count(*) from episode");

    spans.send(Spans.call(answer.path("decision_id").asText(), other));

    await().atMost(SOON).until(() -> total("not_followed") == before + 1);
    assertThat(ledger.number("select count(*) from episode")).isEqualTo(episodes);
  }

  @Test
  void aPinNarrowsAndFailsClosed() {
    JsonNode pinned =
        ServiceProcess.json(
            service.post(
                "/route",
                "{\"role\":\"worker\",\"data_class\":\"phi\",\"tags\":{\"site\":\"clinic\"}}"));
    HttpResponse<String> unmet =
        service.post(
            "/route",
            "{\"role\":\"file-ops\",\"data_class\":\"phi\",\"tags\":{\"site\":\"clinic\"}}");

    assertThat(pinned.path("model").asText()).isEqualTo("grand-1");
    assertThat(pinned.path("reason").asText()).isEqualTo("pinned");
    assertThat(pinned.path("constraints").get(0).asText()).isEqualTo("pin:phi-stays-strong");
    assertThat(unmet.statusCode()).isEqualTo(422);
    assertThat(ServiceProcess.json(unmet).path("code").asText()).isEqualTo("pin_unmet");
  }

  @Test
  void aMaskThatIsNewIsAnsweredSafelyAndThenDrawn() {
    String request = "{\"role\":\"critic\",\"min_tier\":\"mid\"}";

    JsonNode first = ServiceProcess.json(service.post("/route", request));

    assertThat(first.path("propensity").asDouble()).isPositive();
    await()
        .atMost(SOON)
        .until(
            () ->
                !ServiceProcess.json(service.post("/route", request))
                    .path("reason")
                    .asText()
                    .equals("fallback"));
    assertThat(service.role("critic").path("narrowed")).isNotEmpty();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          {"role":"worker","rolle":"x"}                  | 400 | unknown_field       | rolle
          {"session_id":"s"}                             | 400 | missing_field       | role
          {"role":"worker"                               | 400 | broken_json         |
          []                                             | 400 | invalid_body        |
          {"role":"worker"} {"role":"critic"}            | 400 | invalid_body        |
          {"role":"worker","role":"critic"}              | 400 | duplicate_field     | role
          {"role":7}                                     | 400 | invalid_value       | role
          {"role":"worker","max_latency_ms":"5"}         | 400 | invalid_value       | max_latency_ms
          {"role":"worker","max_latency_ms":1.5}         | 400 | invalid_value       | max_latency_ms
          {"role":"worker","max_cost_usd":"cheap"}       | 400 | invalid_value       | max_cost_usd
          {"role":"worker","max_cost_usd":-1}            | 400 | invalid_value       | max_cost_usd
          {"role":"worker","context":{"tools":"many"}}   | 400 | invalid_value       | context.tools
          {"role":"worker","min_tier":"huge"}            | 400 | unknown_tier        | min_tier
          {"role":"stranger"}                            | 404 | unknown_role        | role
          {"role":"worker","continues":"abc"}            | 400 | invalid_decision_id | continues
          """)
  void badRequestsNameTheirField(String body, int status, String code, String field) {
    HttpResponse<String> response = service.post("/route", body);

    assertThat(response.statusCode()).isEqualTo(status);
    assertThat(response.headers().firstValue("Content-Type").orElse(""))
        .startsWith("application/problem+json");
    JsonNode problem = ServiceProcess.json(response);
    assertThat(problem.path("code").asText()).isEqualTo(code);
    if (field != null) {
      assertThat(problem.at("/errors/0/field").asText()).isEqualTo(field);
    }
  }

  @Test
  void aForgedDecisionIdIsRefusedEverywhere() {
    String id = service.route("worker").path("decision_id").asText();
    String forged = (id.charAt(20) == 'A' ? "B" : "A");
    forged = id.substring(0, 20) + forged + id.substring(21);
    long callsBefore = ledger.number("select count(*) from call");

    HttpResponse<String> asked = service.get("/decisions/" + forged);
    spans.send(Spans.call(forged, "tiny-1"));

    assertThat(asked.statusCode()).isEqualTo(400);
    assertThat(ServiceProcess.json(asked).path("code").asText()).isEqualTo("forged_decision_id");
    awaitDeadLetter("forged_decision_id", "floorkeeper.decision.id");
    assertThat(ledger.number("select count(*) from call")).isEqualTo(callsBefore);
  }

  @Test
  void whatCannotBeReadIsPutOnRecordAndTheStreamGoesOn() {
    long before = calls("worker");
    JsonNode answer = service.route("worker");
    Span.Builder good =
        Spans.call(answer.path("decision_id").asText(), answer.path("model").asText());
    Span.Builder negative =
        Spans.call(answer.path("decision_id").asText(), answer.path("model").asText())
            .addAttributes(Spans.number("gen_ai.usage.cache_read.input_tokens", -5));

    spans.send(new byte[] {0x0A, 0x7F, 0x01});
    spans.send("{\"resourceSpans\":[{".getBytes(StandardCharsets.UTF_8));
    spans.send(new byte[0]);
    spans.send(negative, good);

    awaitDeadLetter("broken_protobuf", null);
    awaitDeadLetter("broken_json", null);
    awaitDeadLetter("empty", null);
    awaitDeadLetter("negative_tokens", "gen_ai.usage.cache_read.input_tokens");
    await().atMost(SOON).until(() -> calls("worker") == before + 1);
    assertThat(service.log()).doesNotContain("Prompt");
  }

  /** In New York, where the service runs, half past one came twice that night. */
  @Test
  void aCallIsFiledAtItsInstantAlsoInTheHourThatComesTwice() {
    long before = calls("secret-keeper");
    for (String start : List.of("2026-11-01T05:30:00Z", "2026-11-01T06:30:00Z")) {
      JsonNode answer = service.route("secret-keeper");
      long nanos = Instant.parse(start).getEpochSecond() * 1_000_000_000L;
      spans.send(
          Spans.call(answer.path("decision_id").asText(), answer.path("model").asText())
              .setStartTimeUnixNano(nanos)
              .setEndTimeUnixNano(nanos + 1_000_000_000L));
    }

    await().atMost(SOON).until(() -> calls("secret-keeper") == before + 2);
    assertThat(
            ledger.number(
                "select count(distinct started_at) from call where started_at in"
                    + " ('2026-11-01T05:30:00Z', '2026-11-01T06:30:00Z')"))
        .isEqualTo(2);
  }

  /** Found by a reviewer: an id that the base64 decoder takes and that is a byte too short. */
  @Test
  void idsThatAreNoneStopNothing() {
    String padded = "EA" + "A".repeat(61) + "=";
    long before = calls("worker");
    JsonNode answer = service.route("worker");

    spans.send(
        Spans.call(padded, "tiny-1"),
        Spans.call(answer.path("decision_id").asText(), answer.path("model").asText()));

    awaitDeadLetter("invalid_decision_id", "floorkeeper.decision.id");
    await().atMost(SOON).until(() -> calls("worker") == before + 1);
    assertThat(service.get("/decisions/" + padded).statusCode()).isEqualTo(400);
    assertThat(
            service
                .post("/route", "{\"role\":\"worker\",\"continues\":\"" + padded + "\"}")
                .statusCode())
        .isEqualTo(400);
  }

  @Test
  void oneTextThatNoDatabaseStoresLosesItsSpanOnly() {
    long before = calls("worker");
    JsonNode answer = service.route("worker");
    String id = answer.path("decision_id").asText();
    String model = answer.path("model").asText();

    spans.send(
        Spans.call(id, model).addAttributes(Spans.text("session.id", "a\0b")),
        Spans.call(id, model));

    awaitDeadLetter("wrong_type", null);
    await().atMost(SOON).until(() -> calls("worker") == before + 1);
  }

  @Test
  void theParallelSurfacesAreThere() {
    assertThat(service.get("/q/health/live").statusCode()).isEqualTo(200);
    assertThat(service.get("/q/health/started").statusCode()).isEqualTo(200);
    assertThat(service.get("/q/metrics").body())
        .contains("floorkeeper_decisions_total", "floorkeeper_decision_log_waiting");
  }

  @Test
  void theInterfaceIsTheOneThatIsCommitted() throws IOException {
    Path served = Path.of("target", "openapi.yaml");

    Files.writeString(served, service.get("/q/openapi").body());

    assertThat(served)
        .as("if the change is meant: cp target/openapi.yaml src/site/openapi.yaml, and review it")
        .hasSameTextualContentAs(Path.of("src/site/openapi.yaml"));
  }

  @Test
  void whatCameInIsToldWithTotalsAndTheLatestDeadLetters() {
    spans.send("no trace at all".getBytes(StandardCharsets.UTF_8));
    awaitDeadLetter("not_otlp", null);

    JsonNode ingest = ServiceProcess.json(service.get("/ingest?dead_letters=500"));

    assertThat(ingest.at("/streams/spans/state").asText()).isEqualTo("reading");
    assertThat(ingest.at("/totals/records").asLong()).isPositive();
    assertThat(ingest.path("dead_letters").findValuesAsText("code")).contains("not_otlp");
    assertThat(ingest.path("dead_letter_codes").findValuesAsText("code")).contains("not_otlp");
    assertThat(
            ServiceProcess.json(service.get("/ingest?dead_letter_code=not_otlp"))
                .path("dead_letters")
                .findValuesAsText("code"))
        .isNotEmpty()
        .containsOnly("not_otlp");
    assertThat(ingest.toString()).doesNotContain("no trace at all");
    assertThat(service.get("/ingest?dead_letters=-1").statusCode()).isEqualTo(400);
  }

  private static void awaitDeadLetter(String code, String field) {
    await("dead letter " + code)
        .atMost(SOON)
        .until(
            () ->
                ledger.number(
                        "select count(*) from dead_letter where code = '"
                            + code
                            + "'"
                            + (field == null ? "" : " and field = '" + field + "'"))
                    > 0);
  }

  private static long total(String name) {
    return ledger.number(
        "select coalesce(sum(total), 0) from ingest_total where name = '" + name + "'");
  }

  private static long calls(String role) {
    return service.role(role).path("calls").asLong();
  }

  private static JsonNode candidate(String role, String model) {
    return candidate(service.role(role), model);
  }

  private static JsonNode candidate(JsonNode role, String model) {
    for (JsonNode candidate : role.path("candidates")) {
      if (candidate.path("model").asText().equals(model)) {
        return candidate;
      }
    }
    throw new AssertionError("no candidate " + model);
  }
}
