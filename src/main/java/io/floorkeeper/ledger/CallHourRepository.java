package io.floorkeeper.ledger;

import jakarta.enterprise.context.ApplicationScoped;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;

/** The hours in Postgres: exact sums that stay when the calls go. Locked in key order. */
@ApplicationScoped
public class CallHourRepository {
  private static final String SUMS =
      "calls, errors, token_calls, input_tokens, cache_read_tokens, cache_write_tokens,"
          + " output_tokens, reasoning_tokens, nano_usd, unpriced, unpriced_tokens, reported_calls,"
          + " reported_nano_usd, labels, sum_quality_micros, sum_latency_millis";

  private static final String KEY = "hour, tenant_no, role, model, provider, arm_no, routing";

  private static final String MOVE =
      """
      insert into call_hour as h (%1$s, %2$s)
      select %1$s, %2$s
      from unnest(?::timestamptz[], ?::smallint[], ?::text[], ?::text[], ?::text[], ?::integer[], ?::text[],
        ?::bigint[], ?::bigint[], ?::bigint[], ?::bigint[], ?::bigint[], ?::bigint[], ?::bigint[], ?::bigint[],
        ?::bigint[], ?::bigint[], ?::bigint[], ?::bigint[], ?::bigint[], ?::bigint[], ?::bigint[], ?::bigint[])
        as u (%1$s, %2$s)
      order by %1$s
      on conflict (%1$s) do update set %3$s
      """
          .formatted(KEY, SUMS, SUMS.replaceAll("([a-z_]+)", "$1 = h.$1 + excluded.$1"));

  private static final String SWEEP =
      """
      delete from call_hour h
      using unnest(?::timestamptz[], ?::smallint[], ?::text[], ?::text[], ?::text[], ?::integer[], ?::text[])
        as u (%1$s)
      where (h.hour, h.tenant_no, h.role, h.model, h.provider, h.arm_no, h.routing)
        = (u.hour, u.tenant_no, u.role, u.model, u.provider, u.arm_no, u.routing) and h.calls = 0
      """
          .formatted(KEY);

  /** Adds what changed, in the caller's transaction; an hour without a call is no row. */
  public void move(Connection connection, CallHours hours) throws SQLException {
    List<Map.Entry<CallHour.Key, CallHour>> rows = List.copyOf(hours.deltas().entrySet());
    if (rows.isEmpty()) {
      return;
    }
    try (PreparedStatement move = connection.prepareStatement(MOVE)) {
      Arrays arrays = new Arrays(move, rows);
      arrays.key();
      arrays.add("bigint", r -> r.getValue().calls());
      arrays.add("bigint", r -> r.getValue().errors());
      arrays.add("bigint", r -> r.getValue().tokenCalls());
      arrays.add("bigint", r -> r.getValue().tokens().input());
      arrays.add("bigint", r -> r.getValue().tokens().cacheRead());
      arrays.add("bigint", r -> r.getValue().tokens().cacheWrite());
      arrays.add("bigint", r -> r.getValue().tokens().output());
      arrays.add("bigint", r -> r.getValue().tokens().reasoning());
      arrays.add("bigint", r -> r.getValue().nanoUsd());
      arrays.add("bigint", r -> r.getValue().unpriced());
      arrays.add("bigint", r -> r.getValue().unpricedTokens());
      arrays.add("bigint", r -> r.getValue().reportedCalls());
      arrays.add("bigint", r -> r.getValue().reportedNanoUsd());
      arrays.add("bigint", r -> r.getValue().labels());
      arrays.add("bigint", r -> r.getValue().sumQualityMicros());
      arrays.add("bigint", r -> r.getValue().sumLatencyMillis());
      move.executeUpdate();
    }
    if (hours.takesBack()) {
      try (PreparedStatement sweep = connection.prepareStatement(SWEEP)) {
        new Arrays(sweep, rows).key();
        sweep.executeUpdate();
      }
    }
  }

  /** One array parameter after the other, one element per row. */
  private static final class Arrays {
    private final PreparedStatement statement;
    private final List<Map.Entry<CallHour.Key, CallHour>> rows;
    private int index;

    Arrays(PreparedStatement statement, List<Map.Entry<CallHour.Key, CallHour>> rows) {
      this.statement = statement;
      this.rows = rows;
    }

    void key() throws SQLException {
      add("timestamptz", r -> r.getKey().hour().toString());
      add("smallint", r -> r.getKey().tenantNo());
      add("text", r -> r.getKey().role());
      add("text", r -> r.getKey().model());
      add("text", r -> r.getKey().provider());
      add("integer", r -> r.getKey().armNo());
      add("text", r -> r.getKey().routing().name().toLowerCase(Locale.ROOT));
    }

    void add(String type, Function<Map.Entry<CallHour.Key, CallHour>, Object> value)
        throws SQLException {
      statement.setArray(
          ++index,
          statement.getConnection().createArrayOf(type, rows.stream().map(value).toArray()));
    }
  }
}
