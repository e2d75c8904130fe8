package io.floorkeeper.policy;

import java.math.BigDecimal;
import java.time.Duration;
import java.util.Optional;

/** Above what a role must not cost or take; each part is optional, absent parts bind nothing. */
public record CostCeiling(
    Optional<BigDecimal> costUsdPerCall,
    Optional<BigDecimal> spendUsdPerDay,
    Optional<Duration> p95Latency) {

  public static final CostCeiling NONE =
      new CostCeiling(Optional.empty(), Optional.empty(), Optional.empty());
}
