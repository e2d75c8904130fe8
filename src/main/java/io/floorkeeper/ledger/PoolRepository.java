package io.floorkeeper.ledger;

import jakarta.enterprise.context.ApplicationScoped;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.Function;

/** What the calls of the last moments say of the models, those of all replicas together. */
@ApplicationScoped
public class PoolRepository {

  /**
   * Error types that are the caller's doing: its request, its key, its patience. Such a call says
   * nothing of the model and is left out altogether. Everything else counts as the model's: server
   * errors, timeouts, rate limits, a model that is not there (404), and errors without a type. As a
   * regular expression that Java and PostgreSQL read alike, whatever the case.
   */
  public static final String CALLERS_FAULT =
      "^(400|401|402|403|405|406|409|410|411|412|413|414|415|416|417|422|431|451|499)$"
          + "|bad_?request|invalid_?(request|argument|prompt)|unprocessable|validation"
          + "|authentication|unauthori[sz]ed|unauthenticated|permission_?denied|forbidden"
          + "|context_?(length|window)|content_?(filter|policy)|cancel|abort";

  /**
   * Which calls count for a model.
   *
   * @param reported the name by which spans report it; one model may have several
   * @param startedFrom calls that began before it are of another time
   * @param seenFor how far back
   */
  public record Look(String reported, String model, Instant startedFrom, Duration seenFor) {}

  /**
   * A model's calls.
   *
   * @param unknown a reported name that no look was for; {@code model} is then empty
   * @param calls that say something of it, {@code errors} and {@code slow} of them
   * @param p95LatencyMillis null without such calls
   * @param lastMinute all of them that came in the last minute, whatever they say
   * @param unrouted of those, without a decision
   * @param tasks distinct decisions behind the others
   */
  public record Calls(
      String model,
      String unknown,
      long calls,
      long errors,
      long slow,
      Long p95LatencyMillis,
      long lastMinute,
      long unrouted,
      long tasks) {}

  /** What replicas admit to a model and would have to, in tasks per minute. */
  public record Demand(double tasksPerMinute, double demand) {
    public static final Demand NONE = new Demand(0, 0);
  }

  // A call that took long began long ago, so what counts is when it came in; a span that comes long
  // after its end is of a backlog and tells of no model's present health.
  private static final String CALLS =
      """
      select coalesce(k.model, ''), case when k.reported is null then c.model end,
        count(*) filter (where s.tells),
        count(*) filter (where s.tells and c.error),
        count(*) filter (where s.tells and c.latency_millis > ?),
        percentile_disc(.95) within group (order by c.latency_millis) filter (where s.tells),
        count(*) filter (where s.recent),
        count(*) filter (where s.recent and c.decision_id is null),
        count(distinct substring(c.decision_id from 4 for 33)) filter (where s.recent)
      from call c
      left join unnest(?::text[], ?::text[], ?::timestamptz[], ?::bigint[])
        as k (reported, model, started_from, seen_for) on k.reported = c.model
      cross join lateral (select
        c.ingested_at >= now() - k.seen_for * interval '1 millisecond'
          and c.started_at >= k.started_from
          and c.ingested_at - c.started_at - c.latency_millis * interval '1 millisecond' < interval '5 minutes'
          and not (c.error and coalesce(c.error_type, '') ~* ?) as tells,
        c.ingested_at >= now() - interval '1 minute' as recent) s
      where c.model is not null and not c.twin and c.ingested_at >= now() - ? * interval '1 millisecond'
      group by 1, 2
      """;

  /**
   * One row for each model with calls, and one for each reported name that is not among the looks.
   *
   * @param slowMillis latency above which a call is slow
   * @param longest how far back at all; at least a minute, for what a minute is looked at for
   */
  public List<Calls> calls(
      Connection connection, List<Look> looks, long slowMillis, Duration longest)
      throws SQLException {
    try (PreparedStatement select = connection.prepareStatement(CALLS)) {
      select.setLong(1, slowMillis);
      array(connection, select, 2, "text", looks, Look::reported);
      array(connection, select, 3, "text", looks, Look::model);
      array(connection, select, 4, "timestamptz", looks, l -> l.startedFrom.toString());
      array(connection, select, 5, "bigint", looks, l -> l.seenFor.toMillis());
      select.setString(6, CALLERS_FAULT);
      select.setLong(7, Math.max(60_000, longest.toMillis()));
      List<Calls> found = new ArrayList<>();
      try (ResultSet row = select.executeQuery()) {
        while (row.next()) {
          found.add(
              new Calls(
                  row.getString(1),
                  row.getString(2),
                  row.getLong(3),
                  row.getLong(4),
                  row.getLong(5),
                  row.getObject(6, Long.class),
                  row.getLong(7),
                  row.getLong(8),
                  row.getLong(9)));
        }
      }
      return found;
    }
  }

  /**
   * Tells the other replicas of this one's demand, by model, and hears of theirs.
   *
   * @param run of this replica
   * @return by model, of those that have told of it in the last ten seconds
   */
  public Map<String, Demand> exchange(Connection connection, UUID run, Map<String, Demand> own)
      throws SQLException {
    try (PreparedStatement tell =
        connection.prepareStatement(
            "insert into pool_demand (model, run, tasks_per_minute, demand) values (?, ?, ?, ?)"
                + " on conflict (model, run) do update set at = now(), demand = excluded.demand,"
                + " tasks_per_minute = excluded.tasks_per_minute")) {
      for (Map.Entry<String, Demand> its : own.entrySet()) {
        tell.setString(1, its.getKey());
        tell.setObject(2, run);
        tell.setDouble(3, its.getValue().tasksPerMinute);
        tell.setDouble(4, its.getValue().demand);
        tell.addBatch();
      }
      tell.executeBatch();
    }
    Map<String, Demand> others = new HashMap<>();
    try (PreparedStatement hear =
        connection.prepareStatement(
            "with gone as (delete from pool_demand where at < now() - interval '1 hour')"
                + " select model, sum(tasks_per_minute), sum(demand) from pool_demand"
                + " where run <> ? and at > now() - interval '10 seconds' group by model")) {
      hear.setObject(1, run);
      try (ResultSet row = hear.executeQuery()) {
        while (row.next()) {
          others.put(row.getString(1), new Demand(row.getDouble(2), row.getDouble(3)));
        }
      }
    }
    return others;
  }

  private static void array(
      Connection connection,
      PreparedStatement statement,
      int index,
      String type,
      List<Look> looks,
      Function<Look, Object> value)
      throws SQLException {
    statement.setArray(index, connection.createArrayOf(type, looks.stream().map(value).toArray()));
  }
}
