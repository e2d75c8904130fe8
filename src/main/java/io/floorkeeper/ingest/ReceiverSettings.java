package io.floorkeeper.ingest;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import java.time.Duration;

/** Of OTLP over HTTP. */
@ConfigMapping(prefix = "floorkeeper.ingest.http")
public interface ReceiverSettings {

  /**
   * Bytes of bodies, uncompressed, that are held at one time until the broker has them; whoever
   * comes beyond that is asked to come again.
   */
  @WithDefault("67108864")
  long maxInFlightBytes();

  /** How long an answer waits for the broker. */
  @WithDefault("PT5S")
  Duration ackLimit();
}
