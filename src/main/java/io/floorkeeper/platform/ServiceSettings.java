package io.floorkeeper.platform;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The root of all {@code floorkeeper.*} settings: a name below it that no mapping knows stops the
 * start, so a misspelt setting is never ignored.
 */
@ConfigMapping(prefix = "floorkeeper")
public interface ServiceSettings {

  /** Where this replica keeps what must survive a restart. */
  @WithDefault(".floorkeeper")
  Path dataFolder();

  Tracing tracing();

  Embedded embedded();

  /** Traces of the service itself. */
  interface Tracing {
    /** Set by {@code serve}: true where no OTLP endpoint is named. */
    @WithDefault("true")
    boolean disabled();
  }

  /** The parts that the process brings itself; read by {@code EmbeddedPlatform} before Quarkus. */
  interface Embedded {
    Optional<Integer> postgresPort();

    Optional<Integer> kafkaPort();

    Optional<Integer> kafkaControllerPort();
  }
}
