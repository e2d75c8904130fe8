package io.floorkeeper.policy;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.nio.file.Path;
import java.util.Optional;

/** Where the policy comes from. */
@ConfigMapping(prefix = "floorkeeper.policy")
public interface PolicySettings {

  /** A YAML or JSON document; absent: the preset. */
  Optional<Path> file();

  /** The preset that answers where no file is given. */
  @WithDefault("planner-frontier")
  String preset();
}
