package io.floorkeeper.journey;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.opentelemetry.proto.trace.v1.Span;
import io.opentelemetry.proto.trace.v1.Status;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * From real spans through Kafka to estimates: what the service says against what the test knows of
 * every single decision.
 *
 * <p>320 draws at a holdout of one half have fewer than 100 held out with a probability below
 * 1e-11; an arm whose share is a hundredth may be missing, and then the answer has to say so.
 */
class EstimatesIT {
  private static final Duration SOON = Duration.ofSeconds(40);
  private static final int DRAWS = 320;
  private static final int BASE_LABEL = 1;
  private static final int HOLDOUT = 1 << 2;
  private static final List<String> MODELS = List.of("tiny-1", "medium-1", "grand-1");
  private static final List<String> ARMS =
      List.of("small/tiny-1", "mid/medium-1", "frontier/grand-1");

  /** Of 1,000 tokens in and 200 out. */
  private static final double[] USD = {.002, .006, .030};

  @TempDir static Path folder;
  private static ServiceProcess service;

  /** What the first draws of the worker were, by their ids, and what became of them. */
  private static final List<Draw> draws = new ArrayList<>();

  /**
   * @param quality NaN: nobody judged it
   */
  private record Draw(int arm, double propensity, int flags, long millis, double quality) {
    static Draw of(JsonNode answer, double quality) {
      ByteBuffer id =
          ByteBuffer.wrap(Base64.getUrlDecoder().decode(answer.path("decision_id").asText()));
      return new Draw(
          MODELS.indexOf(answer.path("model").asText()),
          id.getFloat(21),
          (id.getShort(1) & 0xFFFF) >>> 4,
          Instant.parse("2025-01-01T00:00:00Z").toEpochMilli()
              + ((id.get(3) & 0xFFL) << 32 | id.getInt(4) & 0xFFFFFFFFL),
          quality);
    }

    boolean judged() {
      return (flags & BASE_LABEL) != 0 && !Double.isNaN(quality);
    }

    double usd() {
      return USD[arm];
    }
  }

  @BeforeAll
  static void workADay() {
    service =
        ServiceProcess.embedded(folder, Path.of("src/test/resources/policies/estimates.yaml"))
            .start();
    await().atMost(SOON).until(() -> service.role("worker").path("policy_version").asInt() == 1);
    try (Spans spans = new Spans(service.kafka())) {
      for (int i = 0; i < DRAWS; i++) {
        String session = i == 7 ? ",\"session_id\":\"s-1\"" : "";
        JsonNode answer = route("{\"role\":\"worker\"" + session + "}");
        Span.Builder span = span(answer);
        double quality = Double.NaN;
        if (i % 9 == 4) {
          span.setStatus(Status.newBuilder().setCode(Status.StatusCode.STATUS_CODE_ERROR));
          quality = 0; // the policy counts errors
        } else if (i % 3 != 0) {
          quality = i % 5 == 0 ? 0 : 1;
          span.addAttributes(Spans.passed(quality == 1));
        }
        if (i == 7) {
          span.addAttributes(Spans.text("session.id", "s-1"));
        }
        spans.send(span);
        draws.add(Draw.of(answer, quality));
      }
      for (int i = 0; i < 2; i++) { // of the same session: no new randomness
        JsonNode repeat = route("{\"role\":\"worker\",\"session_id\":\"s-1\"}");
        spans.send(
            span(repeat)
                .addAttributes(Spans.passed(false))
                .addAttributes(Spans.text("session.id", "s-1")));
      }
      JsonNode pinned =
          route("{\"role\":\"worker\",\"data_class\":\"phi\",\"tags\":{\"site\":\"clinic\"}}");
      spans.send(span(pinned).addAttributes(Spans.passed(false)));
    }
    await().atMost(SOON).until(() -> service.role("worker").path("calls").asInt() == DRAWS + 3);
  }

  @AfterAll
  static void stop() {
    assertThat(service.stop()).isEqualTo(143);
    assertThat(service.log()).doesNotContain("ERROR");
  }

  @Test
  void theEstimatesAreThoseOfTheDecisionsOneByOne() {
    JsonNode answer = estimates("");

    assertThat(answer.at("/sample/first_draws").asInt()).isEqualTo(DRAWS);
    assertThat(answer.at("/sample/repeats").asInt()).isEqualTo(2);
    assertThat(answer.at("/sample/not_drawn").asInt()).isEqualTo(1);
    assertThat(answer.at("/sample/truncated").asBoolean()).isFalse();
    JsonNode logged = answer.at("/policies/0/quality");
    assertThat(logged.at("/anytime/low").asDouble()).isLessThan(logged.at("/ips/low").asDouble());
    assertThat(answer.at("/labels/used").asText()).isEqualTo("base");
    assertThat(answer.at("/labels/asked").asLong())
        .isEqualTo(draws.stream().filter(d -> (d.flags & BASE_LABEL) != 0).count());
    assertThat(answer.at("/labels/labelled").asLong())
        .isEqualTo(draws.stream().filter(Draw::judged).count());
    assertThat(answer.at("/labels/weighted").asBoolean()).isFalse();
    assertThat(answer.path("policies").findValuesAsText("policy"))
        .containsExactly("logged", "preset", "uniform_reference", "always", "always", "always");
    assertMatches(answer, draws);
    assertThat(answer.at("/policies/1").path("arm").asText()).isEqualTo(ARMS.get(1));
    assertThat(answer.at("/policies/2").path("quality"))
        .isEqualTo(answer.at("/policies/5").path("quality"));
  }

