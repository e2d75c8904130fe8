package io.floorkeeper.platform;

import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/** Lets few at a time read at length: learning needs the database's connections more. */
public final class Turns {
  private static final int PATIENCE_SECONDS = 10;

  private final Semaphore free;
  private final String busy;

  /**
   * @param atOnce how many may read at a time
   * @param busy what whoever waited in vain is told
   */
  public Turns(int atOnce, String busy) {
    this.free = new Semaphore(atOnce, true);
    this.busy = busy;
  }

  /** What is done in a turn. */
  @FunctionalInterface
  public interface Work<T, X extends Exception> {
    T run() throws X;
  }

  /**
   * Waits for a turn, some seconds at most, and takes it.
   *
   * @throws Problem.Unavailable ({@code busy}) where none came
   */
  public <T, X extends Exception> T take(Work<T, X> work) throws X {
    if (!isFreeSoon()) {
      throw new Problem.Unavailable("busy", busy);
    }
    try {
      return work.run();
    } finally {
      free.release();
    }
  }

  private boolean isFreeSoon() {
    try {
      return free.tryAcquire(PATIENCE_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }
}
