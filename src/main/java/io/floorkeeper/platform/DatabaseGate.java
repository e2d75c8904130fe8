package io.floorkeeper.platform;

import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Event;
import jakarta.enterprise.event.Observes;
import jakarta.persistence.EntityManagerFactory;
import java.sql.SQLException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.flywaydb.core.Flyway;
import org.jboss.logging.Logger;

/**
 * Brings the database into use, however late it comes: the service answers before and without it.
 *
 * <p>Flyway migrates, Hibernate validates its mapping against the result, then {@link
 * DatabaseReady} is fired. Until that has worked once it is tried again, with pauses of at most
 * five seconds.
 */
@ApplicationScoped
public class DatabaseGate {
  private static final Logger LOG = Logger.getLogger(DatabaseGate.class);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(5);

  /** So long a start waits for it before it goes on without. */
  public static final Duration PATIENCE = Duration.ofSeconds(10);

  private static final Duration STOP_LIMIT = Duration.ofSeconds(5);

  private final Flyway flyway;
  private final EntityManagerFactory entityManagers;
  private final Event<DatabaseReady> ready;
  private final CountDownLatch opened = new CountDownLatch(1);
  private final long startNanos = System.nanoTime();
  private volatile boolean stopping;
  private Thread thread;

  DatabaseGate(Flyway flyway, EntityManagerFactory entityManagers, Event<DatabaseReady> ready) {
    this.flyway = flyway;
    this.entityManagers = entityManagers;
    this.ready = ready;
  }

  /** Whether the database has been brought into use. */
  public boolean isOpen() {
    return opened.getCount() == 0;
  }

  /**
   * Whether there is nothing to wait for: it is open, or has not come in {@link #PATIENCE}. What is
   * answered before teaches nobody.
   */
  public boolean isSettled() {
    return isOpen() || System.nanoTime() - startNanos > PATIENCE.toNanos();
  }

  /** Waits for it, up to {@code limit}; whether it has happened. */
  public boolean awaitOpen(Duration limit) {
    try {
      return opened.await(limit.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return isOpen();
    }
  }

  /**
   * Does what cannot be done without it.
   *
   * @throws Problem.Unavailable where it is not in use yet, or fails on the way: whether something
   *     was written is then not known
   */
  public <T> T ask(Supplier<T> work) {
    if (!isOpen()) {
      throw new Problem.Unavailable("database_unavailable", "the database is not in use yet");
    }
    try {
      return work.get();
    } catch (Problem problem) {
      throw problem;
    } catch (RuntimeException e) {
      for (Throwable cause = e; cause != null; cause = cause.getCause()) {
        if (cause instanceof SQLException) {
          throw new Problem.Unavailable(
              "database_unavailable", "the database cannot be used: " + Causes.briefly(e));
        }
      }
      throw e;
    }
  }

  void start(@Observes StartupEvent event) {
    thread = new Thread(this::openWhenReachable, "database-gate");
    thread.setDaemon(true);
    thread.start();
  }

  void stop(@Observes ShutdownEvent event) throws InterruptedException {
    stopping = true;
    thread.interrupt();
    thread.join(STOP_LIMIT.toMillis());
  }

  private void openWhenReachable() {
    Backoff backoff = new Backoff(Duration.ofMillis(100), LONGEST_PAUSE);
    while (!stopping) {
      try {
        flyway.migrate();
        entityManagers.getSchemaManager().validate();
        ready.fire(new DatabaseReady());
        opened.countDown();
        return;
      } catch (Exception e) {
        if (stopping) {
          return;
        }
        LOG.warnf(
            "the database is not in use yet, routing goes on without it: %s", Causes.briefly(e));
        LOG.debug("the database is not in use yet", e);
        if (!backoff.pause()) {
          return;
        }
      }
    }
  }
}
