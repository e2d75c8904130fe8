package io.floorkeeper.platform;

import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;

/** Pauses between tries: doubling, jittered by half, up to a longest. For one thread. */
public final class Backoff {
  private final long firstMillis;
  private final long longestMillis;
  private long nextMillis;

  public Backoff(Duration first, Duration longest) {
    this.firstMillis = first.toMillis();
    this.longestMillis = longest.toMillis();
    this.nextMillis = firstMillis;
  }

  /** The pause that comes next, and doubles the one after. */
  public Duration next() {
    long millis = nextMillis;
    nextMillis = Math.min(longestMillis, nextMillis * 2);
    return Duration.ofMillis(millis / 2 + ThreadLocalRandom.current().nextLong(millis / 2 + 1));
  }

  /** Waits; false where the thread was interrupted and should end. */
  public boolean pause() {
    try {
      java.util.concurrent.TimeUnit.MILLISECONDS.sleep(next().toMillis());
      return true;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  /** Something worked: start small again. */
  public void reset() {
    nextMillis = firstMillis;
  }
}
