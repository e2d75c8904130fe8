package io.floorkeeper.pricing;

import java.math.BigDecimal;
import java.math.RoundingMode;

/**
 * What tokens cost where nothing else makes a difference: USD per million tokens by kind, and USD
 * per thousand calls besides.
 *
 * @param reasoningUsdPerMillion of that part of the output that is reasoning
 */
public record Rates(
    BigDecimal inputUsdPerMillion,
    BigDecimal cacheReadUsdPerMillion,
    BigDecimal cacheWriteUsdPerMillion,
    BigDecimal outputUsdPerMillion,
    BigDecimal reasoningUsdPerMillion,
    BigDecimal usdPerThousandCalls) {

  /** Nothing costs anything. */
  public static final Rates FREE = new Rates(BigDecimal.ZERO, BigDecimal.ZERO);

  /** A dollar per million tokens is a thousand nano-dollars per token. */
  private static final BigDecimal NANO_USD_PER_TOKEN = BigDecimal.valueOf(1_000);

  /** A dollar per thousand calls is a million nano-dollars per call. */
  private static final BigDecimal NANO_USD_PER_CALL = BigDecimal.valueOf(1_000_000);

  private static final double PER_MILLION = 1e-6;
  private static final double PER_THOUSAND = 1e-3;

  /** Where reasoning costs what output costs, and a call nothing of itself. */
  public Rates(
      BigDecimal inputUsdPerMillion,
      BigDecimal cacheReadUsdPerMillion,
      BigDecimal cacheWriteUsdPerMillion,
      BigDecimal outputUsdPerMillion) {
    this(
        inputUsdPerMillion,
        cacheReadUsdPerMillion,
        cacheWriteUsdPerMillion,
        outputUsdPerMillion,
        outputUsdPerMillion,
        BigDecimal.ZERO);
  }

  private Rates(BigDecimal input, BigDecimal output) {
    this(input, input, input, output);
  }

  /**
   * What one call costs, in 1e-9 USD, rounded half up once, at the end.
   *
   * @param input uncached
   * @param output reasoning included
   * @param reasoning where it is more than the output, all of that
   * @param factor by which the service tier changes it; 1: not at all
   * @throws ArithmeticException beyond nine billion dollars
   */
  public long nanoUsd(
      long input, long cacheRead, long cacheWrite, long output, long reasoning, BigDecimal factor) {
    long thought = Math.min(reasoning, output);
    return inputUsdPerMillion
        .multiply(BigDecimal.valueOf(input))
        .add(cacheReadUsdPerMillion.multiply(BigDecimal.valueOf(cacheRead)))
        .add(cacheWriteUsdPerMillion.multiply(BigDecimal.valueOf(cacheWrite)))
        .add(outputUsdPerMillion.multiply(BigDecimal.valueOf(output - thought)))
        .add(reasoningUsdPerMillion.multiply(BigDecimal.valueOf(thought)))
        .multiply(NANO_USD_PER_TOKEN)
        .add(usdPerThousandCalls.multiply(NANO_USD_PER_CALL))
        .multiply(factor)
        .setScale(0, RoundingMode.HALF_UP)
        .longValueExact();
  }

  /** What so many tokens and calls cost in the mean, in USD. */
  public double usd(
      double input,
      double cacheRead,
      double cacheWrite,
      double output,
      double reasoning,
      double calls) {
    return PER_MILLION
            * (inputUsdPerMillion.doubleValue() * input
                + cacheReadUsdPerMillion.doubleValue() * cacheRead
                + cacheWriteUsdPerMillion.doubleValue() * cacheWrite
                + outputUsdPerMillion.doubleValue() * (output - reasoning)
                + reasoningUsdPerMillion.doubleValue() * reasoning)
        + PER_THOUSAND * usdPerThousandCalls.doubleValue() * calls;
  }
}
