package io.floorkeeper.ledger;

import io.floorkeeper.policy.Price;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.OptionalLong;

/** Tokens times the catalogue. */
public final class Pricing {
  /** A dollar per million tokens is a thousand nano-dollars per token. */
  private static final BigDecimal NANO_USD_PER_TOKEN = BigDecimal.valueOf(1_000);

  private Pricing() {}

  /** What the tokens cost, in 1e-9 USD, rounded half up once, at the end. */
  public static long nanoUsd(Price price, Tokens tokens) {
    return price
        .inputUsdPerMillion()
        .multiply(BigDecimal.valueOf(tokens.input()))
        .add(price.cacheReadUsdPerMillion().multiply(BigDecimal.valueOf(tokens.cacheRead())))
        .add(price.cacheWriteUsdPerMillion().multiply(BigDecimal.valueOf(tokens.cacheWrite())))
        .add(price.outputUsdPerMillion().multiply(BigDecimal.valueOf(tokens.output())))
        .multiply(NANO_USD_PER_TOKEN)
        .setScale(0, RoundingMode.HALF_UP)
        .longValueExact();
  }

  /**
   * What a call is booked at: the catalogue where it prices the tokens, else what the span reports
   * (its own word), else nothing: unpriced is a gap and never 0.
   */
  public static OptionalLong booked(OptionalLong catalogueNanoUsd, OptionalLong reportedNanoUsd) {
    return catalogueNanoUsd.isPresent() ? catalogueNanoUsd : reportedNanoUsd;
  }
}
