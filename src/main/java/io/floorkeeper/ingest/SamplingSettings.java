package io.floorkeeper.ingest;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/** When the stream of spans is taken for a sampled one. */
@ConfigMapping(prefix = "floorkeeper.sampling")
public interface SamplingSettings {

  /** How long a decision's first call may take to come in. */
  @WithDefault("PT15M")
  Duration patience();

  /** How far back decisions are looked at, beyond that. */
  @WithDefault("PT24H")
  Duration window();

  /** Decisions of a role that are looked at, the latest ones. */
  @WithDefault("200")
  int decisionsPerRole();

  /** The share of decisions without a call that is nothing to speak of, in [0, 1). */
  @WithDefault("0.1")
  double toleratedShare();

  /** How often it is looked at. */
  @WithDefault("PT1M")
  Duration interval();
}
