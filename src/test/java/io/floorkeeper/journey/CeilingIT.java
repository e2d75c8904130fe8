package io.floorkeeper.journey;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.floorkeeper.platform.EmbeddedDatabase;
import io.floorkeeper.platform.EmbeddedPlatform;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * A ceiling is reached in mid-run: from spans with their dollars to what the next task gets, on two
 * replicas. A call of the dear model costs $.03, one of the cheap model $.002.
 */
class CeilingIT {
  private static final Duration SOON = Duration.ofSeconds(30);
  private static final Path POLICY = Path.of("src/test/resources/policies/ceilings.yaml");

  @TempDir Path folder;

  @Test
  void qualityFirstLowersTheNextTaskAsFarAsTheFloorIsProvenOnEveryReplica() {
    try (EmbeddedPlatform parts = parts();
        ServiceProcess first = replica(parts, "first", POLICY).start();
        ServiceProcess second = replica(parts, "second", POLICY).start();
        Spans spans = new Spans(first.kafka())) {
      awaitLive(first);
      awaitLive(second);
      prove(first, spans);

      // A cheaper arm is proven
      JsonNode task = spent(first, spans, "proven", "r-1");
      assertThat(continued(first, task, "proven", "r-1").path("reason").asText())
          .isEqualTo("sticky");
      assertThat(continued(second, task, "proven", "r-1").path("tier").asText())
          .as("a task under way keeps its tier")
          .isEqualTo("frontier");
      for (ServiceProcess replica : new ServiceProcess[] {first, second}) {
        await().atMost(SOON).until(() -> atLimit(replica, "proven") == 1);
        JsonNode next = route(replica, "proven", "r-1");
        assertThat(next.path("tier").asText()).isEqualTo("small");
        assertThat(next.path("reason").asText()).isEqualTo("lowered");
        assertThat(texts(next.path("constraints"))).contains("ceiling_run");
        assertThat(next.path("propensity").asDouble()).isEqualTo(1);
        assertThat(route(replica, "proven", "r-2").path("tier").asText())
            .as("another run")
            .isEqualTo("frontier");
      }
      JsonNode why = why(first, route(first, "proven", "r-1"));
      assertThat(why.at("/record/reason").asText()).isEqualTo("lowered");
      JsonNode ceiling = why.path("ceiling");
      assertThat(ceiling.path("precedence").asText()).isEqualTo("quality_first");
      assertThat(ceiling.path("outcome").asText()).isEqualTo("lowered");
      assertThat(ceiling.path("floor_yields").asBoolean()).isFalse();
      assertThat(ceiling.at("/run/run_id").asText()).isEqualTo("r-1");
      assertThat(ceiling.at("/run/spent_usd").asDouble()).isEqualTo(.06);
      assertThat(ceiling.at("/run/limit_usd").asDouble()).isEqualTo(.05);
      assertThat(ceiling.at("/otherwise/arm").asText()).isEqualTo("frontier/grand-1");

      // None is
      spent(first, spans, "unproven", "r-1");
      await().atMost(SOON).until(() -> atLimit(second, "unproven") == 1);
      JsonNode kept = route(second, "unproven", "r-1");
      assertThat(kept.path("tier").asText()).isEqualTo("frontier");
      assertThat(kept.path("reason").asText()).isEqualTo("fixed");
      assertThat(texts(kept.path("constraints"))).contains("ceiling_run", "floor_first");
      assertThat(why(second, kept).at("/ceiling/outcome").asText()).isEqualTo("floor_first");

      // Told only
      spent(first, spans, "alerting", "r-1");
      await().atMost(SOON).until(() -> atLimit(second, "alerting") == 1);
      JsonNode told = route(second, "alerting", "r-1");
      assertThat(told.path("tier").asText()).isEqualTo("frontier");
      assertThat(texts(told.path("constraints"))).containsOnly("ceiling_run");
      spans.send(Spans.call(told.path("decision_id").asText(), "grand-1"));
      await().atMost(SOON).until(() -> first.role("alerting").path("calls").asLong() == 3);
      assertThat(alarms(first, "alerting")).as("once for a run").isEqualTo("spend_run r-1 0.05;");
    }
  }

