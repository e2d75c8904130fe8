package io.floorkeeper.routing;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/** How often a replica looks at how the models stand. */
@ConfigMapping(prefix = "floorkeeper.pool")
public interface PoolSettings {

  /** Between two looks; longer where a look takes more than a tenth of it. */
  @WithDefault("PT1S")
  Duration interval();
}
