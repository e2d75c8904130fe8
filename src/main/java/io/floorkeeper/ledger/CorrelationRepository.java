package io.floorkeeper.ledger;

import jakarta.enterprise.context.ApplicationScoped;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.SortedMap;

/** Do judgements find what they judge? Exact counts by the hour, moved with the judgements. */
@ApplicationScoped
public class CorrelationRepository {

  /**
   * Counts of an hour.
   *
   * @param told evaluations that came by themselves
   * @param correlated those of them that have found their decision
   * @param asked decisions that were to be judged, of which a call has come
   * @param answered those of them that were
   */
  public record Delta(long told, long correlated, long asked, long answered) {
    public static final Delta ZERO = new Delta(0, 0, 0, 0);

    public Delta plus(Delta other) {
      return new Delta(
          told + other.told,
          correlated + other.correlated,
          asked + other.asked,
          answered + other.answered);
    }

    /** The hour that a moment lies in. */
    public static Instant hour(Instant at) {
      return at.truncatedTo(ChronoUnit.HOURS);
    }
  }

  private static final String ADD =
      """
      insert into correlation_hour as h (hour, told, correlated, asked, answered)
      select * from unnest(?::timestamptz[], ?::bigint[], ?::bigint[], ?::bigint[], ?::bigint[]) as u (hour)
      order by u.hour
      on conflict (hour) do update set told = h.told + excluded.told,
        correlated = h.correlated + excluded.correlated, asked = h.asked + excluded.asked,
        answered = h.answered + excluded.answered
      """;

  private static final String SUM =
      """
      select coalesce(sum(told), 0)::bigint, coalesce(sum(correlated), 0)::bigint,
        coalesce(sum(asked), 0)::bigint, coalesce(sum(answered), 0)::bigint
      from correlation_hour where hour >= ? and hour < ?
      """;

  /** Adds in one statement. */
  public void add(Connection connection, SortedMap<Instant, Delta> hours) throws SQLException {
    if (hours.isEmpty()) {
      return;
    }
    try (PreparedStatement add = connection.prepareStatement(ADD)) {
      array(connection, add, 1, "timestamptz", hours.keySet().stream().map(Object::toString));
      array(connection, add, 2, "bigint", hours.values().stream().map(Delta::told));
      array(connection, add, 3, "bigint", hours.values().stream().map(Delta::correlated));
      array(connection, add, 4, "bigint", hours.values().stream().map(Delta::asked));
      array(connection, add, 5, "bigint", hours.values().stream().map(Delta::answered));
      add.executeUpdate();
    }
  }

  private static void array(
      Connection connection,
      PreparedStatement statement,
      int index,
      String type,
      java.util.stream.Stream<?> values)
      throws SQLException {
    statement.setArray(index, connection.createArrayOf(type, values.toArray()));
  }

  /** Of the hours that begin in [since, until). */
  public Delta sum(Connection connection, Instant since, Instant until) throws SQLException {
    try (PreparedStatement select = connection.prepareStatement(SUM)) {
      select.setObject(1, since.atOffset(java.time.ZoneOffset.UTC));
      select.setObject(2, until.atOffset(java.time.ZoneOffset.UTC));
      try (ResultSet row = select.executeQuery()) {
        row.next();
        return new Delta(row.getLong(1), row.getLong(2), row.getLong(3), row.getLong(4));
      }
    }
  }

  /** Evaluations whose target has not come (yet). */
  public long held(Connection connection) throws SQLException {
    try (PreparedStatement select =
            connection.prepareStatement(
                "select count(*) from evaluation where check_at is not null and standing = 'held'");
        ResultSet row = select.executeQuery()) {
      row.next();
      return row.getLong(1);
    }
  }

  /**
   * Opens an alarm.
   *
   * @return whether none of its kind was open
   */
  public boolean raise(Connection connection, String kind, long n, double rate)
      throws SQLException {
    try (PreparedStatement insert =
        connection.prepareStatement(
            "insert into correlation_alarm (kind, n, rate) values (?, ?, ?) on conflict do nothing")) {
      insert.setString(1, kind);
      insert.setLong(2, n);
      insert.setDouble(3, rate);
      return insert.executeUpdate() > 0;
    }
  }

  /** Ends the open alarm of a kind; whether there was one. */
  public boolean end(Connection connection, String kind) throws SQLException {
    try (PreparedStatement update =
        connection.prepareStatement(
            "update correlation_alarm set ended_at = now() where kind = ? and ended_at is null")) {
      update.setString(1, kind);
      return update.executeUpdate() > 0;
    }
  }

  /** Since when alarms are open, by kind. */
  public Map<String, Instant> open(Connection connection) throws SQLException {
    Map<String, Instant> open = new java.util.TreeMap<>();
    try (PreparedStatement select =
            connection.prepareStatement(
                "select kind, raised_at from correlation_alarm where ended_at is null");
        ResultSet row = select.executeQuery()) {
      while (row.next()) {
        open.put(row.getString(1), row.getObject(2, java.time.OffsetDateTime.class).toInstant());
      }
    }
    return open;
  }
}
