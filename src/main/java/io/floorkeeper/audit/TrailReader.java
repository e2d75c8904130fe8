package io.floorkeeper.audit;

import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import io.floorkeeper.platform.AuditTrail;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.UUID;

/** The trail as it stands: operator events and heads of chains, newest first. Verifies nothing. */
final class TrailReader {
  private static final int MOST_HEADS = 100;

  /** An event with its place. */
  @JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
  public record Event(
      long position,
      Instant at,
      String kind,
      String actor,
      String subject,
      String detail,
      String hash) {}

  /** The newest anchor of a chain. */
  @JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
  public record Head(
      UUID chain, int replica, long position, String hash, long answered, Instant anchoredAt) {}

  /**
   * A page of the trail.
   *
   * @param next the {@code before} of the next page; null: this is the last
   * @param chains the heads anchored last in the period, 100 at most
   */
  @JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
  public record Page(List<Event> events, Long next, List<Head> chains) {}

  private TrailReader() {}

  /**
   * @param kind a kind or the words before its dot; null: any
   * @param before the position that the page lies before
   */
  static Page read(
      Connection connection, Period period, String kind, String actor, long before, int most)
      throws SQLException {
    List<Event> events = new ArrayList<>();
    try (PreparedStatement select =
        connection.prepareStatement(
            """
            select position, hash, at, kind, actor, subject, detail from audit_event
            where position < ? and at >= ? and at < ?
              and (?::text is null or kind = ? or starts_with(kind, ? || '.'))
              and (?::text is null or actor = ?)
            order by position desc limit ?
            """)) {
      select.setLong(1, before);
      select.setObject(2, Period.from(period.from()));
      select.setObject(3, Period.to(period.to()));
      select.setString(4, kind);
      select.setString(5, kind);
      select.setString(6, kind);
      select.setString(7, actor);
      select.setString(8, actor);
      select.setInt(9, most + 1);
      try (ResultSet row = select.executeQuery()) {
        while (row.next()) {
          AuditTrail.Event event = EventVerifier.event(row);
          events.add(
              new Event(
                  row.getLong(1),
                  event.at(),
                  event.kind(),
                  event.actor(),
                  event.subject(),
                  event.detail(),
                  HexFormat.of().formatHex(row.getBytes(2))));
        }
      }
    }
    Long next = null;
    if (events.size() > most) {
      events.remove(most);
      next = events.get(most - 1).position();
    }
    return new Page(events, next, heads(connection, period));
  }

  private static List<Head> heads(Connection connection, Period period) throws SQLException {
    List<Head> heads = new ArrayList<>();
    try (PreparedStatement select =
        connection.prepareStatement(
            """
            select * from (
              select distinct on (chain) chain, replica, position, hash, answered, anchored_at
              from audit_anchor where head_at >= ? and head_at < ? and chain <> ?
              order by chain, anchor_no desc) newest
            order by anchored_at desc limit ?
            """)) {
      select.setObject(1, Period.from(period.from()));
      select.setObject(2, Period.to(period.to()));
      select.setObject(3, ChainSpans.UNCHAINED);
      select.setInt(4, MOST_HEADS);
      try (ResultSet row = select.executeQuery()) {
        while (row.next()) {
          heads.add(
              new Head(
                  row.getObject(1, UUID.class),
                  row.getInt(2),
                  row.getLong(3),
                  HexFormat.of().formatHex(row.getBytes(4)),
                  row.getLong(5),
                  row.getObject(6, OffsetDateTime.class).toInstant()));
        }
      }
    }
    return heads;
  }
}
