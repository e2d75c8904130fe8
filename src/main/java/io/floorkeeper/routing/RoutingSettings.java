package io.floorkeeper.routing;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;
import java.util.Optional;

/** Plumbing of the decision path; what changes a decision stands in the policy. */
@ConfigMapping(prefix = "floorkeeper.routing")
public interface RoutingSettings {

  /** Evidence older than this is called stale in the reason of an answer. */
  @WithDefault("PT1M")
  Duration staleAfter();

  /** The number of this replica in its decision ids, 0 to 65535; absent: drawn at start. */
  Optional<Integer> replica();

  /** How long a decision id may be used; evidence under it counts for ever. */
  @WithDefault("PT24H")
  Duration idLife();

  /** The decision log's topic. */
  @WithDefault("floorkeeper.decisions")
  String decisionTopic();

  /** Decisions that wait in memory for the broker; beyond it they are counted and not kept. */
  @WithDefault("65536")
  int decisionLogCapacity();

  /** So long an answer whose pin says {@code audit: required} waits for its record to be safe. */
  @WithDefault("PT2S")
  Duration auditAckLimit();
}
