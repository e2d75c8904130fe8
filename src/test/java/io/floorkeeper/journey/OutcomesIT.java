package io.floorkeeper.journey;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.opentelemetry.proto.trace.v1.Span;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HexFormat;
import java.util.UUID;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Judgements that come by themselves, on the packaged jar: before and after what they judge, again,
 * corrected, of a decision, a call and a session; and what becomes of those that never come.
 */
class OutcomesIT {
  private static final Duration SOON = Duration.ofSeconds(60);
  private static final String MODEL = "medium-1";

  @TempDir static Path folder;
  private static ServiceProcess service;
  private static Spans spans;
  private static Ledger ledger;

  @BeforeAll
  static void start() {
    service =
        ServiceProcess.embedded(folder, Path.of("src/test/resources/policies/outcomes.yaml"))
            .start();
    spans = new Spans(service.kafka());
    ledger = Ledger.embedded(service);
    await().atMost(SOON).until(() -> service.role("early").path("policy_version").asInt() == 1);
  }

  @AfterAll
  static void stop() {
    spans.close();
    service.stop();
  }

  @Test
  void anOutcomeOfADecisionIsItsLabelAndALaterOneTakesItsPlace() {
    String id = decided("by-decision");
    spans.send(Spans.call(id, MODEL));
    awaitEvidence("by-decision", "1|0|0");

    assertThat(status(tell(key(), of(id, "stars", "\"score\": 2")))).isEqualTo("recorded");
    awaitEvidence("by-decision", "1|1|250000");
    tell(key(), of(id, "stars", "\"score\": 4"));

    awaitEvidence("by-decision", "1|1|750000");
  }

  @Test
  void anOutcomeThatComesFirstIsHeldUntilItsCallComes() {
    String id = decided("early");

    assertThat(status(tell(key(), of(id, "check", "\"label\": \"pass\"")))).isEqualTo("held");
    await().atMost(SOON).until(() -> held(id) == 1);
    spans.send(Spans.call(id, MODEL));

    awaitEvidence("early", "1|1|1000000");
    assertThat(held(id)).isZero();
  }

  @Test
  void aCallIsJudgedByItsSpan() {
    Span.Builder call = Spans.call(decided("by-span"), MODEL).addAttributes(Spans.passed(true));
    spans.send(call);
    awaitEvidence("by-span", "1|1|1000000");

    tell(
        key(),
        """
        {"trace_id": "%s", "span_id": "%s", "name": "floorkeeper.check", "passed": false}
        """
            .formatted(hex(call.getTraceId()), hex(call.getSpanId())));

    awaitEvidence("by-span", "1|1|0");
  }

  @Test
  void aSpanThatCarriesAJudgementOfAnotherMayComeBeforeIt() {
    Span.Builder call = Spans.call(decided("by-carrier"), MODEL);
    Span.Builder carrier =
        Spans.call("", MODEL)
            .clearAttributes()
            .setName("judge")
            .addAttributes(Spans.text("openinference.span.kind", "EVALUATOR"))
            .addAttributes(Spans.text("evaluations.0.evaluation.name", "helpful"))
            .addAttributes(Spans.text("evaluations.0.evaluation.score", "0.75"))
            .addLinks(
                Span.Link.newBuilder().setTraceId(call.getTraceId()).setSpanId(call.getSpanId()));

    spans.send(carrier);
    await()
        .atMost(SOON)
        .until(() -> ledger.number("select count(*) from evaluation where name = 'helpful'") == 1);
    spans.send(call);

    awaitEvidence("by-carrier", "1|1|750000");
  }

