package io.floorkeeper.routing;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.floorkeeper.policy.Policy;
import io.floorkeeper.policy.PolicyReader;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What an external classifier may say, and what is no answer. */
class ClassifierAnswerTest {
  private static final Policy POLICY =
      PolicyReader.read(
          """
          tiers:
            - {name: small, models: [{name: s, provider: p}]}
            - {name: frontier, models: [{name: f, provider: p}]}
          roles: {worker: {strategy: rules, context: {complexities: [odd]}}}
          rules: [{name: r, when: {complexities: [legal]}, tier: frontier}]
          """,
          "a test");

  @ParameterizedTest
  @ValueSource(strings = {"simple", "medium", "hard", "legal", "odd"})
  void aComplexityIsOneThatThePolicyKnows(String complexity) {
    ClassifierAnswer answer = read("{\"complexity\":\"" + complexity + "\",\"cost_usd\":0.0002}");

    assertThat(answer.complexity()).isEqualTo(complexity);
    assertThat(answer.costUsd()).isEqualTo(.0002);
  }

  @Test
  void theCostMayBeLeftToThePolicy() {
    assertThat(read("{\"complexity\":\"hard\"}").costUsd()).isNaN();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "hard",
        "null",
        "[]",
        "{}",
        "{\"complexity\":null}",
        "{\"complexity\":7}",
        "{\"complexity\":\"impossible\"}",
        "{\"complexity\":\"Hard\"}",
        "{\"complexity\":\"hard\",\"tier\":\"frontier\"}",
        "{\"complexity\":\"hard\",\"cost_usd\":-1}",
        "{\"complexity\":\"hard\",\"cost_usd\":1.01}",
        "{\"complexity\":\"hard\",\"cost_usd\":1e999999}",
        "{\"complexity\":\"hard\",\"cost_usd\":\"free\"}",
        "{\"complexity\":\"hard\",\"cost_usd\":null}",
        "{\"complexity\":\"hard\"",
        "<html>"
      })
  void anythingElseIsNoAnswer(String body) {
    assertThat(read(body)).isNull();
  }

  private static ClassifierAnswer read(String body) {
    return ClassifierAnswer.read(
        body.getBytes(StandardCharsets.UTF_8),
        new ObjectMapper(),
        POLICY.roles().get("worker"),
        POLICY);
  }
}
