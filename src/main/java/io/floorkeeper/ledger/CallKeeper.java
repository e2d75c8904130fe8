package io.floorkeeper.ledger;

import io.agroal.api.AgroalDataSource;
import io.floorkeeper.platform.Causes;
import io.floorkeeper.platform.DatabaseReady;
import io.quarkus.runtime.ShutdownEvent;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;

/** Sees every few minutes to it that there are partitions for the days to come, and forgets. */
@ApplicationScoped
public class CallKeeper {
  private static final Logger LOG = Logger.getLogger(CallKeeper.class);
  private static final Duration EVERY = Duration.ofMinutes(5);
  private static final Duration STOP_LIMIT = Duration.ofSeconds(2);

  private final AgroalDataSource database;
  private final CallRetention retention;
  private final CallWindow window;
  private ScheduledThreadPoolExecutor timer;

  CallKeeper(AgroalDataSource database, CallRetention retention, CallWindow window) {
    this.database = database;
    this.retention = retention;
    this.window = window;
  }

  /** Before the streams: where the horizon stands they have to know. */
  synchronized void start(@Observes @Priority(DatabaseReady.Order.STREAMS - 1) DatabaseReady ready)
      throws SQLException {
    if (timer != null) {
      return;
    }
    try (Connection connection = database.getConnection()) {
      window.read(connection);
    }
    timer =
        new ScheduledThreadPoolExecutor(
            1,
            work -> {
              Thread thread = new Thread(work, "call-keeper");
              thread.setDaemon(true);
              return thread;
            });
    timer.scheduleWithFixedDelay(this::keep, 0, EVERY.toSeconds(), TimeUnit.SECONDS);
  }

  synchronized void stop(@Observes ShutdownEvent event) throws InterruptedException {
    if (timer != null) {
      timer.shutdownNow();
      timer.awaitTermination(STOP_LIMIT.toMillis(), TimeUnit.MILLISECONDS);
    }
  }

  private void keep() {
    try {
      retention.run();
    } catch (SQLException | RuntimeException e) {
      LOG.warnf("old calls are not forgotten yet: %s", Causes.briefly(e));
    }
  }
}
