package io.floorkeeper.ledger;

import jakarta.enterprise.context.ApplicationScoped;
import java.nio.ByteBuffer;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Looks for what a judgement is about: calls and tasks that have come already. */
@ApplicationScoped
public class TargetRepository {

  /** Days before now in which calls are looked for: their table is by day. */
  public static final int LOOK_BACK_DAYS = 35;

  /**
   * A call that was found.
   *
   * @param decisionId 48 bytes; null: it was not routed here
   * @param followed whether it ran where it was decided to
   */
  public record FoundCall(byte[] decisionId, Instant startedAt, byte[] spanId, boolean followed) {}

  /**
   * Day by day, one probe of one index each, whatever the planner thinks of the table's size: the
   * inner query ends with its first row and so cannot become a join over all calls.
   */
  private static final String CALLS =
      """
      select w.target, c.decision_id, c.started_at, c.span_id, coalesce(c.followed, false) as followed
      from unnest(?::bytea[], ?::bytea[], ?::bytea[]) as w (target, trace_id, span_id)
      cross join generate_series((now() at time zone 'utc')::date - ?::integer,
        (now() at time zone 'utc')::date + 2, interval '1 day') as d (day)
      cross join lateral (
        select decision_id, started_at, span_id, followed from call
        where day = d.day::date and trace_id = w.trace_id and span_id = w.span_id limit 1) c
      """;

  /** As {@link #CALLS}, from the call that counts for a response. */
  private static final String RESPONSES =
      """
      select w.target, c.decision_id, c.started_at, c.span_id, coalesce(c.followed, false) as followed
      from unnest(?::bytea[], ?::bytea[]) as w (target, response_hash)
      join response_call r on r.response_hash = w.response_hash
      cross join lateral (
        select decision_id, started_at, span_id, followed from call
        where day = r.day and trace_id = substring(r.rank from 10 for 16)
          and span_id = substring(r.rank from 26 for 8) limit 1) c
      """;

  /** The calls behind spans and responses; those that have not come are left out. */
  public Map<TargetKey, FoundCall> calls(Connection connection, Collection<TargetKey> targets)
      throws SQLException {
    Map<TargetKey, FoundCall> found = new HashMap<>();
    List<TargetKey> spans =
        targets.stream().filter(t -> t.kind() == TargetKey.Kind.SPAN).distinct().toList();
    if (!spans.isEmpty()) {
      try (PreparedStatement select = connection.prepareStatement(CALLS)) {
        select.setArray(1, array(connection, spans.stream().map(TargetKey::array).toList()));
        select.setArray(2, array(connection, spans.stream().map(TargetKey::traceId).toList()));
        select.setArray(3, array(connection, spans.stream().map(TargetKey::spanId).toList()));
        select.setInt(4, LOOK_BACK_DAYS);
        read(select, found);
      }
    }
    List<TargetKey> responses =
        targets.stream().filter(t -> t.kind() == TargetKey.Kind.RESPONSE).distinct().toList();
    if (!responses.isEmpty()) {
      try (PreparedStatement select = connection.prepareStatement(RESPONSES)) {
        select.setArray(1, array(connection, responses.stream().map(TargetKey::array).toList()));
        select.setArray(
            2, array(connection, responses.stream().map(TargetKey::responseHash).toList()));
        read(select, found);
      }
    }
    return found;
  }

  private static void read(PreparedStatement select, Map<TargetKey, FoundCall> found)
      throws SQLException {
    try (ResultSet row = select.executeQuery()) {
      while (row.next()) {
        found.put(
            TargetKey.of(row.getBytes("target")),
            new FoundCall(
                row.getBytes("decision_id"),
                row.getObject("started_at", OffsetDateTime.class).toInstant(),
                row.getBytes("span_id"),
                row.getBoolean("followed")));
      }
    }
  }

  /**
   * Which tasks have come.
   *
   * @param climbed whether they must have left their first rung
   */
  public Set<ByteBuffer> tasks(Connection connection, Collection<byte[]> roots, boolean climbed)
      throws SQLException {
    Set<ByteBuffer> found = new HashSet<>();
    if (roots.isEmpty()) {
      return found;
    }
    try (PreparedStatement select =
        connection.prepareStatement(
            "select root from episode where root = any (?) and (ladder <> 0 or not ?)")) {
      select.setArray(1, array(connection, List.copyOf(roots)));
      select.setBoolean(2, climbed);
      try (ResultSet row = select.executeQuery()) {
        while (row.next()) {
          found.add(ByteBuffer.wrap(row.getBytes(1)));
        }
      }
    }
    return found;
  }

  /**
   * A target that is looked for.
   *
   * @param number of it, for whoever asks
   * @param rung of a decision
   */
  public record Sought(int number, TargetKey target, int rung) {}

  /**
   * Which of these have come already and may be judged: the numbers of them.
   *
   * @param scope the tenant whose decisions alone count; -1: all tenants'
   */
  public Set<Integer> here(Connection connection, int scope, List<Sought> sought)
      throws SQLException {
    Map<TargetKey, FoundCall> calls =
        calls(connection, sought.stream().map(Sought::target).toList());
    Set<ByteBuffer> tasks = tasks(connection, roots(sought, false), false);
    Set<ByteBuffer> climbed = tasks(connection, roots(sought, true), true);
    Set<Integer> here = new HashSet<>();
    for (Sought one : sought) {
      boolean there =
          switch (one.target.kind()) {
            case SPAN, RESPONSE -> isOf(calls.get(one.target), scope);
            case DECISION ->
                (one.rung == 0 ? tasks : climbed).contains(ByteBuffer.wrap(one.target.root()));
            case SESSION -> isSession(connection, one.target.session().orElseThrow(), scope);
          };
      if (there) {
        here.add(one.number);
      }
    }
    return here;
  }

  private static List<byte[]> roots(List<Sought> sought, boolean climbed) {
    return sought.stream()
        .filter(s -> s.target.kind() == TargetKey.Kind.DECISION && s.rung > 0 == climbed)
        .map(s -> s.target.root())
        .toList();
  }

  private static boolean isOf(FoundCall call, int scope) {
    return call != null
        && (scope == StoredEvaluation.ALL_TENANTS
            || call.decisionId != null
                && DecisionId.ofRoot(DecisionId.rootOf(call.decisionId), 0).tenantNo() == scope);
  }

  /** Sessions of two tenants may be called alike: a tenant is told of its own alone. */
  private static boolean isSession(Connection connection, long session, int scope)
      throws SQLException {
    try (PreparedStatement select =
        connection.prepareStatement(
            "select exists (select from episode where session_hash = ? and (? = "
                + StoredEvaluation.ALL_TENANTS
                + " or get_byte(root, 10) * 256 + get_byte(root, 11) = ?))")) {
      select.setLong(1, session);
      select.setInt(2, scope);
      select.setInt(3, scope);
      try (ResultSet row = select.executeQuery()) {
        row.next();
        return row.getBoolean(1);
      }
    }
  }

  private static java.sql.Array array(Connection connection, List<byte[]> values)
      throws SQLException {
    return connection.createArrayOf("bytea", values.toArray(byte[][]::new));
  }
}
