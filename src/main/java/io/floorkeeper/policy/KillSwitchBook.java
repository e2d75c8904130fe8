package io.floorkeeper.policy;

import io.agroal.api.AgroalDataSource;
import io.floorkeeper.platform.Causes;
import io.floorkeeper.platform.DatabaseGate;
import io.micrometer.core.instrument.MeterRegistry;
import jakarta.enterprise.context.ApplicationScoped;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.jboss.logging.Logger;

/**
 * The kill switch as this replica has it. Whoever turns it here has it in force before the database
 * is asked; the row in the database brings it to all others.
 *
 * <p>Turned while the database is away it is kept, and recorded when the database is back, unless
 * somebody has switched elsewhere since: the row that is there then holds.
 */
@ApplicationScoped
public class KillSwitchBook {
  private static final Logger LOG = Logger.getLogger(KillSwitchBook.class);

  private final AgroalDataSource database;
  private final DatabaseGate gate;
  private final KillSwitchRepository rows;
  private final List<Runnable> readers = new CopyOnWriteArrayList<>();
  private volatile KillSwitch current = KillSwitch.NEVER;

  /** Threads that turned it and still try to record it: the follower leaves it to them. */
  private final AtomicInteger turning = new AtomicInteger();

  KillSwitchBook(
      AgroalDataSource database,
      DatabaseGate gate,
      KillSwitchRepository rows,
      MeterRegistry meters) {
    this.database = database;
    this.gate = gate;
    this.rows = rows;
    meters.gauge("floorkeeper.kill.switch", this, book -> book.current.on() ? 1 : 0);
  }

  public KillSwitch current() {
    return current;
  }

  /**
   * {@code reader} hears that it may have been turned, on the thread that did, and reads {@link
   * #current()}: two at once may be told in either order.
   */
  public void subscribe(Runnable reader) {
    readers.add(reader);
  }

  /** What an earlier run left on disk, until the database is read. */
  public void seed(KillSwitch stored) {
    current = stored;
  }

  /**
   * Turns it: here at once, everywhere as soon as it is recorded.
   *
   * @param reason null: none
   * @return what is in force here; not {@code recorded} where the database is away
   */
  KillSwitch turn(boolean on, String reason, String author) {
    long now = Clock.systemUTC().millis();
    KillSwitch said = new KillSwitch(current.number(), on, reason, author, now, false);
    turning.incrementAndGet();
    try {
      become(said);
      if (gate.isOpen()) {
        try (Connection connection = database.getConnection()) {
          record(connection, said);
        }
      }
    } catch (SQLException e) {
      LOG.warnf(
          "the kill switch is turned here only, until the database is back: %s", Causes.briefly(e));
    } finally {
      turning.decrementAndGet();
    }
    return current;
  }

  /** The latest turns, newest first; empty while the database is away. */
  Optional<List<KillSwitch>> history(int limit) {
    if (!gate.isOpen()) {
      return Optional.empty();
    }
    try (Connection connection = database.getConnection()) {
      return Optional.of(rows.newest(connection, limit));
    } catch (SQLException e) {
      return Optional.empty();
    }
  }

  private synchronized void record(Connection connection, KillSwitch said) throws SQLException {
    KillSwitch recorded = said.recordedAs(rows.append(connection, said));
    KillSwitch here = current;
    if (here == said || here.recorded()) { // else it was turned again meanwhile
      become(recorded);
    }
  }

  /** Takes over what the database says, or tells it what it has not heard yet. */
  synchronized void follow(Connection connection) throws SQLException {
    KillSwitch newest = rows.newest(connection, 1).stream().findFirst().orElse(KillSwitch.NEVER);
    KillSwitch here = current;
    if (here.recorded() || newest.number() > here.number()) {
      if (!here.equals(newest)) {
        become(newest);
      }
    } else if (turning.get() == 0) {
      record(connection, here);
    }
  }

  /** Whether {@link #follow} has something to do, where the newest row has this number. */
  boolean isBehind(long newestNumber) {
    KillSwitch here = current;
    return here.number() != newestNumber || !here.recorded() && turning.get() == 0;
  }

  private void become(KillSwitch next) {
    boolean turned = current.on() != next.on();
    current = next;
    readers.forEach(Runnable::run);
    if (turned) {
      LOG.warnf(
          "kill switch %s by %s: %s",
          next.on() ? "ON, every role answers by its preset tier" : "off",
          next.author() == null ? "(nobody)" : next.author(),
          next.reason() == null ? "(no reason given)" : next.reason());
    }
  }
}
