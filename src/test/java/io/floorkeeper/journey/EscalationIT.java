package io.floorkeeper.journey;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A task that fails its check and climbs, from its spans to what is believed of either arm. */
class EscalationIT {
  private static final Duration SOON = Duration.ofSeconds(30);
  private static final Path POLICY = Path.of("src/test/resources/policies/journey.yaml");

  @TempDir Path folder;

  @Test
  void aChainIsTheStartingArmsAndTheHigherArmLearnsNothingFromIt() {
    try (ServiceProcess service = ServiceProcess.embedded(folder, POLICY).start();
        Spans spans = new Spans(service.kafka())) {
      Ledger ledger = Ledger.embedded(service);
      JsonNode answer = service.route("file-ops");
      assertThat(answer.path("escalation").get(0).asText()).isEqualTo("mid");
      String first = answer.path("decision_id").asText();
      JsonNode next =
          ServiceProcess.json(
              service.post(
                  "/escalate", "{\"decision_id\":\"" + first + "\",\"check\":\"schema\"}"));
      assertThat(next.path("model").asText()).as(next.toString()).isEqualTo("medium-1");
      String climbed = next.path("decision_id").asText();

      // When: the second pass is seen before the first, and a third ran where no rung is
      spans.send(Spans.call(climbed, "medium-1").addAttributes(Spans.passed(true)));
      spans.send(Spans.call(first, "tiny-1").addAttributes(Spans.passed(false)));
      spans.send(Spans.call(climbed, "grand-1").addAttributes(Spans.passed(false)));
      await().atMost(SOON).until(() -> ingested(service, "calls") == 3);

      // Then: paid and delivered as a whole by the arm that started
      assertThat(ledger.number("select calls from episode")).isEqualTo(2);
      assertThat(ledger.number("select first_calls from episode")).isEqualTo(1);
      assertThat(sums(ledger, "part >= 0")).isEqualTo("1|1|1000000000000|8000000");
      // and by its first pass alone: 1,000 tokens in and 200 out at $1 and $5 a million
      assertThat(sums(ledger, "part = 0")).isEqualTo("1|1|0|2000000");
      // and the higher arm's call is kept apart, under its own name
      assertThat(sums(ledger, "part = -1")).isEqualTo("1|1|1000000000000|6000000");
      assertThat(
              ledger.text("select a.key from evidence join arm a using (arm_no) where part = -1"))
          .isEqualTo("mid/medium-1");
      await().atMost(SOON).until(() -> candidate(service, "small").path("labels").asDouble() > .99);
      assertThat(candidate(service, "small").path("quality").asDouble())
          .as("the prior mean of .80, worth four labels, and one success")
          .isCloseTo((4 * .8 + 1) / 5, within(.001));
      assertThat(candidate(service, "mid").path("labels").asDouble()).isZero();
      assertThat(ingested(service, "not_followed")).isEqualTo(1);
    }
  }

  private static String sums(Ledger ledger, String where) {
    return ledger.text(
        "select concat_ws('|', sum(episodes), sum(labels), sum(sum_vq), sum(sum_nano_usd))"
            + " from evidence where "
            + where);
  }

  private static long ingested(ServiceProcess service, String name) {
    return ServiceProcess.json(service.get("/ingest")).at("/totals/" + name).asLong();
  }

  private static JsonNode candidate(ServiceProcess service, String tier) {
    for (JsonNode candidate : service.role("file-ops").findPath("candidates")) {
      if (candidate.path("tier").asText().equals(tier)) {
        return candidate;
      }
    }
    throw new AssertionError("no candidate " + tier);
  }
}
