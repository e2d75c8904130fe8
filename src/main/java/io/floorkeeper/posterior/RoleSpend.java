package io.floorkeeper.posterior;

import java.util.Map;

/**
 * What a role has spent, as far as its ceilings ask for it. Immutable.
 *
 * @param dayStartMillis of the day (UTC) that the figures of the day are of, epoch milliseconds
 * @param nanoUsd that the day's calls are booked at, in 1e-9 USD
 * @param calls of the day
 * @param unpriced those of them that nobody can price: they are not in {@code nanoUsd}
 * @param tasksAhead how many tasks are expected to begin in the rest of the day
 * @param runs that have reached the role's ceiling of a run, and what they have spent, in 1e-9 USD
 */
public record RoleSpend(
    long dayStartMillis,
    long nanoUsd,
    long calls,
    long unpriced,
    double tasksAhead,
    Map<String, Long> runs) {
  public static final long DAY_MILLIS = 86_400_000L;

  public RoleSpend {
    runs = Map.copyOf(runs);
  }

  /** When the next day begins and the day's ceiling is free again. */
  public long dayEndMillis() {
    return dayStartMillis + DAY_MILLIS;
  }
}
