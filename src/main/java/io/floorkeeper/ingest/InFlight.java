package io.floorkeeper.ingest;

import java.util.concurrent.atomic.AtomicLong;

/** Bytes that are held at one time, up to a bound. */
final class InFlight {
  private final long mostBytes;
  private final AtomicLong bytes = new AtomicLong();

  InFlight(long mostBytes) {
    this.mostBytes = mostBytes;
  }

  /** Whether there was room; whoever is told so gives it back with {@link #release}. */
  boolean reserve(long wanted) {
    long before = bytes.get();
    while (before + wanted <= mostBytes) {
      if (bytes.compareAndSet(before, before + wanted)) {
        return true;
      }
      before = bytes.get();
    }
    return false;
  }

  void release(long reserved) {
    bytes.addAndGet(-reserved);
  }

  long bytes() {
    return bytes.get();
  }
}
