package io.floorkeeper.demo;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;

/** The first-run demonstration. */
@ConfigMapping(prefix = "floorkeeper.demo")
public interface DemoSettings {

  /** Whether a small agent pipeline works against this service, invented outcomes and all. */
  @WithDefault("false")
  boolean enabled();

  /** Of the pipeline's tasks and outcomes. */
  @WithDefault("7")
  long seed();

  /** Runs of the pipeline per second, each of six model calls. */
  @WithDefault("5")
  double runsPerSecond();
}
