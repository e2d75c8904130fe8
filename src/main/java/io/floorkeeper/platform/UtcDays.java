package io.floorkeeper.platform;

import java.time.Instant;
import java.time.LocalDate;

/**
 * Days of UTC. Asked several times for every call: without the zone's rules, which are new each
 * time.
 */
public final class UtcDays {
  private static final long SECONDS = 86_400;

  private UtcDays() {}

  public static LocalDate of(Instant at) {
    return LocalDate.ofEpochDay(Math.floorDiv(at.getEpochSecond(), SECONDS));
  }
}
