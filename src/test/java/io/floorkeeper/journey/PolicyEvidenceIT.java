package io.floorkeeper.journey;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import io.floorkeeper.ledger.DecisionId;
import io.floorkeeper.ledger.DecisionKeys;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What was learned survives a change of policy wherever the arm survives. */
class PolicyEvidenceIT {
  private static final Duration SOON = Duration.ofSeconds(30);
  private static final Path POLICY = Path.of("src/test/resources/policies/journey.yaml");

  @TempDir Path folder;

  @Test
  void learnedStateSurvivesWhereTheArmDoes() {
    try (ServiceProcess service = ServiceProcess.embedded(folder, POLICY).start();
        Spans spans = new Spans(service.kafka())) {
      Replicas.live(service);
      String document = service.policy().path("document").asText();
      Ledger ledger = Ledger.embedded(service);
      for (int i = 0; i < 60; i++) {
        JsonNode answer = service.route("worker");
        spans.send(
            Spans.call(answer.path("decision_id").asText(), answer.path("model").asText())
                .addAttributes(Spans.passed(i % 10 != 0)));
      }
      await().atMost(SOON).until(() -> service.role("worker").path("calls").asLong() == 60);
      Map<String, String> learned = posteriors(service, "worker");
      assertThat(learned).hasSize(3);

      // Another floor: every posterior is as it was
      String floor =
          document.replace("{relative_to_reference: .95}", "{relative_to_reference: .9}");
      assertThat(put(service, floor))
          .contains("worker: floor 0.95 of the reference -> 0.9 of the reference", "kept");
      assertThat(posteriors(service, "worker")).isEqualTo(learned);
      assertThat(service.role("worker").path("calls").asLong()).isEqualTo(60);

      // An arm less: the others are as they were; the arm comes back with what it had learned
      String fewer = floor.replace("  worker:\n", "  worker:\n    candidates: [small, frontier]\n");
      put(service, fewer);
      Map<String, String> without = new TreeMap<>(learned);
      without.remove("medium-1");
      assertThat(posteriors(service, "worker")).isEqualTo(without);
      boolean knewMedium =
          ledger.number(
                  "select count(*) from evidence join arm using (arm_no) where key = 'mid/medium-1'")
              > 0;
      String back = put(service, floor);
      assertThat(back).contains("candidate mid/medium-1 added");
      assertThat(back).contains(knewMedium ? "1 back with what it had learned" : "1 new from its");
      assertThat(posteriors(service, "worker")).isEqualTo(learned);

      // An arm more: it starts from its tier's prior, the others are as they were
      String more =
          floor.replace(
              "      - name: medium-1\n",
              "      - name: medium-2\n"
                  + "        provider: acme\n"
                  + "        price: {input_usd_per_million: 2, output_usd_per_million: 9}\n"
                  + "      - name: medium-1\n");
      assertThat(put(service, more))
          .contains("candidate mid/medium-2 added", "1 new from its tier's prior");
      Map<String, String> with = posteriors(service, "worker");
      assertThat(with.remove("medium-2")).startsWith("0.0 labels");
      assertThat(with).isEqualTo(learned);
      put(service, floor);
    }
  }

  @Test
  void anotherLadderKeepsFirstPassesOnly() {
    try (ServiceProcess service = ServiceProcess.embedded(folder, POLICY).start();
        Spans spans = new Spans(service.kafka())) {
      Replicas.live(service);
      String document = service.policy().path("document").asText();
      // a task of file-ops failed on small, was climbed to mid, and passed there
      String first = service.route("file-ops").path("decision_id").asText();
      spans.send(Spans.call(first, "tiny-1").addAttributes(Spans.passed(false)));
      spans.send(
          Spans.call(onRung(Ledger.embedded(service), first, 1), "medium-1")
              .addAttributes(Spans.passed(true)));
      await().atMost(SOON).until(() -> Math.abs(small(service) - (4 * .8 + 1) / 5) < 1e-3);

      String changes =
          put(
              service,
              document.replace("candidates: [small, mid]", "candidates: [small, mid, frontier]"));

      assertThat(changes)
          .contains(
              "ladder changed: mid -> mid > frontier, first-pass sums kept, chains start anew");
      assertThat(small(service))
          .as("the first pass alone, which failed")
          .isCloseTo(4 * .8 / 5, within(1e-3));
      put(service, document);
      assertThat(small(service))
          .as("under the ladder of the chain it counts again")
          .isCloseTo((4 * .8 + 1) / 5, within(1e-3));
    }
  }

  private static String put(ServiceProcess service, String document) {
    HttpResponse<String> answer =
        service.putPolicy(document, service.policy().path("digest").asText(), "a test");
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(201);
    return ServiceProcess.json(answer).path("changes").toString();
  }

  /** By model: labels and posterior, to the last digit. */
  private static Map<String, String> posteriors(ServiceProcess service, String role) {
    Map<String, String> posteriors = new TreeMap<>();
    service
        .role(role)
        .path("candidates")
        .forEach(
            c ->
                posteriors.put(
                    c.path("model").asText(),
                    c.path("labels").asDouble()
                        + " labels "
                        + c.path("posterior_a")
                        + " "
                        + c.path("posterior_b")
                        + " "
                        + c.path("cost_usd")));
    return posteriors;
  }

  private static double small(ServiceProcess service) {
    for (JsonNode candidate : service.role("file-ops").path("candidates")) {
      if (candidate.path("tier").asText().equals("small")) {
        return candidate.path("quality").asDouble();
      }
    }
    throw new AssertionError("no candidate small");
  }

  /** The id that an escalation of this decision carries. */
  private static String onRung(Ledger ledger, String decisionId, int rung) {
    byte[] secret =
        HexFormat.of()
            .parseHex(
                ledger.text("select encode(secret, 'hex') from decision_key where key_no = 0"));
    DecisionKeys keys = new DecisionKeys(Map.of(0, secret));
    DecisionId root = keys.verify(decisionId);
    return keys.sign(root.with(root.flags(), rung, 0));
  }
}
