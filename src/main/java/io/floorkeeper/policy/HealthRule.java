package io.floorkeeper.policy;

import java.time.Duration;
import java.util.Optional;

/**
 * When a model counts as ill: its arm is then left out, but for probes.
 *
 * @param errorRate of its calls within the window, from which it is ill, in (0, 1]
 * @param p95Latency above which it is ill; empty: latency is not looked at
 * @param minCalls within the window, fewer say nothing
 * @param coolDown after which it is probed
 * @param probeShare of the requests that it would have got, while it is probed, in (0, 1]
 */
public record HealthRule(
    double errorRate,
    Optional<Duration> p95Latency,
    int minCalls,
    Duration window,
    Duration coolDown,
    double probeShare) {

  /** Where the policy says nothing. */
  public static final HealthRule DEFAULT =
      new HealthRule(.5, Optional.empty(), 20, Duration.ofMinutes(1), Duration.ofSeconds(30), .02);
}
