package io.floorkeeper.posterior;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/** How long spend within runs is kept; what a run may spend stands in the policy. */
@ConfigMapping(prefix = "floorkeeper.spend")
public interface SpendSettings {

  /** A run that nothing was spent in for so long is over: its spend is forgotten. */
  @WithDefault("PT24H")
  Duration runLife();

  /** So many runs at their ceiling are known to a replica, those that reached it last. */
  @WithDefault("20000")
  int mostRuns();
}
