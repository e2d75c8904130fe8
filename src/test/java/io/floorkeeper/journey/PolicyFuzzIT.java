package io.floorkeeper.journey;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.floorkeeper.policy.Mutations;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Whatever is sent to the policy's endpoints, the service says what is wrong with it: no 500, and
 * every finding with its path, reason and suggestion. Seed {@value #SEED}.
 */
class PolicyFuzzIT {
  private static final long SEED = 20261125L;
  private static final int ROUNDS = Integer.getInteger("floorkeeper.fuzz.rounds", 400);

  @Test
  void noDocumentBringsTheServiceToA500(@TempDir Path folder) {
    Random random = new Random(SEED);
    try (ServiceProcess service =
        ServiceProcess.embedded(folder, Path.of("src/test/resources/policies/journey.yaml"))) {
      String document = ServiceProcess.json(service.get("/policy")).path("document").asText();
      Map<Integer, Integer> statuses = new TreeMap<>();
      int findings = 0;
      for (int i = 0; i < ROUNDS; i++) {
        String body = i % 5 == 0 ? noise(random) : Mutations.of(document, random);
        String path = i % 2 == 0 ? "/policy/validate" : "/policy/diff";
        HttpResponse<String> answer = service.post(path, body);
        statuses.merge(answer.statusCode(), 1, Integer::sum);
        assertThat(answer.statusCode()).as("%s with\n%s", path, body).isIn(200, 400, 413, 422);
        if (answer.statusCode() == 422) {
          for (JsonNode finding : ServiceProcess.json(answer).path("findings")) {
            assertThat(finding.path("message").asText()).isNotBlank();
            assertThat(finding.path("suggestion").asText()).as("%s", finding).isNotBlank();
            findings++;
          }
        }
      }
      assertThat(statuses).as("answers by status").containsKeys(200, 422);
      assertThat(findings).isPositive();
      System.out.printf("%d documents, by status %s, %d findings%n", ROUNDS, statuses, findings);
      assertThat(service.get("/policy").statusCode()).isEqualTo(200);
    }
  }

  private static String noise(Random random) {
    byte[] bytes = new byte[random.nextInt(300)];
    random.nextBytes(bytes);
    return new String(bytes, StandardCharsets.ISO_8859_1);
  }
}
