package io.floorkeeper.routing;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/** Plumbing of external classifiers; their URLs and time limits stand in the policy. */
@ConfigMapping(prefix = "floorkeeper.classifier")
public interface ClassifierSettings {

  /** So many requests may wait for one URL; the next one gets the preset at once. */
  @WithDefault("64")
  int inFlight();

  /** After so many failures in a row nobody asks a URL any more. */
  @WithDefault("5")
  int openAfter();

  /** For so long; then one request finds out. */
  @WithDefault("PT5S")
  Duration coolDown();
}
