package io.floorkeeper.posterior;

import io.agroal.api.AgroalDataSource;
import io.floorkeeper.platform.Backoff;
import io.floorkeeper.platform.Causes;
import io.floorkeeper.platform.DatabaseReady;
import io.quarkus.runtime.ShutdownEvent;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.jboss.logging.Logger;
import org.postgresql.PGConnection;
import org.postgresql.PGNotification;

/**
 * The evidence as this replica knows it, and who wants to hear of it.
 *
 * <p>The learner notifies on commit; a snapshot is read at most one interval later, or at once
 * after enough labels of one role. A poll every interval is the backup where a notification is
 * lost. Only roles whose epoch moved are read.
 */
@ApplicationScoped
public class PosteriorBook {
  /** The channel of NOTIFY; the payload is {@code role_no:labels} pairs, space-separated. */
  public static final String CHANNEL = "floorkeeper_evidence";

  /**
   * Where roles gather labels faster than their evidence can be read, reading takes no more than
   * one part in so many of the time.
   */
  private static final int PAUSE_PER_READ = 5;

  private static final Logger LOG = Logger.getLogger(PosteriorBook.class);

  private final AgroalDataSource database;
  private final EvidenceRepository evidence;
  private final SpendReader spending;
  private final SnapshotSettings settings;
  private final List<Consumer<PosteriorSnapshot>> readers = new CopyOnWriteArrayList<>();
  private volatile PosteriorSnapshot current = PosteriorSnapshot.EMPTY;
  private volatile boolean following;
  private volatile boolean stopping;
  private Thread thread;

  PosteriorBook(
      AgroalDataSource database,
      EvidenceRepository evidence,
      SpendReader spending,
      SnapshotSettings settings) {
    this.database = database;
    this.evidence = evidence;
    this.spending = spending;
    this.settings = settings;
  }

  public PosteriorSnapshot current() {
    return current;
  }

  /** Whether the last look at the database went well. */
  public boolean isFollowing() {
    return following;
  }

  /** {@code reader} hears every later snapshot, on the thread that read it. */
  public void subscribe(Consumer<PosteriorSnapshot> reader) {
    readers.add(reader);
  }

  /**
   * Evidence from elsewhere (the snapshot on disk) until the database is read for the first time.
   */
  public synchronized void seed(PosteriorSnapshot stored) {
    if (current.readAtMillis() == 0) {
      current = stored;
    }
  }

  synchronized void start(
      @Observes @Priority(DatabaseReady.Order.POSTERIORS) DatabaseReady databaseReady)
      throws SQLException {
    try (Connection connection = database.getConnection()) {
      read(connection, true);
    }
    if (thread == null) {
      thread = new Thread(this::follow, "posterior-book");
      thread.setDaemon(true);
      thread.start();
    }
  }

  /** Waits for the follower, so that the pool is not closed under its hands. */
  void stop(@Observes ShutdownEvent event) throws InterruptedException {
    stopping = true;
    if (thread != null) {
      thread.interrupt();
      thread.join(settings.interval().toMillis() + 1_000);
    }
  }

  private void follow() {
    Backoff backoff = new Backoff(Duration.ofMillis(100), Duration.ofSeconds(5));
    while (!stopping) {
      try (Connection connection = database.getConnection()) {
        try (Statement listen = connection.createStatement()) {
          listen.execute("listen " + CHANNEL);
        }
        long readNanos = 0;
        while (!stopping) {
          waitForWork(connection.unwrap(PGConnection.class), readNanos * PAUSE_PER_READ);
          long startNanos = System.nanoTime();
          read(connection, false);
          readNanos = System.nanoTime() - startNanos;
          backoff.reset();
        }
      } catch (SQLException | RuntimeException e) { // or the thread would end unseen
        following = false;
        if (stopping) {
          return;
        }
        LOG.warnf("evidence cannot be read, the last snapshot stays in use: %s", Causes.briefly(e));
        if (!backoff.pause()) {
          return;
        }
      }
    }
  }

  /**
   * Returns when an interval has passed, or a role has gathered enough labels and the pause is
   * over.
   */
  private void waitForWork(PGConnection connection, long pauseNanos) throws SQLException {
    long startNanos = System.nanoTime();
    long endNanos = startNanos + settings.interval().toNanos();
    Map<String, Integer> labels = new HashMap<>();
    while (true) {
      long leftMillis = (endNanos - System.nanoTime()) / 1_000_000;
      if (leftMillis <= 0) {
        return;
      }
      PGNotification[] notifications = connection.getNotifications((int) leftMillis);
      if (notifications == null) {
        continue;
      }
      for (PGNotification notification : notifications) {
        for (String pair : notification.getParameter().split(" ")) {
          int colon = pair.indexOf(':');
          if (colon > 0
              && labels.merge(
                      pair.substring(0, colon),
                      Integer.parseInt(pair.substring(colon + 1)),
                      Integer::sum)
                  >= settings.labels()) {
            endNanos = Math.min(endNanos, startNanos + pauseNanos);
          }
        }
      }
    }
  }

  private void read(Connection connection, boolean always) throws SQLException {
    connection.setAutoCommit(false);
    connection.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
    try {
      long now = Clock.systemUTC().millis();
      List<Integer> moved = new ArrayList<>();
      evidence
          .epochs(connection)
          .forEach(
              (roleNo, epoch) -> {
                if (always || current.role(roleNo).epoch() != epoch) {
                  moved.add(roleNo);
                }
              });
      // The first look takes nothing over: what was seeded may be of another database.
      Map<Integer, RoleEvidence> roles = always ? new HashMap<>() : new HashMap<>(current.roles());
      if (!moved.isEmpty()) {
        roles.putAll(evidence.read(connection, moved));
      }
      Map<Integer, RoleSpend> spend = spending.read(connection, always, now);
      connection.commit();
      current = new PosteriorSnapshot(roles, now, spend);
      following = true;
    } finally {
      try {
        connection.rollback();
      } finally {
        connection.setTransactionIsolation(Connection.TRANSACTION_READ_COMMITTED);
        connection.setAutoCommit(true);
      }
    }
    readers.forEach(reader -> reader.accept(current));
  }
}
