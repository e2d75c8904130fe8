package io.floorkeeper.journey;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.opentelemetry.proto.trace.v1.Span;
import io.opentelemetry.proto.trace.v1.Status;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.commons.math3.distribution.ChiSquaredDistribution;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The models behind a tier on a running service: shares, illness and recovery, a full one. */
class PoolIT {
  private static final Duration SOON = Duration.ofSeconds(40);
  private static final Path POLICY = Path.of("src/test/resources/policies/pool.yaml");

  /** The service draws from its own generator: this is how often the test would alarm falsely. */
  private static final double FALSE_ALARM = 1e-5;

  @TempDir Path folder;
  private ServiceProcess service;
  private Spans spans;

  @BeforeEach
  void start() {
    service = ServiceProcess.embedded(folder, POLICY);
    service.start();
    spans = new Spans(service.kafka());
  }

  @AfterEach
  void stop() {
    spans.close();
    service.close();
  }

  @Test
  void aModelThatFailsIsLeftOutProbedAndTakenBack() {
    // Given: three requests of four go east
    Map<String, Integer> answers = answers(1_000);
    double off = answers.get("east-1") - 750;
    assertThat(off * off / 750 + off * off / 250)
        .as("%s", answers)
        .isLessThan(new ChiSquaredDistribution(1).inverseCumulativeProbability(1 - FALSE_ALARM));

    // When: west is sent what it cannot read, and east fails, under its other name too
    for (int i = 0; i < 15; i++) {
      spans.send(failed(decision("west-1"), "west-1", "400"));
    }
    for (int i = 0; i < 6; i++) {
      spans.send(failed(decision("east-1"), "east-1", "503"));
      spans.send(failed(decision("east-1"), "east-latest", "RateLimitError"));
    }
    // Then: east is out as long as it cools down, and then but for probes
    await().atMost(SOON).until(() -> !state("east-1").equals("closed"));
    assertThat(state("west-1")).as("no fault of the model's").isEqualTo("closed");
    assertThat(health("west-1").path("calls").asInt()).isZero();
    JsonNode other = decisionAnswer("west-1");
    assertThat(texts(other.path("constraints"))).contains("health");

    // When: its probes fail, it is out again; when they are answered, it is back
    await().atMost(SOON).until(() -> state("east-1").equals("half_open"));
    for (int i = 0; i < 5; i++) {
      JsonNode probe = decisionAnswer("east-1");
      assertThat(texts(probe.path("constraints"))).contains("health_probe");
      assertThat(probe.path("propensity").asDouble()).isCloseTo(.5 * .75, within(1e-9));
      spans.send(failed(probe.path("decision_id").asText(), "east-1", "timeout"));
    }
    await().atMost(SOON).until(() -> changes("open") == 2);
    await().atMost(SOON).until(() -> state("east-1").equals("half_open"));
    for (int i = 0; i < 5; i++) {
      String probe = decisionAnswer("east-1").path("decision_id").asText();
      spans.send(begunNow(probe, "east-1"));
    }
    await().atMost(SOON).until(() -> state("east-1").equals("closed"));
    // Then
    assertThat(texts(decisionAnswer("east-1").path("constraints"))).isEmpty();
    assertThat(lines("model east-1 is ill")).isEqualTo(2);
    assertThat(lines("model east-1 is probed")).isEqualTo(2);
    assertThat(lines("model east-1 is well again")).isEqualTo(1);
    assertThat(lines("model west-1")).isZero();
  }

