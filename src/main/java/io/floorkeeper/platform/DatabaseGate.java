package io.floorkeeper.platform;

import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Event;
import jakarta.enterprise.event.Observes;
import jakarta.persistence.EntityManagerFactory;
import java.time.Duration;
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

  private final Flyway flyway;
  private final EntityManagerFactory entityManagers;
  private final Event<DatabaseReady> ready;
  private volatile boolean open;
  private Thread thread;

  DatabaseGate(Flyway flyway, EntityManagerFactory entityManagers, Event<DatabaseReady> ready) {
    this.flyway = flyway;
    this.entityManagers = entityManagers;
    this.ready = ready;
  }

  /** Whether the database has been brought into use. */
  public boolean isOpen() {
    return open;
  }

  void start(@Observes StartupEvent event) {
    thread = new Thread(this::openWhenReachable, "database-gate");
    thread.setDaemon(true);
    thread.start();
  }

  void stop(@Observes ShutdownEvent event) {
    thread.interrupt();
  }

  private void openWhenReachable() {
    Backoff backoff = new Backoff(Duration.ofMillis(100), LONGEST_PAUSE);
    while (!Thread.currentThread().isInterrupted()) {
      try {
        flyway.migrate();
        entityManagers.getSchemaManager().validate();
        ready.fire(new DatabaseReady());
        open = true;
        return;
      } catch (Exception e) {
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