  @Test
  void costFirstTakesTheCheapestArmAndABlockSaysWhenItEnds() throws IOException {
    Path costFirst = folder.resolve("cost-first.yaml");
    Files.writeString(costFirst, Files.readString(POLICY) + "precedence: cost_first\n");
    try (EmbeddedPlatform parts = parts();
        ServiceProcess service = replica(parts, "service", costFirst).start();
        Spans spans = new Spans(service.kafka())) {
      awaitLive(service);

      JsonNode task = spent(service, spans, "unproven", "r-1");
      assertThat(continued(service, task, "unproven", "r-1").path("tier").asText())
          .isEqualTo("frontier");
      await().atMost(SOON).until(() -> atLimit(service, "unproven") == 1);
      JsonNode next = route(service, "unproven", "r-1");
      assertThat(next.path("tier").asText()).isEqualTo("small");
      assertThat(texts(next.path("constraints"))).contains("ceiling_run", "floor_yielded");
      assertThat(why(service, next).at("/ceiling/floor_yields").asBoolean()).isTrue();

      JsonNode underWay = spent(service, spans, "blocking", "r-1");
      await()
          .atMost(SOON)
          .until(() -> service.role("blocking").at("/ceiling/day/spent_usd").asDouble() == .06);
      HttpResponse<String> refused = service.post("/route", request("blocking", "r-2", null));
      JsonNode problem = ServiceProcess.json(refused);
      assertThat(refused.statusCode()).isEqualTo(429);
      assertThat(problem.path("code").asText()).isEqualTo("ceiling_reached");
      assertThat(problem.path("detail").asText()).contains("blocking", "0.06 USD", "0.05 USD");
      Instant midnight =
          LocalDate.now(ZoneOffset.UTC).plusDays(1).atStartOfDay().toInstant(ZoneOffset.UTC);
      assertThat(Long.parseLong(refused.headers().firstValue("Retry-After").orElseThrow()))
          .isCloseTo(
              Duration.between(Instant.now(), midnight).toSeconds(),
              org.assertj.core.api.Assertions.within(60L));
      assertThat(continued(service, underWay, "blocking", "r-1").path("tier").asText())
          .as("never for a task under way")
          .isEqualTo("frontier");
      assertThat(alarms(service, "blocking"))
          .isEqualTo("spend_day " + LocalDate.now(ZoneOffset.UTC) + " 0.05;");
      JsonNode free = route(service, "free", "r-1");
      assertThat(free.path("tier").asText()).isEqualTo("frontier");
      assertThat(why(service, free).path("logged").asBoolean()).isTrue();
      EmbeddedDatabase database = parts.database().orElseThrow();
      assertThat(
              new Ledger(database.jdbcUrl(), database.password())
                  .number("select count(distinct role_no) from run_task"))
          .as("a role without a ceiling of a run keeps no row for its tasks")
          .isEqualTo(1);
      assertThat(service.role("free").has("ceiling")).isFalse();
    }
  }

  private EmbeddedPlatform parts() {
    return EmbeddedPlatform.start(folder.resolve("parts"), EmbeddedPlatform.Options.onFreePorts());
  }

  private ServiceProcess replica(EmbeddedPlatform parts, String name, Path policy) {
    Map<String, String> settings = new HashMap<>(parts.quarkusSettings());
    settings.put("floorkeeper.policy.file", policy.toAbsolutePath().toString());
    settings.put("floorkeeper.snapshot.interval", "PT0.2S");
    return new ServiceProcess(folder.resolve(name), settings);
  }

  private static void awaitLive(ServiceProcess service) {
    await().atMost(SOON).until(() -> service.role("proven").at("/ceiling/known").asBoolean());
  }

  /** Sixty labels of the cheap model, all good: reached by a request that may not cost more. */
  private static void prove(ServiceProcess service, Spans spans) {
    for (int i = 0; i < 60; i++) {
      JsonNode cheap =
          ServiceProcess.json(
              service.post("/route", "{\"role\":\"proven\",\"max_cost_usd\":0.01}"));
      assertThat(cheap.path("tier").asText()).isEqualTo("small");
      spans.send(
          Spans.call(cheap.path("decision_id").asText(), "tiny-1")
              .addAttributes(Spans.passed(true)));
    }
    await().atMost(SOON).until(() -> service.role("proven").path("calls").asLong() == 60);
  }

  /** A task of two dear calls, whose dollars are booked. */
  private static JsonNode spent(ServiceProcess service, Spans spans, String role, String run) {
    long before = service.role(role).path("calls").asLong();
    JsonNode task = route(service, role, run);
    assertThat(task.path("tier").asText()).isEqualTo("frontier");
    for (int i = 0; i < 2; i++) {
      spans.send(Spans.call(task.path("decision_id").asText(), "grand-1"));
    }
    await().atMost(SOON).until(() -> service.role(role).path("calls").asLong() == before + 2);
    return task;
  }

  private static JsonNode route(ServiceProcess service, String role, String run) {
    return ServiceProcess.json(service.post("/route", request(role, run, null)));
  }

  private static JsonNode continued(
      ServiceProcess service, JsonNode task, String role, String run) {
    return ServiceProcess.json(
        service.post("/route", request(role, run, task.path("decision_id").asText())));
  }

  private static String request(String role, String run, String continues) {
    return ServiceProcess.JSON
        .createObjectNode()
        .put("role", role)
        .put("run_id", run)
        .put("continues", continues)
        .toString();
  }

  private static long atLimit(ServiceProcess service, String role) {
    return service.role(role).at("/ceiling/run/runs_at_limit").asLong();
  }

  private static JsonNode why(ServiceProcess service, JsonNode answer) {
    String path = "/decisions/" + answer.path("decision_id").asText();
    await()
        .atMost(SOON)
        .until(() -> ServiceProcess.json(service.get(path)).path("logged").asBoolean());
    return ServiceProcess.json(service.get(path));
  }

  /** Kind, subject and bound of the alarms of spend. */
  private static String alarms(ServiceProcess service, String role) {
    StringBuilder alarms = new StringBuilder();
    for (JsonNode alarm : service.role(role).path("alarms")) {
      if (alarm.path("kind").asText().startsWith("spend")) {
        alarms
            .append(alarm.path("kind").asText())
            .append(' ')
            .append(alarm.path("subject").asText())
            .append(' ')
            .append(alarm.path("bound").asDouble())
            .append(';');
      }
    }
    return alarms.toString();
  }

  private static java.util.List<String> texts(JsonNode array) {
    return StreamSupport.stream(array.spliterator(), false).map(JsonNode::asText).toList();
  }
}