  @Test
  void sinceLeavesOutWhatWasDecidedBefore() {
    long since = draws.get(DRAWS / 2).millis;

    JsonNode answer = estimates("?since=" + Instant.ofEpochMilli(since));

    List<Draw> later = draws.stream().filter(d -> d.millis >= since).toList();
    assertThat(answer.at("/sample/first_draws").asInt()).isEqualTo(later.size());
    assertThat(answer.at("/sample/repeats").asInt()).as("of a session from before").isEqualTo(2);
    assertMatches(answer, later);
  }

  /**
   * L solves mean_j prod (1 - lambda_j + lambda_j*y/m) = 20, y = .03/p on the reference, else 0.
   */
  @Test
  void theSavingIsCertifiedByAllDrawsOfTheReference() {
    JsonNode saving = estimates("").path("certified_saving");

    long held = draws.stream().filter(d -> (d.flags & HOLDOUT) != 0).count();
    long onReference = draws.stream().filter(d -> d.arm == 2).count();
    double spentUsd = draws.stream().mapToDouble(Draw::usd).sum();
    double low = .001;
    double high = .1;
    for (int i = 0; i < 60; i++) {
      double m = (low + high) / 2;
      double mean = 0;
      for (double lambda : new double[] {.0005, .001, .002, .005, .01, .02, .05, .1, .2, .4}) {
        double product = 1;
        for (Draw draw : draws) {
          double y = draw.arm == 2 ? draw.usd() / draw.propensity : 0;
          product *= 1 - lambda + lambda * y / m;
        }
        mean += product / 10;
      }
      low = mean >= 20 ? m : low;
      high = mean >= 20 ? high : m;
    }
    assertThat(held).isGreaterThan(99);
    assertThat(saving.path("reference_draws").asLong())
        .isEqualTo(onReference)
        .isGreaterThanOrEqualTo(held);
    assertThat(saving.path("tasks").asInt()).isEqualTo(DRAWS);
    assertThat(saving.path("spent_usd").asDouble()).isCloseTo(spentUsd, within(1e-9));
    assertThat(saving.path("reference_usd_low").asDouble()).isCloseTo(low, within(1e-6 * low));
    assertThat(saving.path("saving").asDouble())
        .isCloseTo(1 - spentUsd / (DRAWS * low), within(1e-5));
    assertThat(saving.path("anytime_valid").asBoolean()).isTrue();
    assertThat(saving.has("why")).isFalse();
    // A claim that may be wrong more seldom claims less.
    assertThat(estimates("?alpha=0.001").at("/certified_saving/saving").asDouble())
        .isLessThan(saving.path("saving").asDouble());
  }

  @Test
  void whatCannotBeSaidSaysWhy() {
    JsonNode answer = ServiceProcess.json(service.get("/roles/critic/estimates"));

    assertThat(answer.at("/sample/first_draws").asInt()).isZero();
    assertThat(answer.at("/certified_saving").has("saving")).isFalse();
    assertThat(answer.at("/certified_saving/why").asText())
        .startsWith("0 draws of the reference")
        .contains("holdout_share is 0");
    assertThat(answer.at("/policies/3/quality/why").asText())
        .isEqualTo("small/tiny-1 was never drawn with a base label");
    assertThat(answer.at("/policies/3/quality").has("ips")).isFalse();
    assertThat(
            ServiceProcess.json(service.get("/roles/worker/estimates?since=2050-01-01T00:00:00Z"))
                .at("/certified_saving/why")
                .asText())
        .isEqualTo("0 draws of the reference with known dollars; a claim needs 100");
  }

  /** Nobody knows whether they were drawn. */
  @Test
  void tasksFromBeforeFlagsWereKeptAreNotRead() {
    long copied =
        Ledger.embedded(service)
            .number(
                """
                insert into episode
                select (jsonb_populate_record(null::episode, to_jsonb(e) || jsonb_build_object(
                  'flags', null, 'role_no', role.role_no,
                  'root', '\\x' || encode(set_byte(e.root, 0, 0), 'hex')))).*
                from episode e, role where role.name = 'critic' limit 1
                returning 1
                """);

    assertThat(copied).isEqualTo(1);
    assertThat(
            ServiceProcess.json(service.get("/roles/critic/estimates"))
                .at("/sample/first_draws")
                .asInt())
        .isZero();
  }

