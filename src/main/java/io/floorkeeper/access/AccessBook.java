package io.floorkeeper.access;

import io.agroal.api.AgroalDataSource;
import io.floorkeeper.platform.Backoff;
import io.floorkeeper.platform.Causes;
import io.floorkeeper.platform.DatabaseReady;
import io.floorkeeper.platform.StartRefusedException;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;

/**
 * The keys in force: an immutable ring that requests read without a lock, and one thread that
 * follows the table. What the table says counts as soon as it can be read; while it cannot, the
 * last ring stays, and a replica that starts then takes the one on its disk.
 */
@ApplicationScoped
class AccessBook {
  private static final Logger LOG = Logger.getLogger(AccessBook.class);
  private static final Duration SHORTEST_POLL = Duration.ofMillis(10);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(2);

  private final AgroalDataSource database;
  private final AccessFile file;
  private final SecuritySettings settings;
  private final SecurityMode mode;
  private final Optional<String> bootstrap;
  private volatile KeyRing current;
  private volatile boolean stopping;
  private long version;
  private Thread follower;

  AccessBook(AgroalDataSource database, AccessFile file, SecuritySettings settings) {
    this.database = database;
    this.file = file;
    this.settings = settings;
    this.mode = SecurityMode.parse(settings.mode());
    this.bootstrap = BootstrapKey.of(settings);
    if (settings.pollInterval().compareTo(SHORTEST_POLL) < 0) {
      throw new StartRefusedException(
          "floorkeeper.security.poll-interval must be PT0.01S or more, not "
              + settings.pollInterval());
    }
  }

  SecurityMode mode() {
    return mode;
  }

  /** The keys in force; null where neither the database nor the disk has told any yet. */
  KeyRing current() {
    return current;
  }

  /** Before anybody asks. */
  void start(@Observes @Priority(1) StartupEvent event) {
    if (mode == SecurityMode.KEYS) {
      current = file.read().orElse(null);
    } else if (mode == SecurityMode.NONE_I_KNOW) {
      LOG.warnf(
          "nobody is asked for a key: whoever reaches the port may do everything (%s)",
          SecurityMode.SETTING);
    }
  }

  void databaseReady(@Observes @Priority(DatabaseReady.Order.KEYS) DatabaseReady ready)
      throws SQLException {
    if (mode != SecurityMode.KEYS) {
      return;
    }
    if (bootstrap.isPresent()) {
      KeyRepository.inTransaction(
          database.getConnection(),
          connection -> {
            BootstrapKey.enter(connection, bootstrap.get());
            return null;
          });
    }
    reload();
    if (current.keys().isEmpty()) {
      LOG.warn(
          "there is no API key yet, so nobody gets in: set FLOORKEEPER_SECURITY_BOOTSTRAP_KEY, or"
              + " run `floorkeeper keys create` beside the database");
    }
    if (follower == null) {
      follower = new Thread(this::keepFollowing, "keys");
      follower.setDaemon(true);
      follower.start();
    }
  }

  void stop(@Observes ShutdownEvent event) {
    stopping = true;
    if (follower != null) {
      follower.interrupt();
    }
  }

  /** Looks now: who has just changed something need not wait for the follower. */
  synchronized void follow() throws SQLException {
    if (mode == SecurityMode.KEYS && hasMoved()) {
      reload();
    }
  }

  private synchronized void reload() throws SQLException {
    try (Connection connection = database.getConnection()) {
      // In this order: what moves between is read again the next time.
      version = KeyRepository.version(connection);
      current = new KeyRing(KeyRepository.all(connection), KeyRepository.tenants(connection));
    }
    file.write(current);
  }

  private boolean hasMoved() throws SQLException {
    try (Connection connection = database.getConnection()) {
      return KeyRepository.version(connection) != version;
    }
  }

  private void keepFollowing() {
    Backoff backoff = new Backoff(settings.pollInterval(), LONGEST_PAUSE);
    boolean told = false;
    while (!stopping) {
      try {
        TimeUnit.MILLISECONDS.sleep(settings.pollInterval().toMillis());
        follow();
        backoff.reset();
        told = false;
      } catch (InterruptedException e) {
        return;
      } catch (SQLException | RuntimeException e) { // or the thread would end unseen
        if (!told && !stopping) {
          LOG.warnf("the keys are not followed, those known stay in force: %s", Causes.briefly(e));
          told = true;
        }
        if (!backoff.pause()) {
          return;
        }
      }
    }
  }
}
