package io.floorkeeper.posterior;

/**
 * How many tasks the rest of a day will bring: a Poisson rate that yesterday's is the prior of.
 *
 * <pre>
 * rate  = (n + n_y/24h * h0) / (t + h0)      t: since midnight, h0 = 2 h
 * rate  = n / max(t_1, 1 h)                  where yesterday had none; t_1: since today's first
 * ahead = rate * what is left of the day
 * </pre>
 *
 * <p>A day whose traffic comes in a few hours is misjudged at first. The budget of a task is what
 * is left over what is ahead, and is reckoned again each second, so that the day's total is held
 * all the same.
 */
public final class DayPace {
  private static final double PRIOR_MILLIS = 2 * 3_600_000.0;
  private static final double LEAST_MILLIS = 3_600_000; // a burst is no rate

  private DayPace() {}

  /**
   * @param today tasks that began since midnight
   * @param yesterday tasks of the day before
   * @param firstAtMillis when today's first call began; not asked where {@code today} is 0
   */
  public static double tasksAhead(
      long today, long yesterday, long firstAtMillis, long dayStartMillis, long nowMillis) {
    double left = Math.max(0, dayStartMillis + RoleSpend.DAY_MILLIS - nowMillis);
    if (yesterday > 0) {
      double elapsed = Math.max(0, nowMillis - dayStartMillis);
      double prior = yesterday * PRIOR_MILLIS / RoleSpend.DAY_MILLIS;
      return (today + prior) / (elapsed + PRIOR_MILLIS) * left;
    }
    return today == 0 ? 0 : today / Math.max(nowMillis - firstAtMillis, LEAST_MILLIS) * left;
  }
}
