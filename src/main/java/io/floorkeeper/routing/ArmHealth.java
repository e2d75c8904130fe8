package io.floorkeeper.routing;

import io.floorkeeper.policy.HealthRule;

/**
 * How well a model answers: a circuit breaker, as a pure state machine. Immutable.
 *
 * <pre>
 * closed     calls within the window:   n >= minCalls and bad                -> open
 * open       coolDown has passed                                             -> half open
 * half open  calls begun since:         n >= probes and not bad              -> closed
 *                                       bad whatever the rest of them will be -> open
 * bad        errors >= errorRate * n,   or more than 5 % of n slower than p95Latency
 * probes     the smaller of {@value #PROBES} and minCalls
 * </pre>
 *
 * <p>At the error rate of .5 a model that fails every other call passes its probes in one of two
 * cases and is found out after minCalls again; one that fails four of five in 6 %.
 *
 * @param sinceMillis when it came into its state; 0: it was never in another
 */
record ArmHealth(State state, long sinceMillis) {
  static final ArmHealth WELL = new ArmHealth(State.CLOSED, 0);

  /** So many calls of a probed model decide. */
  static final int PROBES = 5;

  private static final double SLOW_SHARE = .05;

  /** As of a circuit: traffic flows while it is closed. */
  enum State {
    CLOSED,
    OPEN,
    HALF_OPEN
  }

  /**
   * Calls that say something of the model.
   *
   * @param errors its own, and not its callers'
   * @param slow longer than the rule's latency; 0 where the rule has none
   */
  record Seen(long calls, long errors, long slow) {
    static final Seen NOTHING = new Seen(0, 0, 0);
  }

  /**
   * The state after a look at its calls.
   *
   * @param seen of a closed circuit those within the window, of a half open one those of its probe;
   *     of either none that began before {@link #sinceMillis}
   */
  ArmHealth next(Seen seen, HealthRule rule, long nowMillis) {
    return switch (state) {
      case CLOSED ->
          seen.calls >= rule.minCalls() && isBad(seen, seen.calls, rule)
              ? new ArmHealth(State.OPEN, nowMillis)
              : this;
      case OPEN ->
          nowMillis - sinceMillis >= rule.coolDown().toMillis()
              ? new ArmHealth(State.HALF_OPEN, nowMillis)
              : this;
      case HALF_OPEN -> probed(seen, rule, nowMillis);
    };
  }

  private ArmHealth probed(Seen seen, HealthRule rule, long nowMillis) {
    long probes = Math.min(PROBES, rule.minCalls());
    if (isBad(seen, Math.max(probes, seen.calls), rule)) {
      return new ArmHealth(State.OPEN, nowMillis);
    }
    return seen.calls >= probes ? new ArmHealth(State.CLOSED, nowMillis) : this;
  }

  private static boolean isBad(Seen seen, long calls, HealthRule rule) {
    return seen.errors > 0 && seen.errors >= rule.errorRate() * calls
        || seen.slow > SLOW_SHARE * calls;
  }
}
