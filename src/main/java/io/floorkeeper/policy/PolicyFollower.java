package io.floorkeeper.policy;

import io.agroal.api.AgroalDataSource;
import io.floorkeeper.platform.Backoff;
import io.floorkeeper.platform.Causes;
import io.quarkus.runtime.ShutdownEvent;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jboss.logging.Logger;

/**
 * Brings what others publish into force here: asks Postgres for two numbers, several times a
 * second, on a connection of its own. While the database is away what is in force stays.
 */
@ApplicationScoped
class PolicyFollower {
  private static final Logger LOG = Logger.getLogger(PolicyFollower.class);

  /** Short: a switch that waits behind an outage should not wait behind us as well. */
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(1);

  private final AgroalDataSource database;
  private final PublishedReader reader;
  private final PolicyBook policies;
  private final KillSwitchBook killSwitch;
  private final long intervalMillis;
  private volatile boolean stopping;
  private volatile int newestSeen = -1;
  private Thread thread;

  PolicyFollower(
      AgroalDataSource database,
      PublishedReader reader,
      PolicyBook policies,
      KillSwitchBook killSwitch,
      PolicySettings settings) {
    this.database = database;
    this.reader = reader;
    this.policies = policies;
    this.killSwitch = killSwitch;
    this.intervalMillis = Math.max(1, settings.followInterval().toMillis());
  }

  /** The newest version in the database, whether this service can read it or not; -1: unknown. */
  int newestSeen() {
    return newestSeen;
  }

  /** Takes over what is in the database, and goes on doing so. */
  void start() throws SQLException {
    try (Connection connection = database.getConnection()) {
      refresh(connection, null);
      killSwitch.follow(connection);
    }
    if (thread == null) {
      thread = new Thread(this::follow, "policy-follower");
      thread.setDaemon(true);
      thread.start();
    }
  }

  void stop(@Observes ShutdownEvent event) throws InterruptedException {
    stopping = true;
    if (thread != null) {
      thread.interrupt();
      thread.join(intervalMillis + 1_000);
    }
  }

  /**
   * Puts the newest version in force here, for whoever has just published it.
   *
   * @param before what was in force everywhere; null: unknown. At a start that is not what is in
   *     force here, which is the file's already
   */
  void refresh(Policy before) throws SQLException {
    try (Connection connection = database.getConnection()) {
      refresh(connection, before);
    }
  }

  /** One at a time, reading included: so an older version never follows a newer one. */
  private synchronized void refresh(Connection connection, Policy known) throws SQLException {
    int version = reader.heads(connection).version();
    Optional<PolicyBook.Published> newest = reader.newest(connection);
    newestSeen = version;
    if (newest.isPresent() && isOther(newest.get(), policies.current())) {
      Policy before = known == null ? policies.current().policy() : known;
      policies.publish(newest.get());
      tell(newest.get(), before);
    }
  }

  /** Loud where a pin is loosened, whoever did it and by whatever way. */
  private static void tell(PolicyBook.Published now, Policy before) {
    List<String> loosened =
        PinDiff.lines(before.pins(), now.policy().pins()).stream()
            .filter(line -> line.startsWith(PinDiff.LOUD))
            .toList();
    LOG.logf(
        loosened.isEmpty() ? Logger.Level.INFO : Logger.Level.WARN,
        "policy version %d in force, by %s (%s): %d roles%s",
        now.version(),
        now.origin().author(),
        now.source(),
        now.policy().roles().size(),
        loosened.isEmpty() ? "" : "; " + String.join("; ", loosened));
  }

  /** The snapshot on disk may be of another database that has the same number. */
  private static boolean isOther(PolicyBook.Published newest, PolicyBook.Published here) {
    return newest.version() != here.version()
        || !newest.policy().digest().equals(here.policy().digest())
        || !newest.numbers().equals(here.numbers())
        || !newest.origin().equals(here.origin());
  }

  private void follow() {
    Backoff backoff = new Backoff(Duration.ofMillis(100), LONGEST_PAUSE);
    boolean away = false;
    while (!stopping) {
      try (Connection connection = database.getConnection()) {
        while (!stopping) {
          look(connection);
          if (away) {
            LOG.info("policy and kill switch are followed again");
            away = false;
          }
          backoff.reset();
          Thread.sleep(intervalMillis);
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return;
      } catch (SQLException | RuntimeException e) {
        if (stopping) {
          return;
        }
        if (!away) {
          LOG.warnf(
              "policy and kill switch are not followed, what is in force stays: %s",
              Causes.briefly(e));
          away = true;
        }
        if (!backoff.pause()) {
          return;
        }
      }
    }
  }

  private void look(Connection connection) throws SQLException {
    PublishedReader.Heads heads = reader.heads(connection);
    if (killSwitch.isBehind(heads.killSwitch())) {
      killSwitch.follow(connection);
    }
    if (heads.version() != newestSeen) {
      refresh(connection, null);
    }
  }
}