  @Test
  void theCreditOfASessionIsSharedAndSharedAnewAsItGrows() {
    String session = "s-" + UUID.randomUUID();
    for (int i = 0; i < 2; i++) {
      spans.send(
          Spans.call(decided("by-session"), MODEL)
              .addAttributes(Spans.text("session.id", session)));
    }
    awaitEvidence("by-session", "2|0|0");

    tell(key(), "{\"session_id\": \"%s\", \"name\": \"goal\", \"score\": 1}".formatted(session));
    await().atMost(SOON).until(() -> "500000,500000".equals(weights("by-session")));
    spans.send(
        Spans.call(decided("by-session"), MODEL).addAttributes(Spans.text("session.id", session)));

    await().atMost(SOON).until(() -> "333333,333333,333333".equals(weights("by-session")));
    awaitEvidence("by-session", "3|3|999999");
  }

  @Test
  void whatIsSentAgainUnderItsKeyCountsOnceAndAnotherBodyIsRefused() {
    String id = decided("resent");
    spans.send(Spans.call(id, MODEL));
    awaitEvidence("resent", "1|0|0");
    String key = key();
    String body = of(id, "check", "\"passed\": true");

    assertThat(status(tell(key, body))).isEqualTo("recorded");
    await().atMost(SOON).until(() -> status(tell(key, body)).equals("duplicate"));
    HttpResponse<String> reused = tell(key, of(id, "check", "\"passed\": false"));

    assertThat(reused.statusCode()).isEqualTo(422);
    assertThat(ServiceProcess.json(reused).path("code").asText())
        .isEqualTo("idempotency_key_reused");
    awaitEvidence("resent", "1|1|1000000");
  }

