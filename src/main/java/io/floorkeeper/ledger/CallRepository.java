package io.floorkeeper.ledger;

import io.floorkeeper.platform.ArrayColumns;
import io.floorkeeper.platform.UtcDays;
import jakarta.enterprise.context.ApplicationScoped;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.LocalDate;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;

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
      return new CallKey(UtcDays.of(call.startedAt()), call.traceId(), call.spanId());
    }
  }

  private static final String INSERT =
      """
      insert into call (day, trace_id, span_id, started_at, latency_millis, dialect, model, provider,
        input_tokens, cache_read_tokens, cache_write_tokens, output_tokens, reasoning_tokens,
        catalogue_nano_usd, reported_nano_usd, booked_nano_usd, role, counted_role_no, role_source, decision_id,
        followed, arm_no, session_id, response_id, error, error_type, quality_micros, tenant_no)
      select date '1970-01-01' + u.day, u.trace_id, u.span_id,
        timestamptz 'epoch' + u.start_micros * interval '1 microsecond', u.latency_millis, u.dialect, u.model,
        u.provider, u.input_tokens, u.cache_read_tokens, u.cache_write_tokens, u.output_tokens, u.reasoning_tokens,
        u.catalogue_nano_usd, u.reported_nano_usd, u.booked_nano_usd, coalesce(u.role, 'unattributed'),
        u.counted_role_no, u.role_source, u.decision_id, u.followed, u.arm_no, u.session_id, u.response_id,
        u.error, u.error_type, u.quality_micros, u.tenant_no
      from unnest(?::integer[], ?::bytea[], ?::bytea[], ?::bigint[], ?::bigint[], ?::text[], ?::text[],
        ?::text[], ?::bigint[], ?::bigint[], ?::bigint[], ?::bigint[], ?::bigint[], ?::bigint[],
        ?::bigint[], ?::bigint[], ?::text[], ?::integer[], ?::text[], ?::bytea[], ?::boolean[], ?::integer[],
        ?::text[], ?::text[], ?::boolean[], ?::text[], ?::integer[], ?::integer[])
        as u (day, trace_id, span_id, start_micros, latency_millis, dialect, model, provider,
        input_tokens, cache_read_tokens, cache_write_tokens, output_tokens, reasoning_tokens,
        catalogue_nano_usd, reported_nano_usd, booked_nano_usd, role, counted_role_no, role_source, decision_id,
        followed, arm_no, session_id, response_id, error, error_type, quality_micros, tenant_no)
      order by u.day, u.trace_id, u.span_id
      on conflict do nothing
      returning span_id, trace_id, day - date '1970-01-01'
      """;

  private static final long MICROS_PER_SECOND = 1_000_000;
  private static final int NANOS_PER_MICRO = 1_000;

  /** A row on its way, with its key as the table has it. */
  private record Sent(CallKey key, Row row, byte[] traceId, byte[] spanId, int day) {
    static Sent of(Row row) {
      CallKey key = row.key();
      HexFormat hex = HexFormat.of();
      return new Sent(
          key,
          row,
          hex.parseHex(key.traceId),
          hex.parseHex(key.spanId),
          Math.toIntExact(key.day.toEpochDay()));
    }

    Call call() {
      return row.call;
    }

    boolean isAt(byte[] span, byte[] trace, int ofDay) {
      return Arrays.equals(spanId, span) && Arrays.equals(traceId, trace) && day == ofDay;
    }
  }

  private static final Comparator<Sent> KEY_ORDER =
      Comparator.comparingInt(Sent::day)
          .thenComparing(Sent::traceId, Arrays::compareUnsigned)
          .thenComparing(Sent::spanId, Arrays::compareUnsigned);

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
    List<Sent> inOrder = rows.stream().map(Sent::of).sorted(KEY_ORDER).toList();
    try (PreparedStatement insert = connection.prepareStatement(INSERT)) {
      set(new ArrayColumns<>(insert, inOrder));
      try (ResultSet written = insert.executeQuery()) {
        // PostgreSQL tells what it wrote in the order in which it wrote it.
        int at = 0;
        while (written.next()) {
          byte[] spanId = written.getBytes(1);
          byte[] traceId = written.getBytes(2);
          int day = written.getInt(3);
          while (!inOrder.get(at).isAt(spanId, traceId, day)) {
            at++;
          }
          inserted.add(inOrder.get(at++).key);
        }
      }
    }
    return inserted;
  }

  private static void set(ArrayColumns<Sent> columns) throws SQLException {
    columns
        .ints(Sent::day)
        .bytes(Sent::traceId)
        .bytes(Sent::spanId)
        .longs(s -> micros(s.call().startedAt()))
        .longs(s -> s.call().latencyMillis())
        .texts(s -> s.call().dialect())
        .texts(s -> s.call().model().orElse(null))
        .texts(s -> s.call().provider().orElse(null))
        .nullableLongs(s -> s.call().tokens().map(Tokens::input).orElse(null))
        .nullableLongs(s -> s.call().tokens().map(Tokens::cacheRead).orElse(null))
        .nullableLongs(s -> s.call().tokens().map(Tokens::cacheWrite).orElse(null))
        .nullableLongs(s -> s.call().tokens().map(Tokens::output).orElse(null))
        .nullableLongs(s -> s.call().tokens().map(Tokens::reasoning).orElse(null))
        .nullableLongs(s -> s.row.catalogueNanoUsd)
        .nullableLongs(s -> boxed(s.call().reportedNanoUsd()))
        .nullableLongs(s -> s.row.bookedNanoUsd)
        .texts(s -> s.row.role)
        .ints(s -> s.row.countedRoleNo)
        .texts(s -> s.row.roleSource)
        .bytes(s -> s.row.decisionId)
        .nullableBooleans(s -> s.row.followed)
        .ints(s -> s.row.armNo)
        .texts(s -> s.call().sessionId().orElse(null))
        .texts(s -> s.call().responseId().orElse(null))
        .booleans(s -> s.call().error())
        .texts(s -> s.call().errorType().orElse(null))
        .nullableInts(s -> s.row.qualityMicros)
        .ints(s -> s.row.tenantNo);
  }

  private static long micros(Instant at) {
    return Math.addExact(
        Math.multiplyExact(at.getEpochSecond(), MICROS_PER_SECOND), at.getNano() / NANOS_PER_MICRO);
  }

  private static Long boxed(OptionalLong value) {
    return value.isPresent() ? Long.valueOf(value.getAsLong()) : null;
  }
}
