package io.floorkeeper.pricing;

import static org.assertj.core.api.Assertions.assertThat;

import java.math.BigDecimal;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CatalogueTest {
  private final Catalogue catalogue = Fixture.catalogue();

  @ParameterizedTest
  @CsvSource({
    "acme,          anvil-1,                acme/anvil-1",
    "acme,          anvil-1-20260101,       acme/anvil-1",
    "ACME Cloud,    ANVIL.one,              acme/anvil-1",
    "acme,          acme/anvil-1,           acme/anvil-1",
    "acme,          anvil-2-17,             acme/anvil-2",
    "acme,          anvil-2-17@2026-01-01,  acme/anvil-2",
    "acme,          anvil-late-night,       acme/anvil-night",
    "resale,        deep-thinker-7b,        resale/thinker",
    "resale,        anvil-1,                acme/anvil-1",
    "resale,        acme/anvil-1,           acme/anvil-1",
    ",              anvil-1,                acme/anvil-1",
    ",              resale/thinker,         resale/thinker",
    ",              acme/anvil-2-3,         acme/anvil-2",
  })
  void spansNameModelsInManyWays(String provider, String model, String reference) {
    assertThat(catalogue.find(Optional.ofNullable(provider), model))
        .map(CatalogueModel::reference)
        .contains(reference);
  }

  /** A maker's price would be a guess for a model that somebody else runs. */
  @ParameterizedTest
  @CsvSource({
    "vllm,   anvil-1", // one's own
    "vllm,   acme/anvil-1",
    "acme,   thinker", // the other sells it
    "acme,   anvil-2-x",
    ",       thinker", // nobody calls such names its own
    ",       other/anvil-2",
  })
  void whatNobodySellsIsNotGuessed(String provider, String model) {
    assertThat(catalogue.find(Optional.ofNullable(provider), model)).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "2026-08-31T23:59:59.999Z, 2",
    "2026-09-01T00:00:00Z,     1",
    "2026-12-31T23:59:59Z,     1",
    "2027-01-01T00:00:00Z,     4",
  })
  void theDateOfTheCallSaysThePrice(Instant at, BigDecimal inputUsdPerMillion) {
    assertThat(price("acme/anvil-2", at).base().inputUsdPerMillion())
        .isEqualByComparingTo(inputUsdPerMillion);
  }

  @ParameterizedTest
  @CsvSource({
    "2026-11-25T00:29:59Z, 1",
    "2026-11-25T00:30:00Z, 2",
    "2026-11-25T16:29:59Z, 2",
    "2026-11-25T16:30:00Z, 1",
  })
  void theTimeOfDaySaysThePrice(Instant at, BigDecimal inputUsdPerMillion) {
    assertThat(price("acme/anvil-night", at).base().inputUsdPerMillion())
        .isEqualByComparingTo(inputUsdPerMillion);
  }

  @Test
  void aWindowMayGoOverMidnight() {
    PriceSchedule.When night =
        new PriceSchedule.Daily(
            java.time.OffsetTime.parse("23:00:00+01:00"), java.time.OffsetTime.parse("05:00:00Z"));

    assertThat(night.holds(Instant.parse("2026-11-25T21:59:59Z"))).isFalse();
    assertThat(night.holds(Instant.parse("2026-11-25T22:00:00Z"))).isTrue();
    assertThat(night.holds(Instant.parse("2026-11-25T03:00:00Z"))).isTrue();
    assertThat(night.holds(Instant.parse("2026-11-25T05:00:00Z"))).isFalse();
  }

  @ParameterizedTest
  @CsvSource({
    // input, cache read, cache write, output; the whole input picks the tier, and for all tokens
    "100000, 100000,     0, 1000, 0.345",
    "200000,      0,     0, 1000, 0.615",
    "200001,      0,     0, 1000, 1.222506",
    "1,      100000, 100000, 1000, 0.832506",
    "0,           0,     0,    0, 0",
  })
  void aLongInputCostsMoreForAllTokens(
      long input, long cacheRead, long cacheWrite, long output, BigDecimal usd) {
    // Given
    Price price = price("acme/anvil-1", Instant.EPOCH);
    // When
    long nanoUsd =
        price
            .at(input + cacheRead + cacheWrite)
            .nanoUsd(input, cacheRead, cacheWrite, output, 0, BigDecimal.ONE);
    // Then
    assertThat(nanoUsd).isEqualTo(usd.movePointRight(9).longValueExact());
  }

  @Test
  void reasoningAndTheCallItselfHavePricesOfTheirOwn() {
    // Given
    Rates rates = price("resale/thinker", Instant.EPOCH).base();
    // When 1000 of the 3000 output tokens are reasoning
    long nanoUsd = rates.nanoUsd(1_000, 0, 0, 3_000, 1_000, BigDecimal.ONE);
    // Then 0.002 + 0.016 + 0.003 + 0.014
    assertThat(nanoUsd).isEqualTo(35_000_000);
    assertThat(rates.usd(1_000, 0, 0, 3_000, 1_000, 1)).isCloseTo(.035, offset());
  }

  @Test
  void roundsOnceAndHalfUpBehindTheFactor() {
    Rates rates = price("resale/embed", Instant.EPOCH).base();

    // 0.02 dollars per million are 20 nano-dollars per token
    assertThat(rates.nanoUsd(1, 0, 0, 0, 0, new BigDecimal("0.12"))).isEqualTo(2);
    assertThat(rates.nanoUsd(1, 0, 0, 0, 0, new BigDecimal("0.125"))).isEqualTo(3);
    assertThat(rates.nanoUsd(3, 0, 0, 0, 0, new BigDecimal("0.12"))).isEqualTo(7);
  }

  /** A price that is not there is a gap and never 0. */
  @Test
  void aModelThatIsListedWithoutAPriceIsUnpriced() {
    CatalogueModel listed = catalogue.referred("acme/anvil-free").orElseThrow();

    assertThat(listed.schedule().at(Instant.EPOCH)).isEmpty();
  }

  @Test
  void whatNoSpanTellsTheAmountOfIsNamed() {
    assertThat(catalogue.referred("acme/anvil-1").orElseThrow().unread())
        .containsExactly("cache_write_1h_mtok", "web_searches_kcount");
  }

  @Test
  void suggestsWhatMayHaveBeenMeant() {
    var known = catalogue.models().stream().map(CatalogueModel::reference).toList();

    assertThat(NearNames.of("acme/anvli-1", known, 1)).containsExactly("acme/anvil-1");
    assertThat(NearNames.of("other/Anvil_Nigth-20260101", known, 1))
        .containsExactly("acme/anvil-night");
    assertThat(NearNames.of("hammer", known, 3)).isEmpty();
    assertThat(NearNames.distance("ab", "ba")).isEqualTo(1);
    assertThat(NearNames.distance("kitten", "sitting")).isEqualTo(3);
  }

  private Price price(String reference, Instant at) {
    return catalogue.referred(reference).orElseThrow().schedule().at(at).orElseThrow();
  }

  private static org.assertj.core.data.Offset<Double> offset() {
    return org.assertj.core.data.Offset.offset(1e-12);
  }
}
