package io.floorkeeper.ledger;

import io.floorkeeper.pricing.Price;
import java.math.BigDecimal;
import java.util.OptionalLong;

/** Tokens times the catalogue. */
public final class Pricing {
  private Pricing() {}

  /**
   * What one call costs, in 1e-9 USD, rounded half up once, at the end.
   *
   * @param factor by which its tier of service changes the price; 1: not at all
   * @return empty beyond nine billion dollars: nobody's bill, and no reason to stop a stream
   */
  public static OptionalLong nanoUsd(Price price, Tokens tokens, BigDecimal factor) {
    double input = (double) tokens.input() + tokens.cacheRead() + tokens.cacheWrite();
    try {
      return OptionalLong.of(
          price
              .at(input)
              .nanoUsd(
                  tokens.input(),
                  tokens.cacheRead(),
                  tokens.cacheWrite(),
                  tokens.output(),
                  tokens.reasoning(),
                  factor));
    } catch (ArithmeticException e) {
      return OptionalLong.empty();
    }
  }

  /**
   * What a call is booked at: the catalogue where it prices the tokens, else what the span reports
   * (its own word), else nothing: unpriced is a gap and never 0.
   */
  public static OptionalLong booked(OptionalLong catalogueNanoUsd, OptionalLong reportedNanoUsd) {
    return catalogueNanoUsd.isPresent() ? catalogueNanoUsd : reportedNanoUsd;
  }
}
