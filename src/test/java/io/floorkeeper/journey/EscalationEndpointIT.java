package io.floorkeeper.journey;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@code /escalate} on the packaged jar: a plan from its first call to the end of its ladder. */
class EscalationEndpointIT {
  private static final Duration SOON = Duration.ofSeconds(30);
  private static final String PUBLIC = "\"data_class\":\"public\"";

  @TempDir static Path folder;
  private static ServiceProcess service;
  private static Ledger ledger;

  @BeforeAll
  static void start() {
    service =
        ServiceProcess.embedded(folder, Path.of("src/test/resources/policies/ladder.yaml")).start();
    ledger = Ledger.embedded(service);
    await().atMost(SOON).until(() -> service.role("clerk").path("policy_version").asInt() == 1);
  }

  @AfterAll
  static void stop() {
    assertThat(service.stop()).isEqualTo(143);
    assertThat(service.log()).doesNotContain("ERROR");
  }

  @Test
  void aTaskClimbsAndIsCountedOnce() {
    try (Spans spans = new Spans(service.kafka())) {
      // Given: a first pass that failed its check
      String first = routed("clerk", PUBLIC);
      spans.send(Spans.call(first, "tiny-1").addAttributes(Spans.passed(false)));

      // When
      JsonNode next = escalated(first, "schema", PUBLIC);
      String climbed = next.path("decision_id").asText();
      spans.send(Spans.call(climbed, "medium-1").addAttributes(Spans.passed(true)));

      // Then: one episode, the failure its first pass, the chain delivered; 1,000 tokens in and 200
      // out at $1 and $5 a million are 2,000,000 nanodollars, at $3 and $15 thrice that
      await().atMost(SOON).until(() -> calls(2));
      assertThat(next.path("outcome").asText()).isEqualTo("escalated");
      assertThat(next.path("rung").asInt()).isEqualTo(1);
      assertThat(next.path("rungs_left").asInt()).isEqualTo(1);
      assertThat(next.path("escalation").toString()).isEqualTo("[\"frontier\"]");
      assertThat(next.at("/estimate/cost_usd").asDouble()).isEqualTo(.009);
      assertThat(next.at("/estimate/quality").asDouble()).isBetween(.5, 1.);
      assertThat(sums("part >= 0")).isEqualTo("1|1|1000000000000|8000000");
      assertThat(sums("part = 0")).isEqualTo("1|1|0|2000000");
      assertThat(sums("part = -1")).isEqualTo("1|1|1000000000000|6000000");
      assertThat(ledger.number("select count(*) from episode")).isEqualTo(1);

      // and a further call of the same tool loop keeps the rung
      JsonNode sticky =
          ServiceProcess.json(
              service.post(
                  "/route",
                  "{\"role\":\"clerk\"," + PUBLIC + ",\"continues\":\"" + climbed + "\"}"));
      assertThat(sticky.path("model").asText()).isEqualTo("medium-1");

      // and the log knows the check, and counts the climb
      await()
          .atMost(SOON)
          .until(
              () ->
                  ledger.text("select check_name from decision where reason = 'escalated'")
                      != null);
      assertThat(
              ledger.text(
                  "select concat_ws('|', check_name, tier, role) from decision"
                      + " where reason = 'escalated'"))
          .isEqualTo("schema|mid|clerk");
      JsonNode why = ServiceProcess.json(service.get("/decisions/" + climbed));
      assertThat(why.at("/record/check").asText()).isEqualTo("schema");
      assertThat(why.at("/id/rung").asInt()).isEqualTo(1);
      assertThat(service.get("/q/metrics").body())
          .contains(
              "floorkeeper_escalations_total{check=\"schema\",outcome=\"escalated\",role=\"clerk\"}");
    }
  }

  @Test
  void whoeverAsksTwiceClimbsOnce() {
    String first = routed("porter", PUBLIC);

    JsonNode once = escalated(first, "any-word", PUBLIC);
    JsonNode twice = escalated(first, "any-word", PUBLIC);
    JsonNode end = escalated(once.path("decision_id").asText(), "any-word", PUBLIC);

    assertThat(twice.path("decision_id")).isEqualTo(once.path("decision_id"));
    assertThat(end.path("outcome").asText()).isEqualTo("exhausted");
    assertThat(end.path("reason").asText()).isEqualTo("max_escalations");
    assertThat(end.path("decision_id")).isEqualTo(once.path("decision_id"));
    assertThat(end.path("model").asText()).isEqualTo("medium-1");
    assertThat(end.path("advice").asText()).contains("stands");
  }

