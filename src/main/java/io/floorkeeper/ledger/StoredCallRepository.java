package io.floorkeeper.ledger;

import jakarta.enterprise.context.ApplicationScoped;
import java.sql.Connection;
import java.sql.Date;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.util.Collection;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.function.Function;

/** Calls that are there already, changed: rare beside the writing of new ones. */
@ApplicationScoped
public class StoredCallRepository {
  private static final String KEYS =
      "unnest(?::date[], ?::bytea[], ?::bytea[]) as u (day, trace_id, span_id)";

  private static final String SAME =
      "c.day = u.day and c.trace_id = u.trace_id and c.span_id = u.span_id";

  /**
   * The calls of these keys, locked in key order until the transaction ends; those that are
   * forgotten are left out.
   */
  public Map<CallRepository.CallKey, StoredCall> lock(
      Connection connection, Collection<CallRepository.CallKey> keys) throws SQLException {
    Map<CallRepository.CallKey, StoredCall> found = new HashMap<>();
    if (keys.isEmpty()) {
      return found;
    }
    try (PreparedStatement select =
        connection.prepareStatement(
            """
            select c.* from call c join %s on %s
            order by c.day, c.trace_id, c.span_id for update of c
            """
                .formatted(KEYS, SAME))) {
      keys(select, 1, List.copyOf(keys), k -> k);
      try (ResultSet row = select.executeQuery()) {
        while (row.next()) {
          StoredCall call = read(row);
          found.put(call.key(), call);
        }
      }
    }
    return found;
  }

  /** They count no more; what they borrowed is given back. */
  public void markTwins(Connection connection, Collection<CallRepository.CallKey> keys)
      throws SQLException {
    if (keys.isEmpty()) {
      return;
    }
    try (PreparedStatement update =
        connection.prepareStatement(
            """
            update call c set twin = true, borrowed = false,
              reported_nano_usd = case when c.borrowed then null else c.reported_nano_usd end,
              booked_nano_usd = case when c.borrowed then c.catalogue_nano_usd else c.booked_nano_usd end
            from %s where %s
            """
                .formatted(KEYS, SAME))) {
      keys(update, 1, List.copyOf(keys), k -> k);
      update.executeUpdate();
    }
  }

  /** Writes what is borrowed and what it counts as. */
  public void writeCosts(Connection connection, Collection<StoredCall> calls) throws SQLException {
    List<StoredCall> rows = List.copyOf(calls);
    if (rows.isEmpty()) {
      return;
    }
    try (PreparedStatement update =
        connection.prepareStatement(
            """
            update call c set borrowed = v.borrowed, reported_nano_usd = v.reported, booked_nano_usd = v.booked
            from unnest(?::date[], ?::bytea[], ?::bytea[], ?::boolean[], ?::bigint[], ?::bigint[])
              as v (day, trace_id, span_id, borrowed, reported, booked)
            where c.day = v.day and c.trace_id = v.trace_id and c.span_id = v.span_id
            """)) {
      keys(update, 1, rows, StoredCall::key);
      array(update, 4, "boolean", rows, StoredCall::borrowed);
      array(update, 5, "bigint", rows, c -> boxed(c.reportedNanoUsd()));
      array(update, 6, "bigint", rows, c -> boxed(c.bookedNanoUsd()));
      update.executeUpdate();
    }
  }

  /**
   * Writes roles.
   *
   * @param sources where each role was found, by key
   */
  public void writeRoles(
      Connection connection,
      Collection<StoredCall> calls,
      Map<CallRepository.CallKey, String> sources)
      throws SQLException {
    List<StoredCall> rows = List.copyOf(calls);
    if (rows.isEmpty()) {
      return;
    }
    try (PreparedStatement update =
        connection.prepareStatement(
            """
            update call c set role = v.role, role_source = v.source, counted_role_no = v.role_no
            from unnest(?::date[], ?::bytea[], ?::bytea[], ?::text[], ?::text[], ?::integer[])
              as v (day, trace_id, span_id, role, source, role_no)
            where c.day = v.day and c.trace_id = v.trace_id and c.span_id = v.span_id
            """)) {
      keys(update, 1, rows, StoredCall::key);
      array(update, 4, "text", rows, StoredCall::role);
      array(update, 5, "text", rows, c -> sources.get(c.key()));
      array(update, 6, "integer", rows, StoredCall::countedRoleNo);
      update.executeUpdate();
    }
  }

  private static StoredCall read(ResultSet row) throws SQLException {
    HexFormat hex = HexFormat.of();
    Long input = row.getObject("input_tokens", Long.class);
    return new StoredCall(
        new CallRepository.CallKey(
            row.getObject("day", LocalDate.class),
            hex.formatHex(row.getBytes("trace_id")),
            hex.formatHex(row.getBytes("span_id"))),
        instant(row),
        row.getInt("tenant_no"),
        row.getString("role"),
        row.getInt("counted_role_no"),
        Optional.ofNullable(row.getString("model")),
        Optional.ofNullable(row.getString("provider")),
        input == null
            ? Optional.empty()
            : Optional.of(
                new Tokens(
                    input,
                    row.getLong("cache_read_tokens"),
                    row.getLong("cache_write_tokens"),
                    row.getLong("output_tokens"),
                    row.getLong("reasoning_tokens"))),
        number(row, "catalogue_nano_usd"),
        number(row, "reported_nano_usd"),
        number(row, "booked_nano_usd"),
        row.getBytes("decision_id"),
        row.getObject("followed", Boolean.class),
        row.getInt("arm_no"),
        row.getBoolean("error"),
        row.getLong("latency_millis"),
        quality(row),
        row.getBoolean("borrowed"),
        row.getBoolean("twin"));
  }

  private static Instant instant(ResultSet row) throws SQLException {
    return row.getObject("started_at", OffsetDateTime.class).toInstant();
  }

  private static OptionalInt quality(ResultSet row) throws SQLException {
    Integer micros = row.getObject("quality_micros", Integer.class);
    return micros == null ? OptionalInt.empty() : OptionalInt.of(micros);
  }

  private static OptionalLong number(ResultSet row, String column) throws SQLException {
    Long value = row.getObject(column, Long.class);
    return value == null ? OptionalLong.empty() : OptionalLong.of(value);
  }

  private static Long boxed(OptionalLong value) {
    return value.isPresent() ? Long.valueOf(value.getAsLong()) : null;
  }

  private static <T> void keys(
      PreparedStatement statement, int first, List<T> rows, Function<T, CallRepository.CallKey> key)
      throws SQLException {
    HexFormat hex = HexFormat.of();
    array(statement, first, "date", rows, r -> Date.valueOf(key.apply(r).day()));
    bytes(statement, first + 1, rows, r -> hex.parseHex(key.apply(r).traceId()));
    bytes(statement, first + 2, rows, r -> hex.parseHex(key.apply(r).spanId()));
  }

  private static <T> void array(
      PreparedStatement statement, int index, String type, List<T> rows, Function<T, ?> value)
      throws SQLException {
    statement.setArray(
        index, statement.getConnection().createArrayOf(type, rows.stream().map(value).toArray()));
  }

  private static <T> void bytes(
      PreparedStatement statement, int index, List<T> rows, Function<T, byte[]> value)
      throws SQLException {
    statement.setArray(
        index,
        statement
            .getConnection()
            .createArrayOf("bytea", rows.stream().map(value).toArray(byte[][]::new)));
  }
}
