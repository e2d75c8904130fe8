package io.floorkeeper.journey;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * External classifiers of every temper, over real HTTP: the answer of {@code /route} is there
 * within the time limit and a margin. The margin of this test is what a busy machine with two cores
 * for everything (service, PostgreSQL, Kafka, and whatever else is built there) may take besides.
 */
class ClassifierIT {
  private static final Duration SOON = Duration.ofSeconds(30);
  private static final long LIMIT_MILLIS = 200;
  private static final long MARGIN_MILLIS = 1_500;

  private static final List<String> TEMPERS =
      List.of(
          "fast",
          "priced",
          "lying",
          "chatty",
          "nonsense",
          "broken",
          "moved",
          "slow",
          "stuck",
          "down",
          "crowded");

  @TempDir static Path folder;
  private static ClassifierServer classifiers;
  private static ServiceProcess service;
  private static Ledger ledger;

  @BeforeAll
  static void start() throws IOException {
    classifiers = new ClassifierServer();
    Path policy = folder.resolve("policy.yaml");
    Files.writeString(policy, policy());
    service = ServiceProcess.embedded(folder, policy).start();
    ledger = Ledger.embedded(service);
    await().atMost(SOON).until(() -> service.role("fast").path("policy_version").asInt() == 1);
    route("fast"); // the first request of a JVM loads classes for as long as a limit
    route("plain");
  }

  @AfterAll
  static void stop() {
    classifiers.close();
    assertThat(service.stop()).isEqualTo(143);
    assertThat(service.log()).doesNotContain("ERROR");
  }

  /** A role for each temper; hard ones go to the frontier, simple ones are small, preset mid. */
  private static String policy() {
    StringBuilder roles = new StringBuilder();
    for (String temper : TEMPERS) {
      String url =
          switch (temper) {
            case "down" -> "http://127.0.0.1:" + ServiceProcess.freePort() + "/nobody";
            case "crowded" -> classifiers.url("/slow?crowded");
            default -> classifiers.url("/" + temper);
          };
      roles.append(
          "  %s: {classifier: {url: '%s', time_limit: PT0.2S, cost_usd_per_call: 0.0005}}\n"
              .formatted(temper, url));
    }
    return """
    tiers:
      - {name: small, models: [{name: tiny-1, provider: acme}]}
      - {name: mid, models: [{name: medium-1, provider: acme}]}
      - {name: frontier, models: [{name: grand-1, provider: acme}]}
    defaults: {strategy: rules, preset: mid, floor: {quality: .90}}
    roles:
      plain: {}
    %s
    rules:
      - {name: hard-ones, when: {complexities: [hard]}, tier: frontier}
      - {name: simple-ones, when: {complexities: [simple]}, tier: small}
    """
        .formatted(roles);
  }

  @Test
  void whatTheClassifierSaysDecidesAndIsBooked() {
    JsonNode hard = route("fast", "\"step\":\"extract\",\"tags\":{\"team\":\"claims\"}");
    JsonNode simple = route("priced");

    assertThat(hard.path("model").asText()).isEqualTo("grand-1");
    assertThat(hard.path("reason").asText()).isEqualTo("rule");
    assertThat(simple.path("model").asText()).isEqualTo("tiny-1");
    assertThat(classifiers.questions)
        .contains("{\"role\":\"fast\",\"step\":\"extract\",\"tags\":{\"team\":\"claims\"}}");
    assertThat(booked(hard)).isEqualTo(200_000);
    assertThat(booked(simple)).as("the policy's price").isEqualTo(500_000);
    JsonNode why =
        ServiceProcess.json(service.get("/decisions/" + simple.path("decision_id").asText()));
    assertThat(why.at("/record/classifier_millis").asInt(-1)).isBetween(0, 10_000);
    JsonNode estimates = ServiceProcess.json(service.get("/roles/priced/estimates"));
    assertThat(estimates.at("/certified_saving/spent_usd").asDouble())
        .as(estimates.toString())
        .isGreaterThanOrEqualTo(.0005);
  }

  @Test
  void aRequestThatSaysItItselfIsNotAskedAbout() {
    int before = classifiers.questions.size();

    JsonNode said = route("fast", "\"context\":{\"complexity\":\"simple\"}");

    assertThat(said.path("model").asText()).isEqualTo("tiny-1");
    assertThat(classifiers.questions).hasSize(before);
  }

