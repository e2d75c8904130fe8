package io.floorkeeper.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import io.floorkeeper.platform.EmbeddedDatabase;
import io.floorkeeper.platform.EmbeddedPlatform;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A data folder of the version before has its calls in one table: they are taken over. */
class CallsByDayMigrationIT {
  @TempDir Path folder;

  @Test
  void callsOfTheVersionBeforeStayWhereTheyAreAndAreAddedUp() throws SQLException {
    try (EmbeddedPlatform platform =
        EmbeddedPlatform.start(
            folder.resolve("data"),
            new EmbeddedPlatform.Options(true, false, 0, 0, 0, line -> {}))) {
      EmbeddedDatabase database = platform.database().orElseThrow();
      migrate(database, "12");
      try (Connection connection = connect(database)) {
        execute(connection, "set time zone 'America/New_York'");
        insert(connection, "2015-03-01T10:15:00Z", 1, "planner", "100", "null");
        insert(connection, "2026-11-01T05:30:00Z", 2, "planner", "null", "7");
        insert(connection, "2026-11-01T05:45:00Z", 3, "planner", "null", "null");
        insert(connection, "2090-01-01T00:00:00Z", 4, "planner", "100", "null");
      }

      migrate(database, "13");

      try (Connection connection = connect(database)) {
        assertThat(text(connection, "select count(*) from call")).isEqualTo("3");
        assertThat(text(connection, "select count(*) from call_first")).isEqualTo("3");
        assertThat(text(connection, "select total from ingest_total where name = 'future_calls'"))
            .isEqualTo("1");
        assertThat(
                text(
                    connection,
                    "select string_agg(concat_ws(' ', hour at time zone 'utc', routing, calls,"
                        + " nano_usd, unpriced, unpriced_tokens, input_tokens), '; ' order by hour)"
                        + " from call_hour"))
            .isEqualTo(
                "2015-03-01 10:00:00 unrouted 1 100 0 0 30; 2026-11-01 05:00:00 unrouted 2 7 1 37 60");
        assertThat(insert(connection, "2026-11-01T05:30:00Z", 2, "other", "1", "null")).isZero();
        assertThat(insert(connection, today(connection), 2, "other", "1", "null")).isEqualTo(1);
      }
    }
  }

  private static String today(Connection connection) throws SQLException {
    return text(
        connection, "select to_char(now() at time zone 'utc', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"')");
  }

  private static int insert(
      Connection connection, String start, int span, String role, String catalogue, String reported)
      throws SQLException {
    try (Statement statement = connection.createStatement()) {
      return statement.executeUpdate(
          """
          insert into call (day, trace_id, span_id, started_at, latency_millis, dialect, model, input_tokens,
            cache_read_tokens, cache_write_tokens, output_tokens, reasoning_tokens, catalogue_nano_usd,
            reported_nano_usd, role, role_source, error)
          values (date '%s', decode(lpad('%d', 32, '0'), 'hex'), decode(lpad('%d', 16, '0'), 'hex'),
            timestamptz '%s', 5, 'otel', 'm', 30, 1, 2, 4, 0, %s, %s, '%s', 'none', false)
          on conflict do nothing
          """
              .formatted(start.substring(0, 10), span, span, start, catalogue, reported, role));
    }
  }

  private static void migrate(EmbeddedDatabase database, String target) {
    Flyway.configure()
        .dataSource(database.jdbcUrl(), database.username(), database.password())
        .target(target)
        .load()
        .migrate();
  }

  private static Connection connect(EmbeddedDatabase database) throws SQLException {
    return DriverManager.getConnection(
        database.jdbcUrl(), database.username(), database.password());
  }

  private static void execute(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  private static String text(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(sql)) {
      return row.next() ? row.getString(1) : null;
    }
  }
}
