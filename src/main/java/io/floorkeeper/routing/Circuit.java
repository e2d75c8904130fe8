package io.floorkeeper.routing;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Spares requests a wait in vain: after some failures in a row nobody asks any more, and one
 * request per cool-down finds out whether it works again. Takes no lock; the clock is handed in.
 */
final class Circuit {
  private static final long CLOSED = Long.MIN_VALUE;

  private final int openAfter;
  private final long coolDownMillis;
  private final AtomicInteger failures = new AtomicInteger();

  /** When the next one may ask. */
  private final AtomicLong nextProbe = new AtomicLong(CLOSED);

  /**
   * @param openAfter so many failures in a row
   */
  Circuit(int openAfter, long coolDownMillis) {
    this.openAfter = openAfter;
    this.coolDownMillis = coolDownMillis;
  }

  /** Whether this request may ask. It then says how it went. */
  boolean admits(long nowMillis) {
    long probe = nextProbe.get();
    return probe == CLOSED
        || nowMillis >= probe && nextProbe.compareAndSet(probe, nowMillis + coolDownMillis);
  }

  void succeeded() {
    failures.set(0);
    nextProbe.set(CLOSED);
  }

  void failed(long nowMillis) {
    if (failures.incrementAndGet() >= openAfter) {
      failures.set(openAfter); // it never overflows
      nextProbe.set(nowMillis + coolDownMillis);
    }
  }

  boolean isOpen() {
    return nextProbe.get() != CLOSED;
  }
}
