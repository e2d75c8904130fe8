package io.floorkeeper.pricing;

import java.math.BigDecimal;
import java.util.List;

/**
 * What a model's tokens cost at some moment. A local model of fixed cost has all of it 0: its
 * marginal cost is what routing weighs.
 *
 * @param base while the input is no longer than any tier says
 * @param tiers by length of the input, shortest first
 */
public record Price(Rates base, List<Tier> tiers) {

  /** Costs nothing by the token. */
  public static final Price FREE = new Price(Rates.FREE, List.of());

  public Price {
    tiers = List.copyOf(tiers);
  }

  /**
   * Other rates for ALL tokens of a call, not only for those beyond: a cliff, as the providers have
   * it.
   *
   * @param aboveInputTokens the input, cached or not, has more tokens than this
   */
  public record Tier(long aboveInputTokens, Rates rates) {}

  /** Flat, with reasoning at the price of output. */
  public static Price flat(
      BigDecimal inputUsdPerMillion,
      BigDecimal cacheReadUsdPerMillion,
      BigDecimal cacheWriteUsdPerMillion,
      BigDecimal outputUsdPerMillion) {
    return new Price(
        new Rates(
            inputUsdPerMillion,
            cacheReadUsdPerMillion,
            cacheWriteUsdPerMillion,
            outputUsdPerMillion),
        List.of());
  }

  /**
   * The rates of a call.
   *
   * @param inputTokens all of them, read from the cache or written to it included; of several calls
   *     their mean
   */
  public Rates at(double inputTokens) {
    Rates rates = base;
    for (Tier tier : tiers) {
      if (inputTokens > tier.aboveInputTokens()) {
        rates = tier.rates();
      }
    }
    return rates;
  }
}