  @ParameterizedTest
  @CsvSource({
    "lying, classifier_failed, 500000",
    "chatty, classifier_failed, 500000",
    "nonsense, classifier_failed, 500000",
    "moved, classifier_failed, 500000",
    "slow, classifier_timeout, 500000",
    "stuck, classifier_timeout, 500000",
    "down, classifier_failed, 0"
  })
  void whateverGoesWrongThePresetAnswersInTime(String temper, String constraint, long nanoUsd) {
    long begun = System.nanoTime();
    JsonNode answer = route(temper);
    long tookMillis = (System.nanoTime() - begun) / 1_000_000;

    System.out.printf(Locale.ROOT, "%s: %d ms of %d%n", temper, tookMillis, LIMIT_MILLIS);
    assertThat(answer.path("model").asText()).isEqualTo("medium-1");
    assertThat(answer.path("reason").asText()).isEqualTo("preset");
    assertThat(answer.path("constraints").toString()).isEqualTo("[\"" + constraint + "\"]");
    assertThat(tookMillis).isLessThan(LIMIT_MILLIS + MARGIN_MILLIS);
    assertThat(booked(answer)).isEqualTo(nanoUsd);
  }

  @Test
  void afterSomeFailuresNobodyWaitsInVainUntilItWorksAgain() {
    for (int i = 0; i < 5; i++) {
      assertThat(route("broken").path("constraints").toString()).contains("classifier_failed");
    }
    int asked = classifiers.questions.size();

    JsonNode spared = route("broken");

    assertThat(spared.path("constraints").toString()).isEqualTo("[\"classifier_down\"]");
    assertThat(spared.path("model").asText()).isEqualTo("medium-1");
    assertThat(classifiers.questions).hasSize(asked);

    classifiers.mended = true;
    await().atMost(SOON).until(() -> route("broken").path("model").asText().equals("grand-1"));
  }

  /** A hundred at once on one that never answers: all are answered, and none waits twice. */
  @Test
  void aCrowdBeforeASlowClassifierIsAnsweredInTimeAndOthersAreNotHeldUp() throws Exception {
    ExecutorService crowd = Executors.newFixedThreadPool(100);
    try {
      List<Callable<JsonNode>> all = new ArrayList<>();
      for (int i = 0; i < 100; i++) {
        all.add(() -> route("crowded"));
      }
      long begun = System.nanoTime();
      List<Future<JsonNode>> answers = crowd.invokeAll(all);
      long tookMillis = (System.nanoTime() - begun) / 1_000_000;

      List<String> told = new ArrayList<>();
      for (Future<JsonNode> answer : answers) {
        told.add(told(answer));
      }
      System.out.printf(
          Locale.ROOT,
          "100 at once in %d ms: %d timed out, %d found it busy, %d down%n",
          tookMillis,
          Collections.frequency(told, "[\"classifier_timeout\"]"),
          Collections.frequency(told, "[\"classifier_busy\"]"),
          Collections.frequency(told, "[\"classifier_down\"]"));
      assertThat(told).allMatch(t -> t.contains("classifier_")).hasSize(100);
      assertThat(Collections.frequency(told, "[\"classifier_timeout\"]")).isBetween(1, 64 + 36);
      assertThat(tookMillis).isLessThan(2 * (LIMIT_MILLIS + MARGIN_MILLIS));
      assertThat(route("plain").path("model").asText()).isEqualTo("medium-1");
    } finally {
      crowd.shutdownNow();
    }
  }

  private static String told(Future<JsonNode> answer)
      throws ExecutionException, InterruptedException {
    assertThat(answer.get().path("model").asText()).isEqualTo("medium-1");
    return answer.get().path("constraints").toString();
  }

  private static JsonNode route(String role) {
    return route(role, "\"step\":\"any\"");
  }

  private static JsonNode route(String role, String rest) {
    HttpResponse<String> response =
        service.post("/route", "{\"role\":\"" + role + "\"," + rest + "}");
    assertThat(response.statusCode()).as(response.body()).isEqualTo(200);
    return ServiceProcess.json(response);
  }

  private static long booked(JsonNode answer) {
    String id = answer.path("decision_id").asText();
    await()
        .atMost(SOON)
        .until(
            () -> ServiceProcess.json(service.get("/decisions/" + id)).path("logged").asBoolean());
    return ServiceProcess.json(service.get("/decisions/" + id))
        .at("/record/classifier_nano_usd")
        .asLong(-1);
  }
}
