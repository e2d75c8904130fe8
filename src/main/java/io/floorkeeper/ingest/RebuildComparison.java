package io.floorkeeper.ingest;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * What is compared, row by row: every row of either side that the other has not is a difference.
 */
final class RebuildComparison {
  /** Of each side of each comparison. */
  private static final int MOST_SHOWN = 20;

  /**
   * Totals that follow from the records alone; others hang on time, or on the order in which
   * records came.
   */
  private static final List<String> TOTALS =
      List.of(
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
          "unstored_decisions");

  private RebuildComparison() {}

  /**
   * One comparison.
   *
   * @param query over tables without a schema, so that it can be asked of either side
   */
  record Compared(String name, String query) {
    /** Where the live side was put at the moment that counts. */
    String liveTable() {
      return "live_" + name;
    }
  }

  /**
   * What came of one.
   *
   * @param rows of the live side
   * @param differences rows of either side that the other has not
   * @param shown some of them, as {@code live} or {@code rebuilt} and the row in JSON
   */
  record Result(String name, long rows, long differences, List<String> shown) {}

  static List<Compared> all(Connection connection, String live) throws SQLException {
    List<Compared> all = new ArrayList<>();
    all.add(
        new Compared(
            "evidence",
            sums(
                connection,
                live,
                "evidence",
                List.of("role_no", "bucket", "arm_no", "block", "part"))));
    all.add(new Compared("evidence_latency", "select * from evidence_latency where calls <> 0"));
    // Calls may be many: by day, their number and a sum over hashes of the rows.
    all.add(
        new Compared(
            "calls_of_day",
            "select day, count(*) as calls,"
                + " sum(hashtextextended((to_jsonb(c) - 'ingested_at')::text, 0)::numeric) as checksum"
                + " from call c where day >= date '"
                + horizon(connection)
                + "' group by day"));
    all.add(new Compared("call_hour", "select * from call_hour where calls <> 0"));
    all.add(new Compared("price_divergence", "select * from price_divergence where calls <> 0"));
    all.add(
        new Compared(
            "spend_day",
            // What classifiers took is in the decision log, which is not read again.
            "select s.day, s.role_no, s.calls, s.unpriced, s.tasks, s.nano_usd - coalesce((select"
                + " sum(d.classifier_nano_usd) from decision d where d.role_no = s.role_no"
                + " and d.classifier_nano_usd > 0"
                + " and (d.decided_at at time zone 'utc')::date = s.day), 0) as nano_usd"
                + " from spend_day s"));
    all.add(
        new Compared(
            "totals",
            "select name, total from ingest_total where total <> 0 and name in ("
                + TOTALS.stream().map(name -> "'" + name + "'").collect(Collectors.joining(", "))
                + ")"));
    all.add(
        new Compared(
            "dead_letters",
            "select topic_id, partition, record_offset, item, code, field from dead_letter d"
                + " where code <> 'broken_decision' and not exists (select from "
                + live
                + ".dead_letter_forgotten f where f.topic_id = d.topic_id"
                + " and f.partition = d.partition and d.record_offset < f.below_offset)"));
    return all;
  }

  /** Calls that began before it are forgotten on the live side. */
  private static String horizon(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery("select horizon from call_retention")) {
      row.next();
      return row.getString(1);
    }
  }

  /** All columns of a table of sums; rows of which every sum is 0 are as good as none. */
  private static String sums(Connection connection, String live, String table, List<String> key)
      throws SQLException {
    List<String> values = new ArrayList<>();
    try (PreparedStatement select =
        connection.prepareStatement(
            "select quote_ident(attname) from pg_attribute where attrelid = ?::regclass"
                + " and attnum > 0 and not attisdropped order by attname")) {
      select.setString(1, live + "." + table);
      try (ResultSet row = select.executeQuery()) {
        while (row.next()) {
          if (!key.contains(row.getString(1))) {
            values.add(row.getString(1));
          }
        }
      }
    }
    return "select "
        + String.join(", ", key)
        + ", "
        + String.join(", ", values)
        + " from "
        + table
        + " where "
        + values.stream().map(v -> v + " <> 0").collect(Collectors.joining(" or "));
  }

  /**
   * Compares what was rebuilt with what was put aside.
   *
   * @param connection on the rebuilt tables
   */
  static List<Result> compare(Connection connection, List<Compared> all) throws SQLException {
    List<Result> results = new ArrayList<>();
    for (Compared compared : all) {
      results.add(compare(connection, compared));
    }
    return results;
  }

  private static Result compare(Connection connection, Compared compared) throws SQLException {
    String rebuilt = "(" + compared.query + ") as rebuilt";
    long rows = 0;
    long differences = 0;
    List<String> shown = new ArrayList<>();
    try (Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery("select count(*) from " + compared.liveTable())) {
      row.next();
      rows = row.getLong(1);
    }
    List<String[]> sides =
        List.of(
            new String[] {
              "live", "select * from " + compared.liveTable() + " except select * from " + rebuilt
            },
            new String[] {
              "rebuilt",
              "select * from " + rebuilt + " except select * from " + compared.liveTable()
            });
    for (String[] side : sides) {
      try (Statement statement = connection.createStatement();
          ResultSet row =
              statement.executeQuery(
                  "select count(*) over (), to_jsonb(d)::text from ("
                      + side[1]
                      + ") as d limit "
                      + MOST_SHOWN)) {
        long ofSide = 0;
        while (row.next()) {
          ofSide = row.getLong(1);
          shown.add(side[0] + " " + row.getString(2));
        }
        differences += ofSide;
      }
    }
    return new Result(compared.name, rows, differences, shown);
  }
}
