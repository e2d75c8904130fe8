package io.floorkeeper.ledger;

import io.agroal.api.AgroalDataSource;
import jakarta.enterprise.context.ApplicationScoped;
import java.sql.Connection;
import java.sql.Date;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.LocalDate;
import java.util.Map;
import java.util.TreeMap;
import org.jboss.logging.Logger;

/**
 * Forgets calls: whole partitions of days that are beyond the horizon, and row by row what the
 * partition from before there were days has of such days. Evidence and hourly sums stay. Dead
 * letters are kept as long.
 */
@ApplicationScoped
public class CallRetention {
  private static final Logger LOG = Logger.getLogger(CallRetention.class);

  /** One replica at a time. */
  private static final long FORGETTING = 0x666c_6f6f_7200_0003L;

  /** Rows that are deleted in one transaction. */
  private static final int CHUNK_ROWS = 20_000;

  /**
   * The day on which a response was given is not forgotten before every call that may describe it
   * is: none lasts longer than a week.
   */
  private static final int RESPONSE_DAYS = 8;

  private final AgroalDataSource database;
  private final CallPartitions partitions;
  private final CallWindow window;
  private final LedgerSettings settings;
  private final TotalsRepository totals;

  CallRetention(
      AgroalDataSource database,
      CallPartitions partitions,
      CallWindow window,
      LedgerSettings settings,
      TotalsRepository totals) {
    this.database = database;
    this.partitions = partitions;
    this.window = window;
    this.settings = settings;
    this.totals = totals;
  }

  /** What is done with a connection in one transaction. */
  private interface Work<T> {
    T run(Connection connection) throws SQLException;
  }

  /**
   * Makes the partitions of the days ahead, moves the horizon, forgets what is beyond it. Where
   * somebody reads for long, a partition stays until the next time.
   *
   * @return calls that were forgotten
   */
  public long run() throws SQLException {
    LocalDate today = CallWindow.today();
    partitions.ensure(today.minusDays(1).datesUntil(today.plusDays(3)).toList());
    LocalDate horizon = transaction(c -> window.move(c, settings.callRetention()));
    long forgotten = 0;
    for (CallPartitions.Partition partition : transaction(partitions::read)) {
      if (!partition.to().isAfter(horizon)) {
        forgotten += drop(partition);
      } else if (partition.holds(horizon.minusDays(1))) {
        forgotten += deleteBefore(horizon, partition.table(), "calls_forgotten");
      }
    }
    deleteBefore(horizon.minusDays(RESPONSE_DAYS), "response_call", "responses_forgotten");
    forgetDeadLetters();
    if (forgotten > 0) {
      LOG.infof("%d calls from before %s are forgotten", forgotten, horizon);
    }
    return forgotten;
  }

  /** Nobody writes there any more, so they can be counted before the table is locked. */
  private long drop(CallPartitions.Partition partition) throws SQLException {
    try {
      return transaction(
          connection -> {
            if (!isAlone(connection)) {
              return 0L;
            }
            if (partitions.read(connection).stream().noneMatch(partition::equals)) {
              return 0L;
            }
            try (Statement statement = connection.createStatement()) {
              long rows;
              try (ResultSet row =
                  statement.executeQuery("select count(*) from " + partition.table())) {
                row.next();
                rows = row.getLong(1);
              }
              partitions.lock(connection);
              // Whoever waits for all readers keeps all others waiting behind it.
              statement.execute("set local lock_timeout = '300ms'");
              statement.execute("drop table " + partition.table());
              totals.add(
                  connection,
                  new TreeMap<>(Map.of("calls_forgotten", rows, "partitions_dropped", 1L)));
              return rows;
            }
          });
    } catch (SQLException e) {
      if ("55P03".equals(e.getSQLState())) { // lock not available
        LOG.infof("partition %s is being read, it is dropped later", partition.table());
        return 0;
      }
      throw e;
    }
  }

  private long deleteBefore(LocalDate day, String table, String total) throws SQLException {
    long all = 0;
    long rows;
    do {
      rows =
          transaction(
              connection -> {
                if (!isAlone(connection)) {
                  return 0L;
                }
                try (PreparedStatement delete =
                    connection.prepareStatement(
                        "delete from %1$s where ctid = any (array(select ctid from %1$s where day < ? limit %2$d))"
                            .formatted(table, CHUNK_ROWS))) {
                  delete.setDate(1, Date.valueOf(day));
                  long deleted = delete.executeUpdate();
                  totals.add(connection, new TreeMap<>(Map.of(total, deleted)));
                  return deleted;
                }
              });
      all += rows;
    } while (rows == CHUNK_ROWS);
    return all;
  }

  /** Those that are older than calls may be; how far they are gone stays known. */
  private void forgetDeadLetters() throws SQLException {
    long rows;
    do {
      rows =
          transaction(
              connection -> {
                if (!isAlone(connection)) {
                  return 0L;
                }
                try (PreparedStatement delete =
                    connection.prepareStatement(
                        """
                        with gone as (
                          delete from dead_letter where ctid = any (array(select ctid from dead_letter
                            where at < now() - ? * interval '1 millisecond' order by at limit ?))
                          returning topic_id, partition, record_offset),
                        noted as (
                          insert into dead_letter_forgotten as f (topic_id, partition, below_offset)
                          select topic_id, partition, max(record_offset) + 1 from gone group by 1, 2
                          on conflict (topic_id, partition) do update
                            set below_offset = greatest(f.below_offset, excluded.below_offset))
                        select count(*) from gone
                        """)) {
                  delete.setLong(1, settings.callRetention().toMillis());
                  delete.setInt(2, CHUNK_ROWS);
                  try (ResultSet row = delete.executeQuery()) {
                    row.next();
                    long deleted = row.getLong(1);
                    totals.add(
                        connection, new TreeMap<>(Map.of("dead_letters_forgotten", deleted)));
                    return deleted;
                  }
                }
              });
    } while (rows == CHUNK_ROWS);
  }

  private static boolean isAlone(Connection connection) throws SQLException {
    try (PreparedStatement attempt =
        connection.prepareStatement("select pg_try_advisory_xact_lock(?)")) {
      attempt.setLong(1, FORGETTING);
      try (ResultSet row = attempt.executeQuery()) {
        row.next();
        return row.getBoolean(1);
      }
    }
  }

  private <T> T transaction(Work<T> work) throws SQLException {
    try (Connection connection = database.getConnection()) {
      connection.setAutoCommit(false);
      try {
        T result = work.run(connection);
        connection.commit();
        return result;
      } catch (SQLException | RuntimeException e) {
        connection.rollback();
        throw e;
      } finally {
        connection.setAutoCommit(true);
      }
    }
  }
}
