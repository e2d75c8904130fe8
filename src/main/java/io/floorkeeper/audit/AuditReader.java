package io.floorkeeper.audit;

import io.agroal.api.AgroalDataSource;
import io.floorkeeper.platform.Causes;
import io.floorkeeper.platform.Problem;
import jakarta.enterprise.context.ApplicationScoped;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/** One moment's view of the database, for one reader at a time. */
@ApplicationScoped
class AuditReader {
  private static final int PATIENCE_SECONDS = 10;

  /** Until the first row of what has to be sorted or joined. */
  private static final int LONGEST_MILLIS = 600_000;

  private final AgroalDataSource database;
  private final Semaphore turns = new Semaphore(1, true);

  AuditReader(AgroalDataSource database) {
    this.database = database;
  }

  /** What is read from one connection. */
  interface Reading<T> {
    T read(Connection connection) throws SQLException;
  }

  /**
   * Reads inside one transaction of REPEATABLE READ, with rows streamed.
   *
   * @throws Problem.Unavailable where the database is out of reach, or others are reading
   */
  <T> T read(Reading<T> reading) {
    awaitTurn();
    try (Connection connection = database.getConnection()) {
      connection.setAutoCommit(false); // or the driver fetches all rows at once
      connection.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
      connection.setReadOnly(true);
      int patienceMillis = connection.getNetworkTimeout();
      connection.setNetworkTimeout(Runnable::run, LONGEST_MILLIS);
      try {
        return reading.read(connection);
      } finally {
        try {
          connection.rollback();
        } finally {
          connection.setNetworkTimeout(Runnable::run, patienceMillis);
          connection.setReadOnly(false);
          connection.setTransactionIsolation(Connection.TRANSACTION_READ_COMMITTED);
          connection.setAutoCommit(true);
        }
      }
    } catch (SQLException e) {
      throw new Problem.Unavailable(
          "database_unavailable", "the trail cannot be read: " + Causes.briefly(e));
    } finally {
      turns.release();
    }
  }

  private void awaitTurn() {
    try {
      if (turns.tryAcquire(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        return;
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    throw new Problem.Unavailable("busy", "the trail is being verified already; try again");
  }
}
