package io.floorkeeper.policy;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/** Where the policy comes from. */
@ConfigMapping(prefix = "floorkeeper.policy")
public interface PolicySettings {

  /** A YAML or JSON document, or a folder of them, watched; absent: the preset. */
  Optional<Path> file();

  /** The preset that answers where no file is given. */
  @WithDefault("planner-frontier")
  String preset();

  /** How often the file or folder is looked at. */
  @WithDefault("PT1S")
  Duration watchInterval();

  /** How long its content must have been the same before a change of it is taken. */
  @WithDefault("PT1S")
  Duration settleTime();

  /** The same for a change that loosens or removes a pin, or drops a whole file of a folder. */
  @WithDefault("PT30S")
  Duration loosenSettleTime();

  /** How often the database is asked for a newer version and for the kill switch. */
  @WithDefault("PT0.2S")
  Duration followInterval();
}
