package io.floorkeeper.learning;

import io.floorkeeper.platform.Causes;
import io.floorkeeper.platform.DatabaseReady;
import io.quarkus.runtime.ShutdownEvent;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;

/** Lets roles be looked for above their calls, every second. */
@ApplicationScoped
public class AncestorTimer {
  private static final Logger LOG = Logger.getLogger(AncestorTimer.class);
  private static final Duration STOP_LIMIT = Duration.ofSeconds(2);

  private final AncestorJoin join;
  private ScheduledThreadPoolExecutor timer;
  private boolean troubled;

  AncestorTimer(AncestorJoin join) {
    this.join = join;
  }

  synchronized void start(
      @Observes @Priority(DatabaseReady.Order.STREAMS + 1) DatabaseReady ready) {
    if (timer != null) {
      return;
    }
    timer =
        new ScheduledThreadPoolExecutor(
            1,
            work -> {
              Thread thread = new Thread(work, "ancestor-join");
              thread.setDaemon(true);
              return thread;
            });
    timer.scheduleWithFixedDelay(this::look, 1, 1, TimeUnit.SECONDS);
  }

  synchronized void stop(@Observes ShutdownEvent event) throws InterruptedException {
    if (timer != null) {
      timer.shutdownNow();
      timer.awaitTermination(STOP_LIMIT.toMillis(), TimeUnit.MILLISECONDS);
    }
  }

  private void look() {
    try {
      while (join.pass() && !Thread.currentThread().isInterrupted()) {
        // there is more
      }
      troubled = false;
    } catch (SQLException | RuntimeException | Error e) { // or the timer would end unseen
      if (!troubled) { // once: it is tried again every second
        LOG.warnf("roles are not looked for above their calls: %s", Causes.briefly(e));
      }
      troubled = true;
    }
  }
}
