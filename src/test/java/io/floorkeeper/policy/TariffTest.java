package io.floorkeeper.policy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.floorkeeper.pricing.Catalogue;
import io.floorkeeper.pricing.Fixture;
import io.floorkeeper.pricing.Price;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Whose word on a price counts, and what a policy may say of it. */
class TariffTest {
  private static final Instant NOW = Instant.parse("2026-11-25T12:00:00Z");
  private static final Instant NEXT_YEAR = Instant.parse("2027-01-01T00:00:00Z");

  private static final String TIERS =
      """
      [{name: own, models: [
        {name: qwen, provider: vllm, fixed: {monthly_usd: 2400}, capacity: {calls_per_minute: 120}}]},
       {name: sold, models: [
        {name: anvil-2-1, provider: acme},
        {name: anvil-1, provider: acme, price: {input_usd_per_million: 7, output_usd_per_million: 8}},
        {name: house-brand, provider: gateway, catalogue: acme/anvil-2, service_tiers: {Batch: 0.5}},
        {name: nobody-knows, provider: gateway}]}]
      """;

  private final Policy policy =
      PolicyReader.read(Documents.withTiers(TIERS.replace("\n", " ")), "test.yaml");
  private final ModelIndex models = new ModelIndex(policy);
  private final Tariff tariff = new Tariff(Fixture.catalogue());

  @ParameterizedTest
  @CsvSource({
    "anvil-1,     7, of its own word though the catalogue has 3",
    "anvil-2-1,   1, of the catalogue by provider and name",
    "house-brand, 1, of the model that it is said to cost as much as",
    "qwen,        0, paid for by the month",
  })
  void thePolicysWordGoesBeforeTheCatalogues(String model, BigDecimal input, String because) {
    assertThat(price(tariff, "somebody", model, NOW).orElseThrow().base().inputUsdPerMillion())
        .as(because)
        .isEqualByComparingTo(input);
  }

  @Test
  void theModelThatRanNeedNotBeInThePolicy() {
    assertThat(tariff.quote(Optional.empty(), Optional.of("resale"), Optional.of("embed"), NOW))
        .get()
        .satisfies(
            quote -> {
              assertThat(quote.provider() + "/" + quote.model()).isEqualTo("resale/embed");
              assertThat(quote.price().base().inputUsdPerMillion()).isEqualByComparingTo("0.02");
            });
  }

  @Test
  void whatNobodyKnowsIsAGapAndNotFree() {
    assertThat(price(tariff, "gateway", "nobody-knows", NOW)).isEmpty();
    assertThat(price(tariff, "vllm", "anvil-1-finetuned", NOW)).isEmpty();
    assertThat(price(new Tariff(Catalogue.NONE), "acme", "anvil-2-1", NOW)).isEmpty();
  }

  @Test
  void aDateThatComesChangesThePolicyInForceAndNothingElseDoes() {
    // Given
    Policy today = tariff.priced(policy, NOW);
    // When
    Policy tomorrow = tariff.priced(today, NOW.plusSeconds(86_400));
    Policy nextYear = tariff.priced(today, NEXT_YEAR);
    // Then
    assertThat(tomorrow).isSameAs(today);
    assertThat(inputUsd(today, "anvil-2-1")).isEqualByComparingTo("1");
    assertThat(inputUsd(nextYear, "anvil-2-1")).isEqualByComparingTo("4");
    assertThat(inputUsd(nextYear, "anvil-1")).isEqualByComparingTo("7");
    assertThat(nextYear.digest()).isEqualTo(policy.digest());
    assertThat(PolicyDiff.between(today, nextYear, Optional.empty()).lines()).isEmpty();
  }

  @Test
  void aTierOfServiceHasItsFactor() {
    PriceRule rule = models.find("house-brand").orElseThrow().pricing();

    assertThat(rule.factor(Optional.of("batch"))).isEqualByComparingTo("0.5");
    assertThat(rule.factor(Optional.of("default"))).isEqualByComparingTo("1");
    assertThat(rule.factor(Optional.empty())).isEqualByComparingTo("1");
  }

