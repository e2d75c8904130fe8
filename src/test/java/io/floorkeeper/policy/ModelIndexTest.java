package io.floorkeeper.policy;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** From the names that spans report to the models of the policy. */
class ModelIndexTest {
  private final ModelIndex index =
      index(
          """
          [{name: small, models: [
             {name: claude-haiku-4-5, provider: anthropic, aliases: [haiku, vendor/haiku-x]},
             {name: meta-llama/Llama-3-8b, provider: together}]},
           {name: mid, models: [
             {name: gpt-4o, provider: openai},
             {name: gpt-4o-2024-11-20, provider: openai}]}]
          """);

  @ParameterizedTest
  @CsvSource({
    "claude-haiku-4-5, claude-haiku-4-5",
    "haiku, claude-haiku-4-5",
    "vendor/haiku-x, claude-haiku-4-5",
    "anthropic/claude-haiku-4-5, claude-haiku-4-5",
    "anthropic/haiku, claude-haiku-4-5",
    "openrouter/anthropic/claude-haiku-4-5, claude-haiku-4-5"
  })
  void aModelGoesByItsNameOrAnAliasBehindAnyProvider(String reported, String model) {
    assertThat(index.find(reported)).map(Model::name).contains(model);
  }

  @ParameterizedTest
  @CsvSource({
    "meta-llama/Llama-3-8b, meta-llama/Llama-3-8b",
    "together_ai/meta-llama/Llama-3-8b, meta-llama/Llama-3-8b",
    "openrouter/vendor/haiku-x, claude-haiku-4-5"
  })
  void aNameWithASlashMayStandBehindAProviderToo(String reported, String model) {
    assertThat(index.find(reported)).map(Model::name).contains(model);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "claude-haiku-4-5-20251001",
        "claude-haiku-4-5-2025-10-01",
        "claude-haiku-4-5@20251001",
        "anthropic/claude-haiku-4-5-20251001",
        "haiku-20251001"
      })
  void aDatedReleaseIsItsModel(String reported) {
    assertThat(index.find(reported)).map(Model::name).contains("claude-haiku-4-5");
  }

  @Test
  void aReleaseThatThePolicyListsIsAModelOfItsOwn() {
    assertThat(index.find("gpt-4o-2024-11-20")).map(Model::name).contains("gpt-4o-2024-11-20");
    assertThat(index.find("openai/gpt-4o-2024-11-20"))
        .map(Model::name)
        .contains("gpt-4o-2024-11-20");
    assertThat(index.find("gpt-4o-2024-08-06")).map(Model::name).contains("gpt-4o");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "/",
        "anthropic/",
        "claude",
        "claude-haiku-4",
        "CLAUDE-HAIKU-4-5",
        "claude-haiku-4-5-2025100",
        "claude-haiku-4-5-20251001-v2",
        "claude-haiku-4-5-mini",
        "20251001",
        "Llama-3-8b"
      })
  void whatIsNotNamedIsNoModelOfThePolicy(String reported) {
    assertThat(index.find(reported)).isEmpty();
  }

  private static ModelIndex index(String tiers) {
    return new ModelIndex(
        PolicyReader.read(Documents.withTiers(tiers.replace("\n", " ")), "test.yaml"));
  }
}
