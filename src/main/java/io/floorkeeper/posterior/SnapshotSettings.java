package io.floorkeeper.posterior;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/** How often a replica takes up what was learned. */
@ConfigMapping(prefix = "floorkeeper.snapshot")
public interface SnapshotSettings {

  /** The longest that learned evidence waits for the next snapshot. */
  @WithDefault("PT1S")
  Duration interval();

  /** So many new labels of one role bring the next snapshot at once. */
  @WithDefault("50")
  int labels();
}
