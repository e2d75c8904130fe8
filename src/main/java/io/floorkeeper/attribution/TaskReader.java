package io.floorkeeper.attribution;

import io.agroal.api.AgroalDataSource;
import io.floorkeeper.ledger.DecisionId;
import jakarta.enterprise.context.ApplicationScoped;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * The tasks of a role out of {@code episode}, which learning replaces as spans and labels arrive:
 * always the latest state, nothing written for it. Streamed, of one moment, and bounded.
 */
@ApplicationScoped
class TaskReader {
  private static final int FETCH_ROWS = 2_000;
  private static final int PATIENCE_SECONDS = 20; // below the socket's own, or the server reads on

  /**
   * The latest so many in ascending order. Rows from before flags were kept have none: nobody knows
   * whether they were drawn, and they are not read. Delivered quality as learning has it: 0 where
   * the last call failed, errors count, and no label stands against that. A session whose first
   * draw lies before what is read repeats that one: joined, not looked up row by row, so that its
   * cost is one scan of the role however much there is.
   */
  private static final String LATEST =
      """
      with latest as materialized (
        select * from episode
        where role_no = ? and calls > 0 and flags is not null and decided_at >= ?
        order by decided_at desc, root desc limit ?),
      earlier as (
        select distinct session_hash from episode
        where role_no = ? and decided_at < (select min(decided_at) from latest)
          and session_hash is not null and flags & ? = 0)
      select root, flags, session_hash, earlier.session_hash is not null as drew_before, nano_usd,
        dollar_calls = calls as dollars_known,
        last_error and errors_count_as_zero and (label_rank is null or label_rank < last_rank) as failed,
        label_v_micros, label_q_micros
      from latest left join earlier using (session_hash)
      order by decided_at, root
      """;

  private final AgroalDataSource database;

  TaskReader(AgroalDataSource database) {
    this.database = database;
  }

  /**
   * Hands them over one by one.
   *
   * @param since the earliest decision
   * @param most of the latest decisions
   * @return how many there were; {@code most} where there may be more
   */
  int read(int roleNo, Instant since, int most, Consumer<LoggedTask> tasks) throws SQLException {
    try (Connection connection = database.getConnection()) {
      connection.setAutoCommit(false); // or the driver fetches all rows at once
      connection.setTransactionIsolation(Connection.TRANSACTION_REPEATABLE_READ);
      try (PreparedStatement select = connection.prepareStatement(LATEST)) {
        select.setFetchSize(FETCH_ROWS);
        select.setQueryTimeout(PATIENCE_SECONDS);
        select.setInt(1, roleNo);
        select.setObject(2, since.atOffset(ZoneOffset.UTC));
        select.setInt(3, most);
        select.setInt(4, roleNo);
        select.setInt(5, LoggedTask.NO_DRAW);
        int rows = 0;
        try (ResultSet row = select.executeQuery()) {
          while (row.next()) {
            rows++;
            tasks.accept(task(row));
          }
        }
        return rows;
      } finally {
        try {
          connection.rollback();
        } finally {
          connection.setTransactionIsolation(Connection.TRANSACTION_READ_COMMITTED);
          connection.setAutoCommit(true);
        }
      }
    }
  }

  /** What external classifiers cost for the role's decisions since then, in 1e-9 USD. */
  long classifierNanoUsd(int roleNo, Instant since) throws SQLException {
    try (Connection connection = database.getConnection();
        PreparedStatement select =
            connection.prepareStatement(
                "select coalesce(sum(classifier_nano_usd), 0)::bigint from decision"
                    + " where role_no = ? and decided_at >= ? and classifier_nano_usd > 0")) {
      select.setQueryTimeout(PATIENCE_SECONDS);
      select.setInt(1, roleNo);
      select.setObject(2, since.atOffset(ZoneOffset.UTC));
      try (ResultSet row = select.executeQuery()) {
        row.next();
        return row.getLong(1);
      }
    }
  }

  private static LoggedTask task(ResultSet row) throws SQLException {
    return new LoggedTask(
        DecisionId.ofRoot(row.getBytes("root"), row.getInt("flags")),
        row.getObject("session_hash", Long.class),
        row.getBoolean("drew_before"),
        row.getLong("nano_usd"),
        row.getBoolean("dollars_known"),
        label(row));
  }

  private static Optional<LoggedTask.TaskLabel> label(ResultSet row) throws SQLException {
    if (row.getBoolean("failed")) {
      return Optional.of(new LoggedTask.TaskLabel(1_000_000, 0));
    }
    Long weight = row.getObject("label_v_micros", Long.class);
    return weight == null
        ? Optional.empty()
        : Optional.of(new LoggedTask.TaskLabel(weight, row.getInt("label_q_micros")));
  }
}
