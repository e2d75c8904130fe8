package io.floorkeeper.ledger;

import jakarta.enterprise.context.ApplicationScoped;
import java.sql.Connection;
import java.sql.Date;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Function;

/** The append-only table of calls, and the exact totals of what came in. */
@ApplicationScoped
public class CallRepository {
  /** Stands for the role where nothing names one. */
  public static final String UNATTRIBUTED = "unattributed";

  /**
   * One row to be written.
   *
   * @param role of the decision, or as it is named otherwise; null where nothing names one
   * @param countedRoleNo the role whose spend it is in; 0: in none
   * @param followed null without a decision
   * @param armNo of the arm that ran it, where that was the decided one; else 0
   * @param catalogueNanoUsd null where the catalogue cannot price it
   * @param bookedNanoUsd what it counts as; null: unpriced
   * @param qualityMicros null where it carried no label
   * @param tenantNo of the decision; 0 without one
   */
  public record Row(
      Call call,
      byte[] decisionId,
      String role,
      int countedRoleNo,
      String roleSource,
      Boolean followed,
      int armNo,
      Long catalogueNanoUsd,
      Long bookedNanoUsd,
      Integer qualityMicros,
      int tenantNo) {

    public CallKey key() {
      return CallKey.of(call);
    }
  }

  /** What makes a call the same call: the day of its start (UTC), trace and span. */
  public record CallKey(LocalDate day, String traceId, String spanId) {
    public static CallKey of(Call call) {
      return new CallKey(
          LocalDate.ofInstant(call.startedAt(), ZoneOffset.UTC), call.traceId(), call.spanId());
    }
  }

  private static final String INSERT =
      """
      insert into call (day, trace_id, span_id, started_at, latency_millis, dialect, model, provider,
        input_tokens, cache_read_tokens, cache_write_tokens, output_tokens, reasoning_tokens,
        catalogue_nano_usd, reported_nano_usd, booked_nano_usd, role, counted_role_no, role_source, decision_id,
        followed, arm_no, session_id, response_id, error, error_type, quality_micros, tenant_no)
      select u.day, u.trace_id, u.span_id, u.started_at, u.latency_millis, u.dialect, u.model, u.provider,
        u.input_tokens, u.cache_read_tokens, u.cache_write_tokens, u.output_tokens, u.reasoning_tokens,
        u.catalogue_nano_usd, u.reported_nano_usd, u.booked_nano_usd, coalesce(u.role, 'unattributed'),
        u.counted_role_no, u.role_source, u.decision_id, u.followed, u.arm_no, u.session_id, u.response_id,
        u.error, u.error_type, u.quality_micros, u.tenant_no
      from unnest(?::date[], ?::bytea[], ?::bytea[], ?::timestamptz[], ?::bigint[], ?::text[], ?::text[],
        ?::text[], ?::bigint[], ?::bigint[], ?::bigint[], ?::bigint[], ?::bigint[], ?::bigint[],
        ?::bigint[], ?::bigint[], ?::text[], ?::integer[], ?::text[], ?::bytea[], ?::boolean[], ?::integer[],
        ?::text[], ?::text[], ?::boolean[], ?::text[], ?::integer[], ?::smallint[])
        as u (day, trace_id, span_id, started_at, latency_millis, dialect, model, provider,
        input_tokens, cache_read_tokens, cache_write_tokens, output_tokens, reasoning_tokens,
        catalogue_nano_usd, reported_nano_usd, booked_nano_usd, role, counted_role_no, role_source, decision_id,
        followed, arm_no, session_id, response_id, error, error_type, quality_micros, tenant_no)
      order by u.day, u.trace_id, u.span_id
      on conflict do nothing
      returning day, trace_id, span_id
      """;

  /**
   * Writes the rows that are not there yet, in one statement.
   *
   * @param rows distinct in {@link Row#key()}
   * @return the keys of those that were new; the others are duplicates
   */
  public Set<CallKey> insert(Connection connection, List<Row> rows) throws SQLException {
    Set<CallKey> inserted = new HashSet<>();
    if (rows.isEmpty()) {
      return inserted;
    }
    HexFormat hex = HexFormat.of();
    try (PreparedStatement insert = connection.prepareStatement(INSERT)) {
      Columns columns = new Columns(connection, insert, rows);
      columns.add("date", r -> Date.valueOf(r.key().day()));
      columns.addBytes(r -> hex.parseHex(r.call.traceId()));
      columns.addBytes(r -> hex.parseHex(r.call.spanId()));
      // As text with its zone: the driver writes a Timestamp as the clock of this host shows it,
      // and that hour comes twice in autumn.
      columns.add("timestamptz", r -> r.call.startedAt().truncatedTo(ChronoUnit.MICROS).toString());
      columns.add("bigint", r -> r.call.latencyMillis());
      columns.add("text", r -> r.call.dialect());
      columns.add("text", r -> r.call.model().orElse(null));
      columns.add("text", r -> r.call.provider().orElse(null));
      columns.add("bigint", r -> r.call.tokens().map(Tokens::input).orElse(null));
      columns.add("bigint", r -> r.call.tokens().map(Tokens::cacheRead).orElse(null));
      columns.add("bigint", r -> r.call.tokens().map(Tokens::cacheWrite).orElse(null));
      columns.add("bigint", r -> r.call.tokens().map(Tokens::output).orElse(null));
      columns.add("bigint", r -> r.call.tokens().map(Tokens::reasoning).orElse(null));
      columns.add("bigint", Row::catalogueNanoUsd);
      columns.add("bigint", r -> boxed(r.call.reportedNanoUsd()));
      columns.add("bigint", Row::bookedNanoUsd);
      columns.add("text", Row::role);
      columns.add("integer", Row::countedRoleNo);
      columns.add("text", Row::roleSource);
      columns.addBytes(Row::decisionId);
      columns.add("boolean", Row::followed);
      columns.add("integer", Row::armNo);
      columns.add("text", r -> r.call.sessionId().orElse(null));
      columns.add("text", r -> r.call.responseId().orElse(null));
      columns.add("boolean", r -> r.call.error());
      columns.add("text", r -> r.call.errorType().orElse(null));
      columns.add("integer", Row::qualityMicros);
      columns.add("smallint", Row::tenantNo);
      try (ResultSet result = insert.executeQuery()) {
        while (result.next()) {
          inserted.add(
              new CallKey(
                  result.getObject(1, LocalDate.class),
                  hex.formatHex(result.getBytes(2)),
                  hex.formatHex(result.getBytes(3))));
        }
      }
    }
    return inserted;
  }

  private static Long boxed(OptionalLong value) {
    return value.isPresent() ? Long.valueOf(value.getAsLong()) : null;
  }

  /** One array parameter after the other, one element per row. */
  private static final class Columns {
    private final Connection connection;
    private final PreparedStatement statement;
    private final List<Row> rows;
    private int index;

    Columns(Connection connection, PreparedStatement statement, List<Row> rows) {
      this.connection = connection;
      this.statement = statement;
      this.rows = rows;
    }

    void add(String type, Function<Row, Object> value) throws SQLException {
      statement.setArray(
          ++index, connection.createArrayOf(type, rows.stream().map(value).toArray()));
    }

    void addBytes(Function<Row, byte[]> value) throws SQLException {
      statement.setArray(
          ++index,
          connection.createArrayOf("bytea", rows.stream().map(value).toArray(byte[][]::new)));
    }
  }
}
