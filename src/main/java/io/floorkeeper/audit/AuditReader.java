package io.floorkeeper.audit;

import io.agroal.api.AgroalDataSource;
import io.floorkeeper.platform.Causes;
import io.floorkeeper.platform.Problem;
import io.floorkeeper.platform.Turns;
import jakarta.enterprise.context.ApplicationScoped;
import java.sql.Connection;
import java.sql.SQLException;

/** One moment's view of the database, for one reader at a time. */
@ApplicationScoped
class AuditReader {
  /** Until the first row of what has to be sorted or joined. */
  private static final int LONGEST_MILLIS = 600_000;

  private final AgroalDataSource database;
  private final Turns turns = new Turns(1, "the trail is being verified already; try again");

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
    try {
      return turns.take(() -> readAtOnce(reading));
    } catch (SQLException e) {
      throw new Problem.Unavailable(
          "database_unavailable", "the trail cannot be read: " + Causes.briefly(e));
    }
  }

  private <T> T readAtOnce(Reading<T> reading) throws SQLException {
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
    }
  }
}
