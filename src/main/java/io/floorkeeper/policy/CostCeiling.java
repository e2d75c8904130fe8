package io.floorkeeper.policy;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.Duration;
import java.util.Optional;

/**
 * Above what a role must not cost or take; each part is optional, absent parts bind nothing.
 *
 * @param spendUsdPerDay of the role, in days of UTC
 * @param spendUsdPerRun of the role within one {@code run_id}
 * @param action what happens where spend has reached its ceiling
 */
public record CostCeiling(
    Optional<BigDecimal> costUsdPerCall,
    Optional<BigDecimal> spendUsdPerDay,
    Optional<BigDecimal> spendUsdPerRun,
    Optional<Duration> p95Latency,
    Action action) {

  public static final CostCeiling NONE =
      new CostCeiling(
          Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty(), Action.LOWER);

  private static final BigDecimal MOST_NANO_USD = BigDecimal.valueOf(Long.MAX_VALUE);

  /** Whether it binds what is spent over several tasks. */
  public boolean isOfSpend() {
    return spendUsdPerDay.isPresent() || spendUsdPerRun.isPresent();
  }

  /** Dollars in 1e-9 USD, rounded up: spend has reached a ceiling when it is not below it. */
  public static long nanoUsd(BigDecimal usd) {
    return usd.movePointRight(9)
        .setScale(0, RoundingMode.CEILING)
        .min(MOST_NANO_USD)
        .longValueExact();
  }

  /** LOWER: cheaper arms, as the precedence allows; BLOCK: no answer; ALERT: say so only. */
  public enum Action {
    LOWER,
    BLOCK,
    ALERT
  }
}
