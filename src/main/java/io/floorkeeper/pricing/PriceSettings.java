package io.floorkeeper.pricing;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/** Where the price catalogue comes from. */
@ConfigMapping(prefix = "floorkeeper.prices")
public interface PriceSettings {

  /** A file in the shape of genai-prices v2, watched; absent: only the policy's own prices. */
  Optional<Path> file();

  /** How often the file is looked at, and how soon a price that begins is weighed. */
  @WithDefault("PT1S")
  Duration watchInterval();

  /** How long its content must have been the same before a change of it is taken. */
  @WithDefault("PT1S")
  Duration settleTime();
}