  @Test
  void aFullModelSpillsToTheNextTier() {
    // Given: a little of what it can take
    List<String> tasks = new ArrayList<>();
    while (tasks.size() < 30) {
      JsonNode answer = service.route("clerk");
      if (answer.path("model").asText().equals("own-1")) {
        tasks.add(answer.path("decision_id").asText());
      }
    }
    tasks.forEach(id -> spans.send(Spans.call(id, "own-1")));
    await().atMost(SOON).until(() -> capacity().path("calls_last_minute").asInt() == 30);
    assertThat(capacity().path("fixed_usd_per_call").asDouble())
        .as("$438.30 a month at 30 calls a minute of its 43,830 minutes")
        .isCloseTo(438.30 / (30 * 43_830), within(1e-9));
    assertThat(capacity().path("utilisation").asDouble()).isCloseTo(.5, within(.01));
    assertThat(capacity().path("admit_share").asDouble())
        .as("half a minute's worth at once may be the begin of a rush")
        .isGreaterThan(.85);

    // When: many times more come, of which no span has told yet
    await()
        .atMost(SOON)
        .pollInterval(Duration.ofMillis(50))
        .until(
            () -> {
              for (int i = 0; i < 20; i++) {
                service.route("clerk");
              }
              return capacity().path("admit_share").asDouble() < .25;
            });

    // Then: the rest is answered by the next tier, and says why
    int own = 0;
    Set<String> others = new HashSet<>();
    for (int i = 0; i < 400; i++) {
      JsonNode answer = service.route("clerk");
      if (answer.path("model").asText().equals("own-1")) {
        own++;
      } else {
        others.add(answer.path("tier").asText());
        assertThat(texts(answer.path("constraints"))).containsExactly("capacity");
        assertThat(answer.path("reason").asText()).isEqualTo("fixed");
        assertThat(answer.path("propensity").asDouble()).isLessThan(.75);
      }
    }
    assertThat(own).as("of 400, at a share below .25 that still falls").isLessThan(160);
    assertThat(others).containsExactly("mid");
    assertThat(capacity().path("utilisation").asDouble()).isGreaterThan(1);
  }

  private Map<String, Integer> answers(int requests) {
    Map<String, Integer> answers = new HashMap<>();
    for (int i = 0; i < requests; i++) {
      answers.merge(service.route("worker").path("model").asText(), 1, Integer::sum);
    }
    return answers;
  }

  private String decision(String model) {
    return decisionAnswer(model).path("decision_id").asText();
  }

  /** The first answer that names this model. */
  private JsonNode decisionAnswer(String model) {
    for (int i = 0; i < 500; i++) {
      JsonNode answer = service.route("worker");
      if (answer.path("model").asText().equals(model)) {
        return answer;
      }
    }
    throw new AssertionError("nothing was answered with " + model);
  }

  private static Span.Builder failed(String decisionId, String model, String errorType) {
    return begunNow(decisionId, model)
        .setStatus(Status.newBuilder().setCode(Status.StatusCode.STATUS_CODE_ERROR))
        .addAttributes(Spans.text("error.type", errorType));
  }

  /** A call that did not begin before it was decided. */
  private static Span.Builder begunNow(String decisionId, String model) {
    long now = System.currentTimeMillis() * 1_000_000L;
    return Spans.call(decisionId, model)
        .setStartTimeUnixNano(now)
        .setEndTimeUnixNano(now + 5_000_000L);
  }

  private JsonNode candidate(String role, String model) {
    for (JsonNode candidate : service.role(role).path("candidates")) {
      if (candidate.path("model").asText().equals(model)) {
        return candidate;
      }
    }
    throw new AssertionError("no candidate " + model);
  }

  private JsonNode health(String model) {
    return candidate("worker", model).path("health");
  }

  private String state(String model) {
    return health(model).path("state").asText();
  }

  private JsonNode capacity() {
    return candidate("clerk", "own-1").path("capacity");
  }

  private int changes(String to) {
    return service
        .get("/q/metrics")
        .body()
        .lines()
        .filter(
            line ->
                line.startsWith("floorkeeper_pool_health_changes_total{")
                    && line.contains("to=\"" + to + "\""))
        .mapToInt(line -> (int) Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1)))
        .sum();
  }

  private long lines(String of) {
    return service.log().lines().filter(line -> line.contains(of)).count();
  }

  private static List<String> texts(JsonNode array) {
    List<String> texts = new ArrayList<>();
    array.forEach(text -> texts.add(text.asText()));
    return texts;
  }
}