  @Test
  void aPolicysOwnPriceMayHaveTiers() {
    // Given
    String price =
        "price: {input_usd_per_million: 3, output_usd_per_million: 15, reasoning_usd_per_million: 9,"
            + " usd_per_thousand_calls: 2, tiers: [{above_input_tokens: 200000,"
            + " input_usd_per_million: 6, output_usd_per_million: 22.5}]}";
    // When
    Policy read =
        PolicyReader.read(
            Documents.withTiers("[{name: a, models: [{name: m, provider: p, " + price + "}]}]"),
            "test.yaml");
    Price of = read.tiers().get(0).models().get(0).price().orElseThrow();
    // Then
    assertThat(of.at(200_000).inputUsdPerMillion()).isEqualByComparingTo("3");
    assertThat(of.at(200_000).reasoningUsdPerMillion()).isEqualByComparingTo("9");
    assertThat(of.at(200_000).usdPerThousandCalls()).isEqualByComparingTo("2");
    assertThat(of.at(200_001).cacheReadUsdPerMillion()).isEqualByComparingTo("6");
    assertThat(of.at(200_001).outputUsdPerMillion()).isEqualByComparingTo("22.5");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "price: {input_usd_per_million: 1, output_usd_per_million: 1}, catalogue: a/b | catalogue | one of price, catalogue and fixed",
        "price: {input_usd_per_million: 1, output_usd_per_million: 1}, fixed: {monthly_usd: 1} | fixed | one of price",
        "catalogue: a/b, fixed: {monthly_usd: 1} | fixed | one of price",
        "fixed: {monthly_usd: -1} | fixed.monthly_usd | a cost is 0 or above",
        "fixed: {monthly_usd: 1}, capacity: {calls_per_minute: 1, monthly_usd: 1} | capacity.monthly_usd | fixed says already",
        "service_tiers: {batch: 0} | service_tiers.batch | a factor is above 0",
        "price: {input_usd_per_million: 1, output_usd_per_million: -1} | price.output_usd_per_million | a price is between",
        "price: {input_usd_per_million: 1, output_usd_per_million: 1, tiers: [{above_input_tokens: 0, input_usd_per_million: 1, output_usd_per_million: 1}]} | price.tiers[0].above_input_tokens | above 0",
      })
  void whatAPolicyCannotMeanIsTold(String model, String path, String message) {
    String tiers = "[{name: a, models: [{name: m, provider: p, " + model + "}]}]";

    assertThat(Documents.findings(Documents.withTiers(tiers)))
        .anySatisfy(
            finding -> {
              assertThat(finding.path()).isEqualTo("tiers[0].models[0]." + path);
              assertThat(finding.message()).contains(message);
              assertThat(finding.suggestion()).isNotBlank();
            });
  }

  @Test
  void aReferenceThatTheCatalogueLacksIsRefusedWithWhatWasMeant() {
    // Given
    Policy typo =
        PolicyReader.read(
            Documents.withTiers(
                "[{name: a, models: [{name: m, provider: p, catalogue: acme/anvli-2}]}]"),
            "test.yaml");
    // When it is published where a catalogue is loaded, and where none is
    assertThatThrownBy(() -> PriceValidator.requireKnown(typo, Fixture.catalogue()))
        .isInstanceOfSatisfying(
            InvalidPolicyException.class,
            refused -> {
              Finding finding = refused.findings().get(0);
              assertThat(finding.path()).isEqualTo("tiers[0].models[0].catalogue");
              assertThat(finding.suggestion()).contains("acme/anvil-2");
            });
    assertThatThrownBy(() -> PriceValidator.requireKnown(typo, Catalogue.NONE))
        .hasMessageContaining("floorkeeper.prices.file");
    PriceValidator.requireKnown(policy, Fixture.catalogue());
  }

  @Test
  void aDiffSpeaksOfPrices() {
    String before = "[{name: a, models: [{name: m, provider: p, catalogue: acme/anvil-2}]}]";
    String after = "[{name: a, models: [{name: m, provider: p, fixed: {monthly_usd: 900}}]}]";

    assertThat(
            PolicyDiff.between(
                    PolicyReader.read(Documents.withTiers(before), "before"),
                    PolicyReader.read(Documents.withTiers(after), "after"),
                    Optional.empty())
                .lines())
        .isEqualTo(
            List.of("model a/m: price as acme/anvil-2 of the catalogue -> fixed, USD 900 a month"));
  }

  private Optional<Price> price(Tariff by, String provider, String model, Instant at) {
    return by.quote(models.find(model), Optional.of(provider), Optional.of(model), at)
        .map(Tariff.Quote::price);
  }

  private static BigDecimal inputUsd(Policy priced, String model) {
    return new ModelIndex(priced)
        .find(model)
        .orElseThrow()
        .price()
        .orElseThrow()
        .base()
        .inputUsdPerMillion();
  }
}
