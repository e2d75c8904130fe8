package io.floorkeeper.routing;

import io.agroal.api.AgroalDataSource;
import io.floorkeeper.ledger.ChainHead;
import io.floorkeeper.ledger.ChainRepository;
import io.floorkeeper.platform.AuditSettings;
import io.floorkeeper.platform.AuditTrail;
import io.floorkeeper.platform.Causes;
import io.floorkeeper.platform.DatabaseGate;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import jakarta.annotation.Priority;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jboss.logging.Logger;

/**
 * Anchors the head of this replica's chain in Postgres: every second while there is something new,
 * straight and not through the broker, so that nobody can take rows back or put others in their
 * place and have the head agree. While the database is away it pauses, and anchors the newest head
 * afterwards.
 *
 * <p>What was answered and does not get any further is anchored again before the chain would count
 * as silent: such an anchor says that somebody still waits for the broker.
 */
@ApplicationScoped
class ChainAnchors {
  private static final Logger LOG = Logger.getLogger(ChainAnchors.class);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(15);
  private static final Duration STOP_LIMIT = Duration.ofSeconds(4);

  private static final Duration TOLD_EVERY = Duration.ofHours(1);

  private final DecisionLog log;
  private final ChainRepository chains;
  private final AuditTrail trail;
  private final AgroalDataSource database;
  private final DatabaseGate gate;
  private final int replica;
  private final long everyMillis;
  private final Duration stillWaiting;
  private final CountDownLatch stopping = new CountDownLatch(1);
  private ChainHead anchored;
  private long toldNanos;
  private boolean waiting;
  private Thread thread;

  ChainAnchors(
      DecisionLog log,
      ChainRepository chains,
      AuditTrail trail,
      AgroalDataSource database,
      DatabaseGate gate,
      ReplicaNumber replica,
      AuditSettings settings) {
    this.everyMillis = settings.anchorInterval().toMillis();
    this.stillWaiting = settings.silentAfter().dividedBy(2);
    this.log = log;
    this.chains = chains;
    this.trail = trail;
    this.database = database;
    this.gate = gate;
    this.replica = replica.value();
  }

  void start(@Observes StartupEvent event) {
    thread = new Thread(this::run, "chain-anchors");
    thread.setDaemon(true);
    thread.start();
  }

  /** After the log has ended: its last head is anchored too. */
  void stop(@Observes @Priority(DecisionLog.STOPS + 1) ShutdownEvent event)
      throws InterruptedException {
    stopping.countDown();
    thread.join(STOP_LIMIT.toMillis());
    thread.interrupt();
  }

  private void run() {
    long pauseMillis = everyMillis;
    try {
      boolean last = false;
      while (!last) {
        last = stopping.await(pauseMillis, TimeUnit.MILLISECONDS);
        pauseMillis = anchor() ? everyMillis : Math.min(2 * pauseMillis, LONGEST_PAUSE.toMillis());
      }
      if (anchored != null) {
        tell("ends", anchored);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Whether nothing is left to be anchored. */
  private boolean anchor() {
    if (!gate.isOpen()) {
      return true;
    }
    try (Connection connection = database.getConnection()) {
      ChainHead head = log.head().filter(this::isNews).orElse(null);
      if (head != null) {
        anchor(connection, head);
      }
      chains.anchorEvents(connection, replica);
      waiting = false;
      return true;
    } catch (SQLException | RuntimeException e) { // or the thread would end unseen
      if (!waiting) {
        LOG.warnf("the chain's head waits for the database: %s", Causes.briefly(e));
      }
      waiting = true;
      return false;
    }
  }

  private boolean isNews(ChainHead head) {
    return anchored == null
        || head.position() != anchored.position()
        || head.answered() != anchored.answered()
        || log.isWaiting() && head.at().isAfter(anchored.at().plus(stillWaiting));
  }

  private void anchor(Connection connection, ChainHead head) throws SQLException {
    connection.setAutoCommit(false);
    try {
      if (anchored == null) {
        trail.record(
            connection,
            AuditTrail.CHAIN_OPENED,
            "replica " + replica,
            AuditTrail.chainSubject(head.chain()),
            "its decisions are chained from here on");
      }
      chains.anchor(connection, head);
      connection.commit();
    } catch (SQLException | RuntimeException e) {
      try {
        connection.rollback();
      } catch (SQLException again) {
        e.addSuppressed(again);
      }
      throw e;
    } finally {
      connection.setAutoCommit(true);
    }
    if (anchored == null || System.nanoTime() - toldNanos > TOLD_EVERY.toNanos()) {
      tell(anchored == null ? "begins" : "goes on", head);
      toldNanos = System.nanoTime();
    }
    anchored = head;
  }

  /** A witness outside the database, where logs are kept elsewhere. */
  private static void tell(String what, ChainHead head) {
    LOG.infof(
        "audit chain %s %s: position %d, hash %s",
        head.chain(), what, head.position(), HexFormat.of().formatHex(head.hash()));
  }
}
