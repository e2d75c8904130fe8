package io.floorkeeper.learning;

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
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;

/**
 * What time alone brings about: waiting judgements are looked at again, reward waits end, and it is
 * watched whether judgements find what they judge. Each in a transaction of its own, on one thread.
 */
@ApplicationScoped
class EvaluationJobs {
  private static final Logger LOG = Logger.getLogger(EvaluationJobs.class);
  private static final Duration STOP_LIMIT = Duration.ofSeconds(4);

  private final AgroalDataSource database;
  private final EvaluationSettings settings;
  private final EvaluationSweep sweep;
  private final RewardWait waits;
  private final CorrelationWatch correlation;
  private final CountDownLatch stopping = new CountDownLatch(1);
  private boolean troubled;
  private Thread thread;

  EvaluationJobs(
      AgroalDataSource database,
      EvaluationSettings settings,
      EvaluationSweep sweep,
      RewardWait waits,
      CorrelationWatch correlation) {
    this.database = database;
    this.settings = settings;
    this.sweep = sweep;
    this.waits = waits;
    this.correlation = correlation;
  }

  /** Work in a transaction; whether there is more of it. */
  @FunctionalInterface
  private interface Job {
    boolean run(Connection connection) throws SQLException;
  }

  synchronized void start(@Observes @Priority(DatabaseReady.Order.STREAMS) DatabaseReady ready) {
    if (thread == null) {
      thread = new Thread(this::run, "evaluation-jobs");
      thread.setDaemon(true);
      thread.start();
    }
  }

  synchronized void stop(@Observes ShutdownEvent event) throws InterruptedException {
    stopping.countDown();
    if (thread != null) {
      thread.join(STOP_LIMIT.toMillis());
      thread.interrupt();
    }
  }

  private void run() {
    try {
      while (!stopping.await(settings.interval().toMillis(), TimeUnit.MILLISECONDS)) {
        boolean well = whole(sweep::look) & whole(waits::look) & whole(correlation::look);
        if (well && troubled) {
          LOG.info("judgements that wait are looked at again");
        }
        troubled = !well;
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Until there is no more of it; whether it went well. */
  private boolean whole(Job job) {
    try (Connection connection = database.getConnection()) {
      connection.setAutoCommit(false);
      try {
        boolean more = true;
        while (more && stopping.getCount() > 0) {
          more = job.run(connection);
          connection.commit();
        }
      } catch (SQLException | RuntimeException | Error e) {
        connection.rollback();
        throw e;
      } finally {
        connection.setAutoCommit(true);
      }
      return true;
    } catch (SQLException | RuntimeException | Error e) { // or the thread would end unseen
      if (!troubled) {
        LOG.warnf("judgements that wait cannot be looked at: %s", Causes.briefly(e));
      }
      return false;
    }
  }
}