  @ParameterizedTest
  @CsvSource({
    "worker, alpha=0, 400, invalid_value, alpha",
    "worker, alpha=1, 400, invalid_value, alpha",
    "worker, alpha=NaN, 400, invalid_value, alpha",
    "worker, alpha=five, 400, invalid_value, alpha",
    "worker, since=yesterday, 400, invalid_value, since",
    "worker, since=2026-11-25T00:00:00, 400, invalid_value, since",
    "stranger, alpha=.05, 404, unknown_role, role",
  })
  void badRequestsNameTheirField(String role, String query, int status, String code, String field) {
    HttpResponse<String> response = service.get("/roles/" + role + "/estimates?" + query);

    assertThat(response.statusCode()).isEqualTo(status);
    assertThat(response.headers().firstValue("Content-Type").orElse(""))
        .startsWith("application/problem+json");
    assertThat(ServiceProcess.json(response).path("code").asText()).isEqualTo(code);
    assertThat(ServiceProcess.json(response).at("/errors/0/field").asText()).isEqualTo(field);
  }

  @Test
  void aTimeWithAnyOffsetOrBeforeAllTimesIsATime() {
    assertThat(estimates("?since=2026-01-01T00:00:00%2B05:30").at("/sample/first_draws").asInt())
        .isEqualTo(DRAWS);
    assertThat(estimates("?since=-999999999-01-01T00:00:00Z").at("/sample/first_draws").asInt())
        .isEqualTo(DRAWS);
  }

  private static void assertMatches(JsonNode answer, List<Draw> all) {
    List<Draw> judged = all.stream().filter(Draw::judged).toList();
    JsonNode logged = answer.at("/policies/0");
    assertThat(logged.at("/quality/snips/value").asDouble())
        .isCloseTo(
            judged.stream().mapToDouble(Draw::quality).average().orElseThrow(), within(1e-12));
    assertThat(logged.at("/cost_usd/ips/value").asDouble())
        .isCloseTo(all.stream().mapToDouble(Draw::usd).average().orElseThrow(), within(1e-12));
    for (int k = 0; k < ARMS.size(); k++) {
      JsonNode policy = answer.at("/policies/" + (3 + k));
      assertThat(policy.path("arm").asText()).isEqualTo(ARMS.get(k));
      int arm = k;
      assertEstimates(policy.path("quality"), judged, d -> d.arm == arm, true);
      assertEstimates(policy.path("cost_usd"), all, d -> d.arm == arm, false);
    }
  }

  private static void assertEstimates(
      JsonNode told, List<Draw> log, Predicate<Draw> on, boolean quality) {
    double w = 0;
    double x = 0;
    long drawn = 0;
    for (Draw draw : log) {
      if (on.test(draw)) {
        drawn++;
        w += 1 / draw.propensity;
        x += (quality ? draw.quality : draw.usd()) / draw.propensity;
      }
    }
    assertThat(told.path("drawn").asLong()).isEqualTo(drawn);
    if (drawn == 0) {
      assertThat(told.path("why").asText()).contains("never drawn");
      return;
    }
    if (w < log.size() / 2.) {
      assertThat(told.path("why").asText()).contains("100 % of the tasks").contains("hardly ever");
      return;
    }
    assertThat(told.path("n").asInt()).isEqualTo(log.size());
    double ips = quality ? Math.min(1, x / log.size()) : x / log.size();
    assertThat(told.at("/ips/value").asDouble()).isCloseTo(ips, within(1e-9));
    assertThat(told.at("/snips/value").asDouble()).isCloseTo(x / w, within(1e-9));
    assertThat(told.path("mean_weight").asDouble()).isCloseTo(w / log.size(), within(1e-9));
    assertThat(told.has("cressie_read")).isEqualTo(quality);
    boolean told30 = told.path("effective_n").asDouble() >= 30;
    assertThat(told.at("/ips").has("low")).isEqualTo(told30);
    if (told.at("/dr").has("low")) {
      assertThat(told.at("/dr/low").asDouble()).isLessThan(told.at("/dr/high").asDouble());
    }
    if (!quality) {
      assertThat(told.at("/snips").has("low")).as("all of an arm's tasks cost the same").isFalse();
      assertThat(told.at("/snips/why").asText()).isNotEmpty();
    }
  }

  private static JsonNode estimates(String query) {
    HttpResponse<String> response = service.get("/roles/worker/estimates" + query);
    assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
    return ServiceProcess.json(response);
  }

  private static JsonNode route(String body) {
    return ServiceProcess.json(service.post("/route", body));
  }

  private static Span.Builder span(JsonNode answer) {
    return Spans.call(answer.path("decision_id").asText(), answer.path("model").asText());
  }
}