  @Test
  void ofABatchTheOneThatCannotBeBelievedIsRefusedAlone() {
    String body =
        """
        {"outcomes": [
          {"trace_id": "%032x", "span_id": "%016x", "name": "check", "passed": true},
          {"decision_id": "nothing", "name": "check", "passed": true}]}
        """
            .formatted(77, 77);

    // A database that is busy cannot be asked: then it says that nobody has looked.
    JsonNode outcomes =
        await()
            .atMost(SOON)
            .until(
                () ->
                    ServiceProcess.json(
                            service.ask("POST", "/outcomes/batch", body, "Idempotency-Key", key()))
                        .path("outcomes"),
                answers -> answers.at("/0/checked").asBoolean());

    assertThat(outcomes.at("/0/status").asText()).isEqualTo("held");
    assertThat(outcomes.at("/1/status").asText()).isEqualTo("refused");
    assertThat(outcomes.at("/1/field").asText()).isEqualTo("decision_id");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"name\": \"x\", \"score\": 1}                                            | 422 | decision_id",
        "{\"session_id\": \"s\", \"name\": \"x\"}                                   | 422 | score",
        "{\"session_id\": \"s\", \"score\": 1}                                      | 422 | name",
        "{\"session_id\": \"s\", \"trace_id\": \"a\", \"name\": \"x\", \"score\": 1} | 422 | trace_id",
        "{\"trace_id\": \"0af7651916cd43dd8448eb211c80319c\", \"name\": \"x\", \"score\": 1} | 422 | span_id",
        "{\"decision_id\": \"nothing\", \"name\": \"x\", \"score\": 1}              | 422 | decision_id",
        "{\"session_id\": \"s\", \"name\": \"x\", \"label\": \"well, it said\"}     | 422 | label",
        "{\"session_id\": \"s\", \"name\": \"x\", \"score\": 1, \"label_probability\": 0} | 422 | label_probability",
        "{\"session_id\": \"s\", \"name\": \"x\", \"score\": 1, \"explanation\": \"because\"} | 400 | explanation"
      })
  void whatCannotBeBelievedIsToldByField(String body, int status, String field) {
    HttpResponse<String> answer = tell(key(), body);

    assertThat(answer.statusCode()).isEqualTo(status);
    assertThat(ServiceProcess.json(answer).at("/errors/0/field").asText()).isEqualTo(field);
  }

  @Test
  void anOutcomeWithoutAKeyIsRefused() {
    HttpResponse<String> answer =
        service.post("/outcomes", "{\"session_id\": \"s\", \"name\": \"x\", \"score\": 1}");

    assertThat(answer.statusCode()).isEqualTo(400);
    assertThat(ServiceProcess.json(answer).at("/errors/0/field").asText())
        .isEqualTo("Idempotency-Key");
  }

  @Test
  void aTaskThatNobodyJudgesIsTakenForTheDefaultUntilSomebodyDoes() {
    String id = decided("unjudged");
    long decidedNanos = System.nanoTime();
    await().until(() -> System.nanoTime() - decidedNanos > 600_000_000L); // its wait is over
    spans.send(Spans.call(id, MODEL));

    awaitEvidence("unjudged", "1|1|250000");
    assertThat(ledger.number("select count(*) from expired_wait where q_micros = 250000"))
        .isEqualTo(1);
    tell(key(), of(id, "check", "\"passed\": true"));

    awaitEvidence("unjudged", "1|1|1000000");
  }

  @Test
  void theFirstThingThatIngestSaysIsWhetherJudgementsFindTheirDecisions() {
    tell(
        key(),
        "{\"trace_id\": \"%032x\", \"span_id\": \"%016x\", \"name\": \"lost\", \"score\": 1}"
            .formatted(9, 9));
    await().atMost(SOON).until(() -> correlation().at("/evaluations/last_hour/n").asLong() >= 1);

    JsonNode day = correlation().at("/evaluations/last_day");
    assertThat(service.get("/ingest").body()).startsWith("{\"correlation\":");
    assertThat(day.path("rate").asDouble())
        .isEqualTo((double) day.path("correlated").asLong() / day.path("n").asLong());
    assertThat(correlation().at("/evaluations/held").asLong()).isPositive();
    await()
        .atMost(SOON)
        .until(
            () ->
                service
                    .get("/q/metrics")
                    .body()
                    .lines()
                    .anyMatch(
                        l ->
                            l.startsWith("floorkeeper_outcomes_correlation_sample ")
                                && !l.endsWith(" 0.0")));
  }

  private static JsonNode correlation() {
    return ServiceProcess.json(service.get("/ingest")).path("correlation");
  }

  private static String decided(String role) {
    return service.route(role).path("decision_id").asText();
  }

  private static HttpResponse<String> tell(String key, String body) {
    return service.ask("POST", "/outcomes", body, "Idempotency-Key", key);
  }

  private static String key() {
    return UUID.randomUUID().toString();
  }

  private static String of(String decisionId, String name, String judgement) {
    return "{\"decision_id\": \"%s\", \"name\": \"%s\", %s}".formatted(decisionId, name, judgement);
  }

  private static String status(HttpResponse<String> answer) {
    return ServiceProcess.json(answer).path("status").asText();
  }

  private static String hex(com.google.protobuf.ByteString id) {
    return HexFormat.of().formatHex(id.toByteArray());
  }

  private static long held(String decisionId) {
    return ledger.number(
        "select count(*) from evaluation where standing = 'held' and target = '\\x44'::bytea || substring("
            + "decode('"
            + HexFormat.of().formatHex(java.util.Base64.getUrlDecoder().decode(decisionId))
            + "', 'hex') from 4 for 33)");
  }

  /** Episodes, labels, and the sum of weight times quality in 1e-6. */
  private static void awaitEvidence(String role, String expected) {
    await(role)
        .atMost(SOON)
        .untilAsserted(
            () ->
                assertThat(
                        ledger.text(
                            "select concat_ws('|', sum(episodes), sum(labels),"
                                + " (sum(sum_vq) / 1000000)::bigint) from evidence join role using"
                                + " (role_no) where name = '"
                                + role
                                + "'"))
                    .isEqualTo(expected));
  }

  private static String weights(String role) {
    return ledger.text(
        "select string_agg(credit_v_micros::text, ',') from episode join role using (role_no)"
            + " where name = '"
            + role
            + "'");
  }
}
