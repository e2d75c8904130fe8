package io.floorkeeper.journey;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A context from the policy to the evidence, and what a changed definition keeps. */
class ContextIT {
  private static final Duration SOON = Duration.ofSeconds(30);

  @TempDir Path folder;

  private Path policy(String collaborations) throws IOException {
    String journey = Files.readString(Path.of("src/test/resources/policies/journey.yaml"));
    return Files.writeString(
        folder.resolve("policy.yaml"),
        journey.replace(
            "  critic:\n",
            "  critic:\n    context: {use: on, collaborations: [" + collaborations + "]}\n"));
  }

  private static JsonNode route(ServiceProcess service, String collaboration) {
    return ServiceProcess.json(
        service.post(
            "/route", "{\"role\":\"critic\",\"collaboration\":\"" + collaboration + "\"}"));
  }

  private static void label(ServiceProcess service, String collaboration, int calls) {
    try (Spans spans = new Spans(service.kafka())) {
      for (int i = 0; i < calls; i++) {
        JsonNode answer = route(service, collaboration);
        spans.send(
            Spans.call(answer.path("decision_id").asText(), answer.path("model").asText())
                .addAttributes(Spans.passed(true)));
      }
    }
  }

  private static JsonNode bucket(ServiceProcess service, String meaning) {
    for (JsonNode bucket : service.role("critic").path("buckets")) {
      if (bucket.path("holds").asText().equals(meaning)) {
        return bucket;
      }
    }
    throw new AssertionError(meaning + " is none of " + service.role("critic").path("buckets"));
  }

  @Test
  void evidenceIsOfTheBucketAndAChangedDefinitionMixesNothing() throws IOException {
    try (ServiceProcess service =
        ServiceProcess.embedded(folder.resolve("data"), policy("debate")).start()) {
      await().atMost(SOON).until(() -> service.role("critic").path("policy_version").asInt() == 1);

      // When
      label(service, "debate", 12);
      label(service, "alone", 7);
      await().atMost(SOON).until(() -> service.role("critic").path("calls").asInt() == 19);

      // Then
      JsonNode debate = bucket(service, "collaboration=\"debate\"");
      assertThat(debate.path("bucket").asInt()).isEqualTo(1);
      assertThat(debate.path("labels").asDouble()).isBetween(11.9, 12.1);
      assertThat(debate.path("routed_by").asText()).isEqualTo("bucket");
      assertThat(bucket(service, "collaboration not in [\"debate\"]").path("labels").asDouble())
          .isBetween(6.9, 7.1);
      JsonNode answer = route(service, "debate");
      assertThat(answer.at("/context/bucket").asInt()).isEqualTo(1);
      assertThat(answer.at("/context/status").asText()).isEqualTo("in_force");
      String id = answer.path("decision_id").asText();
      await()
          .atMost(SOON)
          .until(
              () ->
                  ServiceProcess.json(service.get("/decisions/" + id)).path("logged").asBoolean());
      JsonNode why = ServiceProcess.json(service.get("/decisions/" + id));
      assertThat(why.at("/id/bucket_holds").asText()).isEqualTo("collaboration=\"debate\"");
      assertThat(why.at("/allocation/context/bucket/bucket").asInt()).isEqualTo(1);
      Ledger ledger = Ledger.embedded(service);
      assertThat(ledger.number("select sum(labels) from evidence where bucket = 1")).isEqualTo(12);
      service.stop();

      // When: "all but debate" is no more
      policy("debate, solo");
      service.start();
      await().atMost(SOON).until(() -> service.role("critic").path("policy_version").asInt() == 2);

      // Then
      assertThat(bucket(service, "collaboration=\"debate\"").path("labels").asDouble())
          .isBetween(11.9, 12.1);
      JsonNode others = bucket(service, "collaboration not in [\"debate\",\"solo\"]");
      assertThat(others.path("labels").asDouble()).isZero();
      assertThat(others.path("bucket").asInt()).isGreaterThan(2);
      assertThat(service.role("critic").path("calls").asInt()).isEqualTo(19);
    }
  }
}
