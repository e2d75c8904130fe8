package io.floorkeeper.platform;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/** Plumbing of the audit trail. */
@ConfigMapping(prefix = "floorkeeper.audit")
public interface AuditSettings {

  /** How often the head of this replica's chain is anchored, while there is something new. */
  @WithDefault("PT1S")
  Duration anchorInterval();

  /**
   * A chain without a sign of life for so long has ended: what it answered and did not log is lost.
   * The same on all replicas; one that waits for the broker gives a sign twice as often.
   */
  @WithDefault("PT2M")
  Duration silentAfter();
}