  @Test
  void aPinIsNotLeftWhateverTheBodySays() {
    String pinned = routed("clerk", "\"data_class\":\"phi\"");

    JsonNode repeated = escalated(pinned, "schema", "\"data_class\":\"phi\"");
    JsonNode forgotten = escalated(pinned, "schema", "\"step\":\"extract\"");
    JsonNode claimed = escalated(pinned, "schema", PUBLIC);

    assertThat(repeated.path("model").asText()).isEqualTo("grand-1");
    assertThat(repeated.path("constraints").toString())
        .isEqualTo("[\"pin:phi-not-mid\",\"skipped:mid\"]");
    assertThat(forgotten.path("model").asText()).isEqualTo("grand-1");
    assertThat(claimed.path("model").asText()).isEqualTo("grand-1");
    assertThat(claimed.path("constraints").toString()).contains("pins_of_decision");
    assertThat(
            escalated(repeated.path("decision_id").asText(), "schema", "\"data_class\":\"phi\"")
                .path("reason")
                .asText())
        .isEqualTo("ladder_end");
  }

  @Test
  void aConfidenceThatIsHighEnoughClimbsNowhere() {
    String first = routed("clerk", PUBLIC);

    JsonNode passed = escalated(first, "sure", PUBLIC + ",\"detail\":{\"confidence\":0.91}");

    assertThat(passed.path("outcome").asText()).isEqualTo("passed");
    assertThat(passed.path("decision_id").asText()).isEqualTo(first);
    assertThat(passed.path("rungs_left").asInt()).isEqualTo(2);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          {"check":"schema"}                                                       | 400 | missing_field          | decision_id
          {"decision_id":"ID"}                                                     | 400 | missing_field          | check
          {"decision_id":"x","check":"schema"}                                     | 400 | invalid_decision_id    | decision_id
          {"decision_id":"ID","check":"shcema"}                                    | 422 | unknown_check          | check
          {"decision_id":"ID","check":"sure"}                                      | 400 | missing_field          | detail.confidence
          {"decision_id":"ID","check":"sure","detail":{"confidence":"high"}}       | 400 | invalid_value          | detail.confidence
          {"decision_id":"ID","check":"sure","detail":{"confidence":2}}            | 400 | invalid_value          | detail.confidence
          {"decision_id":"ID","check":"schema","detail":{"prompt":"You are"}}      | 400 | unknown_field          | detail.prompt
          {"decision_id":"ID","check":"schema","detail":{"error_code":"No name"}}  | 400 | invalid_value          | detail.error_code
          {"decision_id":"ID","check":"complete","detail":{"missing":["bic"]}}     | 422 | unknown_required_field | detail.missing[0]
          {"decision_id":"ID","check":"schema","role":"porter"}                    | 400 | wrong_role             | role
          {"decision_id":"ID","check":"schema","completion":"x"}                   | 400 | unknown_field          | completion
          {"decision_id":"ID","check":"schema","min_tier":"huge"}                  | 400 | unknown_tier           | min_tier
          """)
  void whatIsWrongIsToldByName(String body, int status, String code, String field) {
    HttpResponse<String> response =
        service.post("/escalate", body.replace("ID", routed("clerk", PUBLIC)));

    JsonNode problem = ServiceProcess.json(response);
    assertThat(response.statusCode()).as(response.body()).isEqualTo(status);
    assertThat(problem.path("code").asText()).isEqualTo(code);
    assertThat(problem.at("/errors/0/field").asText()).isEqualTo(field);
  }

  private static String routed(String role, String rest) {
    JsonNode answer =
        ServiceProcess.json(service.post("/route", "{\"role\":\"" + role + "\"," + rest + "}"));
    assertThat(answer.path("model").asText()).as(answer.toString()).isEqualTo("tiny-1");
    return answer.path("decision_id").asText();
  }

  private static JsonNode escalated(String decisionId, String check, String rest) {
    HttpResponse<String> response =
        service.post(
            "/escalate",
            "{\"decision_id\":\"%s\",\"check\":\"%s\",%s}".formatted(decisionId, check, rest));
    assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
    return ServiceProcess.json(response);
  }

  private static boolean calls(long n) {
    return ServiceProcess.json(service.get("/ingest")).at("/totals/calls").asLong() == n;
  }

  private static String sums(String where) {
    return ledger.text(
        "select concat_ws('|', sum(episodes), sum(labels), sum(sum_vq), sum(sum_nano_usd))"
            + " from evidence where "
            + where);
  }
}
