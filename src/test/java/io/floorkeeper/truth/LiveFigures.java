package io.floorkeeper.truth;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Set;

/** What a service has in its database, under the names that the oracle gives. */
final class LiveFigures {
  /** Totals that follow from the multiset alone; others hang on the order in which it came. */
  private static final Set<String> TOTALS =
      Set.of(
          "records",
          "spans",
          "not_calls",
          "dead_letters",
          "calls",
          "duplicates",
          "labels",
          "unpriced",
          "routed",
          "not_followed",
          "unattributed",
          "unstored_decisions",
          "log_records",
          "evaluations",
          "outcomes",
          "outcomes_duplicates");

  private static final String PART =
      " case when part = 0 then 'first' when part < 0 then 'climbed' else 'ladder' end ";

  private final Connection connection;
  private final Figures figures = new Figures();

  private LiveFigures(Connection connection) {
    this.connection = connection;
  }

  static Figures read(Connection connection) throws SQLException {
    LiveFigures live = new LiveFigures(connection);
    live.totals();
    live.sums(
        "select 'calls/' || day || '/' || role || '/' as path, count(*) as calls,"
            + " sum(input_tokens) as input_tokens, sum(cache_read_tokens) as cache_read_tokens,"
            + " sum(cache_write_tokens) as cache_write_tokens, sum(output_tokens) as output_tokens,"
            + " sum(reasoning_tokens) as reasoning_tokens,"
            + " sum(catalogue_nano_usd) as catalogue_nano_usd,"
            + " sum(reported_nano_usd) as reported_nano_usd, sum(latency_millis) as latency_millis,"
            + " count(*) filter (where error) as errors, count(*) filter (where followed) as followed,"
            + " count(quality_micros) as labelled, sum(quality_micros) as quality_micros"
            + " from call group by day, role");
    live.sums(
        "select 'evidence/' || concat_ws('/', role_no, bucket, arm_no, block,"
            + PART
            + ") || '/' as path, sum(episodes) as episodes, sum(labels) as labels,"
            + " sum(sum_v) as sum_v, sum(sum_v2) as sum_v2, sum(sum_vq) as sum_vq,"
            + " sum(input_tokens) as input_tokens, sum(cache_read_tokens) as cache_read_tokens,"
            + " sum(cache_write_tokens) as cache_write_tokens, sum(output_tokens) as output_tokens,"
            + " sum(reasoning_tokens) as reasoning_tokens, sum(token_episodes) as token_episodes,"
            + " sum(dollar_episodes) as dollar_episodes, sum(sum_nano_usd) as sum_nano_usd,"
            + " sum(sum_nano_usd2) as sum_nano_usd2, sum(errors) as errors,"
            + " sum(latency_count) as latency_count, sum(sum_latency_millis) as sum_latency_millis"
            + " from evidence group by role_no, bucket, arm_no, block,"
            + PART);
    live.sums(
        "select 'sketch/' || concat_ws('/', role_no, bucket, arm_no) || '/' as path,"
            + " sum(calls) as calls from evidence_latency group by role_no, bucket, arm_no");
    live.sums(
        "select 'spend/' || day || '/' || role_no || '/' as path, nano_usd, calls, unpriced, tasks"
            + " from spend_day");
    live.sums(
        "select 'episodes/' as path, r.name, count(*) from episode e join role r using (role_no)"
            + " group by r.name",
        true);
    live.sums(
        "select 'evaluations/' as path, standing, count(*) from evaluation where scope <> -2"
            + " group by standing",
        true);
    // Which of several counts as repeated and which as replacing hangs on the order of arrival.
    live.sums(
        "select 'evaluations/' as path, sum(total) as told from ingest_total"
            + " where name in ('evaluations', 'evaluations_repeated', 'evaluations_replaced')");
    live.sums("select 'evaluations/' as path, sum(correlated) as correlated from correlation_hour");
    live.letters();
    return live.figures;
  }

  private void totals() throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery("select name, total from ingest_total")) {
      while (row.next()) {
        if (TOTALS.contains(row.getString(1))) {
          figures.add("totals/" + row.getString(1), row.getLong(2));
        }
      }
    }
  }

  private void sums(String query) throws SQLException {
    sums(query, false);
  }

  /**
   * @param named whether the second column names the figure that the third one holds; else every
   *     column after the path is a figure of its own name
   */
  private void sums(String query, boolean named) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(query)) {
      ResultSetMetaData columns = row.getMetaData();
      while (row.next()) {
        if (named) {
          figures.add(row.getString(1) + row.getString(2), row.getLong(3));
          continue;
        }
        for (int c = 2; c <= columns.getColumnCount(); c++) {
          if (row.getBigDecimal(c) != null) {
            figures.add(
                row.getString(1) + columns.getColumnLabel(c),
                row.getBigDecimal(c).toBigIntegerExact());
          }
        }
      }
    }
  }

  private void letters() throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row =
            statement.executeQuery(
                "select topic || '-' || partition || '-' || record_offset || '-' || item, code"
                    + " from dead_letter")) {
      while (row.next()) {
        figures.put("letters/" + row.getString(1), row.getString(2));
      }
    }
  }
}
