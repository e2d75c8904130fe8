package io.floorkeeper.journey;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.opentelemetry.proto.trace.v1.Span;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A stream of which a part is missing is told from one that is whole. */
class SamplingIT {
  private static final Duration SOON = Duration.ofSeconds(30);
  private static final int TASKS = 60;

  @TempDir Path folder;

  @Test
  void aSampledStreamIsNoticed() {
    try (ServiceProcess service =
            ServiceProcess.embedded(
                    folder,
                    Path.of("src/test/resources/policies/journey.yaml"),
                    Map.of(
                        "floorkeeper.sampling.patience",
                        "PT0S",
                        "floorkeeper.sampling.interval",
                        "PT0.2S"))
                .start();
        Spans spans = new Spans(service.kafka())) {
      // Given a role whose every decision is heard of, one of them on a model that was not decided
      for (int i = 0; i < TASKS; i++) {
        spans.send(call(service, "critic", i == 0 ? "another" : null));
      }
      await().atMost(SOON).until(() -> heardOf(service, "critic", TASKS, 0));
      assertThat(sampling(service).path("verdict").asText()).isEqualTo("none");

      // When of another one in ten is
      for (int i = 0; i < TASKS; i++) {
        Span.Builder call = call(service, "worker", null);
        if (i % 10 == 0) {
          spans.send(call);
        }
      }

      // Then silence is told, with both readings, and what share it is
      await().atMost(SOON).until(() -> heardOf(service, "worker", TASKS, TASKS - TASKS / 10));
      JsonNode unheard = sampling(service);
      assertThat(unheard.path("verdict").asText()).isEqualTo("unheard");
      assertThat(unheard.at("/decisions/share").asDouble()).isEqualTo(.45);
      assertThat(unheard.at("/decisions/share_low").asDouble()).isBetween(.30, .45);
      assertThat(unheard.at("/decisions/share_high").asDouble()).isBetween(.45, .60);
      assertThat(unheard.path("message").asText()).contains("sampled").contains("do not follow");
      await().atMost(SOON).until(() -> service.log().contains("looks sampled (unheard)"));
      assertThat(service.get("/q/metrics").body())
          .contains(
              "floorkeeper_sampling_suspected 1.0", "floorkeeper_sampling_unheard_share 0.45");

      // And when a span says itself that it is one of ten
      spans.send(call(service, "worker", null).setTraceState("ot=th:e666666666666"));

      await().atMost(SOON).until(() -> sampling(service).path("verdict").asText().equals("marked"));
      assertThat(ServiceProcess.json(service.get("/ingest")).at("/totals/sampled_spans").asLong())
          .isEqualTo(1);
    }
  }

  private static Span.Builder call(ServiceProcess service, String role, String model) {
    JsonNode answer = service.route(role);
    return Spans.call(
        answer.path("decision_id").asText(), model == null ? answer.path("model").asText() : model);
  }

  private static boolean heardOf(ServiceProcess service, String role, int tasks, int unheard) {
    for (JsonNode of : sampling(service).at("/decisions/roles")) {
      if (of.path("role").asText().equals(role)) {
        return of.path("old_enough").asInt() == tasks && of.path("without_call").asInt() == unheard;
      }
    }
    return false;
  }

  private static JsonNode sampling(ServiceProcess service) {
    return ServiceProcess.json(service.get("/ingest?dead_letters=0")).path("sampling");
  }
}
