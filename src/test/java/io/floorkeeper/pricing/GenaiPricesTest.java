package io.floorkeeper.pricing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The real catalogue, which lies beside the project: skipped where it is absent. */
class GenaiPricesTest {
  private static final Path FILE = Path.of("..", "shared", "prices", "genai-prices-v2-data.json");

  private byte[] file;
  private Catalogue catalogue;

  @BeforeEach
  void load() throws IOException {
    assumeTrue(Files.isRegularFile(FILE), "no price catalogue at ../shared/prices");
    file = Files.readAllBytes(FILE);
    catalogue = CatalogueReader.read(file);
  }

  @Test
  void everyModelIsThereAndNoneIsLost() throws IOException {
    List<String> references = new ArrayList<>();
    for (JsonNode provider : new ObjectMapper().readTree(file)) {
      provider
          .get("models")
          .forEach(m -> references.add(provider.get("id").asText() + "/" + m.get("id").asText()));
    }

    assertThat(references).hasSizeGreaterThan(1_000).doesNotHaveDuplicates();
    assertThat(catalogue.models())
        .extracting(CatalogueModel::reference)
        .containsExactlyElementsOf(references);
  }

  @Test
  void everyModelIsFoundByItsProviderAndName() {
    for (CatalogueModel model : catalogue.models()) {
      assertThat(catalogue.find(Optional.of(model.provider()), model.id())).contains(model);
      assertThat(catalogue.referred(model.reference())).contains(model);
    }
  }

  @ParameterizedTest
  @CsvSource({
    // in, cache read, cache write, out, reasoning
    "anthropic, claude-sonnet-4-5-20250929, 2026-11-01, 10000, 50000, 8000, 2000, 0, 0.105",
    "anthropic, claude-sonnet-4-5, 2026-11-01, 150000, 60000, 0, 1000, 0, 0.9585", // above 200k
    "anthropic, claude-sonnet-5, 2026-08-31, 100000, 0, 0, 10000, 0, 0.30",
    "anthropic, claude-sonnet-5, 2026-09-01, 100000, 0, 0, 10000, 0, 0.45",
    "anthropic, claude-haiku-4-5-20251001, 2026-11-01, 1000000, 0, 0, 0, 0, 1.00",
    "aws.bedrock, global.anthropic.claude-sonnet-5-v1:0, 2026-11-01, 0, 0, 0, 100000, 0, 1.50",
    "gcp.gemini, gemini-2.5-pro, 2026-11-01, 200000, 0, 0, 10000, 0, 0.35",
    "gcp.vertex_ai, gemini-2.5-pro, 2026-11-01, 200001, 0, 0, 10000, 0, 0.6500025",
    "google, gemini-3.7-flash, 2026-12-31, 1000000, 0, 0, 0, 0, 0.75",
    "google, gemini-3.7-flash, 2027-01-01, 1000000, 0, 0, 0, 0, 1.50",
    "openai, gpt-4o-2024-08-06, 2026-11-01, 100000, 100000, 0, 10000, 5000, 0.475",
    "openai, o3, 2025-06-09, 100000, 0, 0, 10000, 0, 1.40",
    "openai, o3, 2025-06-10, 100000, 0, 0, 10000, 0, 0.28",
    "azure.ai.openai, gpt-4o, 2026-11-01, 100000, 0, 0, 10000, 0, 0.35",
    "openai, gpt-5.6-luna-2026-08-01, 2026-08-01, 300000, 0, 0, 0, 0, 0.12",
    "openrouter, anthropic/claude-sonnet-4.5, 2026-11-01, 100000, 0, 0, 0, 0, 0.30",
    "perplexity, sonar-pro, 2026-11-01, 1000, 0, 0, 1000, 0, 0.032",
    "perplexity, sonar-deep-research, 2026-11-01, 1000, 0, 0, 3000, 2000, 0.016",
  })
  void knownPrices(
      String provider,
      String model,
      String day,
      long input,
      long cacheRead,
      long cacheWrite,
      long output,
      long reasoning,
      BigDecimal usd) {
    // Given
    Price price =
        catalogue
            .find(Optional.of(provider), model)
            .orElseThrow()
            .schedule()
            .at(Instant.parse(day + "T12:00:00Z"))
            .orElseThrow();
    // When
    long nanoUsd =
        price
            .at(input + cacheRead + cacheWrite)
            .nanoUsd(input, cacheRead, cacheWrite, output, reasoning, BigDecimal.ONE);
    // Then
    assertThat(BigDecimal.valueOf(nanoUsd, 9)).isEqualByComparingTo(usd);
  }

  @ParameterizedTest
  @CsvSource({
    "claude-opus-4-6,            anthropic/claude-opus-4-6",
    "gpt-5.4,                    openai/gpt-5.4",
    "gemini-2.5-pro,             google/gemini-2.5-pro",
    "anthropic/claude-haiku-4.5, anthropic/claude-haiku-4-5",
    "deepseek-chat,              deepseek/deepseek-chat",
  })
  void whereNobodySaysWhoRanItTheMakerDid(String model, String reference) {
    assertThat(catalogue.find(Optional.empty(), model))
        .map(CatalogueModel::reference)
        .contains(reference);
  }

  @ParameterizedTest
  @CsvSource({
    "ollama, llama3.1",
    "vllm, Qwen/Qwen3-32B",
    "llama_cpp, mistral-7b",
    "openai, my-own"
  })
  void aModelOfOnesOwnIsNotPricedByAnother(String provider, String model) {
    assertThat(catalogue.find(Optional.of(provider), model)).isEmpty();
  }

  /** Seen: about .1 s cold. The bound is for a machine that does other things besides. */
  @Test
  void loadsInSeconds() {
    long start = System.nanoTime();
    CatalogueReader.read(file);
    assertThat((System.nanoTime() - start) / 1e9).isLessThan(5);
  }
}
