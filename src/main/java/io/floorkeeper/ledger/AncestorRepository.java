package io.floorkeeper.ledger;

import io.floorkeeper.ledger.CallRepository.CallKey;
import jakarta.enterprise.context.ApplicationScoped;
import java.sql.Connection;
import java.sql.Date;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * Spans that may be above calls, and calls that wait for one: written by the streams, which look at
 * neither, and brought together by who sees what both have committed.
 */
@ApplicationScoped
public class AncestorRepository {
  /** Generations that are climbed; ids that go round in a circle end here. */
  private static final int HIGHEST = 64;

  private static final HexFormat HEX = HexFormat.of();

  /**
   * A call that waits.
   *
   * @param awaits the span that it waits for: 16 hex digits
   */
  public record Waiting(CallKey call, String awaits) {
    private static final Comparator<Waiting> ORDER =
        Comparator.comparing((Waiting w) -> w.call.traceId()).thenComparing(w -> w.call.spanId());
  }

  /**
   * How far a call was climbed from.
   *
   * @param role of the nearest ancestor that has one; null: none yet
   * @param awaits the ancestor that has not come; null: there is a role, or nobody above has one
   */
  public record Climbed(CallKey call, String role, String roleSource, String awaits) {}

  /** What a pass has to look at. */
  public record Due(List<Waiting> calls, boolean more) {}

  /** How many waited in vain, and how many spans nobody needs any more. */
  public record Expired(long calls, long links) {}

  /** Puts spans aside for the calls below them; those that are there already stay as they are. */
  public void putLinks(Connection connection, List<SpanLink> links, Duration keep)
      throws SQLException {
    if (links.isEmpty()) {
      return;
    }
    try (PreparedStatement insert =
        connection.prepareStatement(
            """
            insert into span_link (trace_id, span_id, parent_span_id, role, role_source, expires_at)
            select u.trace_id, u.span_id, u.parent_span_id, u.role, u.role_source, now() + ? * interval '1 millisecond'
            from unnest(?::bytea[], ?::bytea[], ?::bytea[], ?::text[], ?::text[])
              as u (trace_id, span_id, parent_span_id, role, role_source)
            order by u.trace_id, u.span_id
            on conflict do nothing
            """)) {
      insert.setLong(1, keep.toMillis());
      bytes(insert, 2, links, l -> HEX.parseHex(l.traceId()));
      bytes(insert, 3, links, l -> HEX.parseHex(l.spanId()));
      bytes(insert, 4, links, l -> l.parentSpanId().map(HEX::parseHex).orElse(null));
      array(insert, 5, "text", links, l -> l.role().orElse(null));
      array(insert, 6, "text", links, l -> l.roleSource().orElse(null));
      insert.executeUpdate();
    }
  }

  /** Lets calls wait. */
  public void await(Connection connection, List<Waiting> calls, Duration wait) throws SQLException {
    if (calls.isEmpty()) {
      return;
    }
    List<Waiting> rows = calls.stream().sorted(Waiting.ORDER).toList();
    try (PreparedStatement insert =
        connection.prepareStatement(
            """
            insert into call_waiting (day, trace_id, span_id, awaits, expires_at)
            select u.day, u.trace_id, u.span_id, u.awaits, now() + ? * interval '1 millisecond'
            from unnest(?::date[], ?::bytea[], ?::bytea[], ?::bytea[]) as u (day, trace_id, span_id, awaits)
            on conflict do nothing
            """)) {
      insert.setLong(1, wait.toMillis());
      keys(insert, 2, rows, Waiting::call);
      bytes(insert, 5, rows, w -> HEX.parseHex(w.awaits()));
      insert.executeUpdate();
    }
  }

  /**
   * Calls that nobody has looked at, and those whose awaited span has come since; locked.
   *
   * @param most of either
   */
  public Due due(Connection connection, int most) throws SQLException {
    List<byte[]> traces = new ArrayList<>();
    List<byte[]> spans = new ArrayList<>();
    try (PreparedStatement links =
        connection.prepareStatement(
            """
            with due as (select trace_id, span_id from span_link where fresh order by trace_id limit ? for update)
            update span_link l set fresh = false from due
            where l.trace_id = due.trace_id and l.span_id = due.span_id returning l.trace_id, l.span_id
            """)) {
      links.setInt(1, most);
      try (ResultSet row = links.executeQuery()) {
        while (row.next()) {
          traces.add(row.getBytes(1));
          spans.add(row.getBytes(2));
        }
      }
    }
    List<Waiting> calls = new ArrayList<>();
    boolean more = traces.size() == most;
    try (PreparedStatement fresh =
        connection.prepareStatement(
            """
            with due as (select day, trace_id, span_id from call_waiting where fresh order by trace_id limit ? for update)
            update call_waiting w set fresh = false from due
            where w.trace_id = due.trace_id and w.span_id = due.span_id and w.day = due.day
            returning w.day, w.trace_id, w.span_id, w.awaits
            """)) {
      fresh.setInt(1, most);
      more |= read(fresh, calls) == most;
    }
    if (!traces.isEmpty()) {
      try (PreparedStatement awaited =
          connection.prepareStatement(
              """
              select w.day, w.trace_id, w.span_id, w.awaits from call_waiting w
              join unnest(?::bytea[], ?::bytea[]) as l (trace_id, span_id)
                on w.trace_id = l.trace_id and w.awaits = l.span_id
              for update of w
              """)) {
        bytes(awaited, 1, traces, Function.identity());
        bytes(awaited, 2, spans, Function.identity());
        read(awaited, calls);
      }
    }
    return new Due(calls.stream().distinct().toList(), more);
  }

