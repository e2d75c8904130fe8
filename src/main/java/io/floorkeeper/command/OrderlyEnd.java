package io.floorkeeper.command;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/**
 * Lets the main thread finish when a signal ends the process. The JVM runs all shutdown hooks at
 * once and halts when they are through, while our order is one after the other: the service, Kafka,
 * PostgreSQL. That order is the main thread's; the hook of this class only waits for it.
 */
final class OrderlyEnd {

  /** Less than a service manager's usual patience, more than an orderly end has ever taken. */
  private static final long PATIENCE_SECONDS = 45;

  private final CountDownLatch end = new CountDownLatch(1);
  private final Thread hook = new Thread(this::requestAndWait, "orderly-end");
  private volatile boolean requested;

  private OrderlyEnd() {}

  /** From now on a signal waits for {@link #reached()}. */
  static OrderlyEnd watched() {
    OrderlyEnd end = new OrderlyEnd();
    Runtime.getRuntime().addShutdownHook(end.hook);
    return end;
  }

  /** Whether the process is asked to end. */
  boolean isRequested() {
    return requested;
  }

  /** Everything is stopped. */
  void reached() {
    end.countDown();
    if (!requested) {
      try {
        Runtime.getRuntime().removeShutdownHook(hook);
      } catch (IllegalStateException e) {
        // the process began to end this moment, and the hook will not wait any more
      }
    }
  }

  private void requestAndWait() {
    requested = true;
    try {
      if (!end.await(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        System.err.println("Not everything stopped within " + PATIENCE_SECONDS + " s; leaving.");
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