  private static int read(PreparedStatement select, List<Waiting> into) throws SQLException {
    int rows = 0;
    try (ResultSet row = select.executeQuery()) {
      while (row.next()) {
        into.add(new Waiting(key(row), HEX.formatHex(row.getBytes(4))));
        rows++;
      }
    }
    return rows;
  }

  /** Climbs from each as far as spans have come, to the first that has a role. */
  public List<Climbed> climb(Connection connection, List<Waiting> calls) throws SQLException {
    if (calls.isEmpty()) {
      return List.of();
    }
    Map<CallKey, Climbed> highest = new LinkedHashMap<>();
    try (PreparedStatement select =
        connection.prepareStatement(
            """
            with recursive climb as (
              select u.day, u.trace_id, u.span_id, u.awaits as next, null::text as role, null::text as role_source,
                0 as height
              from unnest(?::date[], ?::bytea[], ?::bytea[], ?::bytea[]) as u (day, trace_id, span_id, awaits)
              union all
              select c.day, c.trace_id, c.span_id, l.parent_span_id, l.role, l.role_source, c.height + 1
              from climb c join span_link l on l.trace_id = c.trace_id and l.span_id = c.next
              where c.role is null and c.height < ?)
            select distinct on (day, trace_id, span_id) day, trace_id, span_id, next, role, role_source, height
            from climb order by day, trace_id, span_id, height desc
            """)) {
      keys(select, 1, calls, Waiting::call);
      bytes(select, 4, calls, w -> HEX.parseHex(w.awaits()));
      select.setInt(5, HIGHEST);
      try (ResultSet row = select.executeQuery()) {
        while (row.next()) {
          byte[] next = row.getBytes(4);
          String role = row.getString(5);
          boolean waits = role == null && next != null && row.getInt(7) < HIGHEST;
          CallKey key = key(row);
          highest.put(
              key, new Climbed(key, role, row.getString(6), waits ? HEX.formatHex(next) : null));
        }
      }
    }
    return List.copyOf(highest.values());
  }

  /** Those that still wait wait for another span now, the others no more. */
  public void settle(Connection connection, List<Climbed> climbed) throws SQLException {
    List<Climbed> waiting = climbed.stream().filter(c -> c.awaits() != null).toList();
    List<Climbed> done = climbed.stream().filter(c -> c.awaits() == null).toList();
    if (!waiting.isEmpty()) {
      try (PreparedStatement update =
          connection.prepareStatement(
              """
              update call_waiting w set awaits = u.awaits
              from unnest(?::date[], ?::bytea[], ?::bytea[], ?::bytea[]) as u (day, trace_id, span_id, awaits)
              where w.day = u.day and w.trace_id = u.trace_id and w.span_id = u.span_id and w.awaits <> u.awaits
              """)) {
        keys(update, 1, waiting, Climbed::call);
        bytes(update, 4, waiting, c -> HEX.parseHex(c.awaits()));
        update.executeUpdate();
      }
    }
    if (!done.isEmpty()) {
      try (PreparedStatement delete =
          connection.prepareStatement(
              """
              delete from call_waiting w
              using unnest(?::date[], ?::bytea[], ?::bytea[]) as u (day, trace_id, span_id)
              where w.day = u.day and w.trace_id = u.trace_id and w.span_id = u.span_id
              """)) {
        keys(delete, 1, done, Climbed::call);
        delete.executeUpdate();
      }
    }
  }

  /**
   * Forgets what has waited long enough; what nobody has looked at yet stays.
   *
   * @param most of either
   */
  public Expired expire(Connection connection, int most) throws SQLException {
    return new Expired(
        expire(connection, "call_waiting", most), expire(connection, "span_link", most));
  }

  private static long expire(Connection connection, String table, int most) throws SQLException {
    try (PreparedStatement delete =
        connection.prepareStatement(
            """
            delete from %1$s where ctid = any (array(
              select ctid from %1$s where expires_at < now() and not fresh limit ? for update))
            """
                .formatted(table))) {
      delete.setInt(1, most);
      return delete.executeUpdate();
    }
  }

  private static CallKey key(ResultSet row) throws SQLException {
    return new CallKey(
        row.getObject(1, LocalDate.class),
        HEX.formatHex(row.getBytes(2)),
        HEX.formatHex(row.getBytes(3)));
  }

  private static <T> void keys(
      PreparedStatement statement, int first, List<T> rows, Function<T, CallKey> key)
      throws SQLException {
    array(statement, first, "date", rows, r -> Date.valueOf(key.apply(r).day()));
    bytes(statement, first + 1, rows, r -> HEX.parseHex(key.apply(r).traceId()));
    bytes(statement, first + 2, rows, r -> HEX.parseHex(key.apply(r).spanId()));
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
