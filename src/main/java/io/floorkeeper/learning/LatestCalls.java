package io.floorkeeper.learning;

import jakarta.enterprise.context.ApplicationScoped;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;

/**
 * Which call of an episode is its latest, by the calls themselves. Only asked where the latest was
 * taken back and others are left: no index knows it, so it reads the days since the decision.
 */
@ApplicationScoped
class LatestCalls {

  /** A call's place in its episode, and whether it failed. */
  record Latest(byte[] rank, boolean error) {}

  /**
   * @param firstPass whether only calls of the first rung are looked at
   * @return null where there is none
   */
  Latest of(Connection connection, Episode episode, boolean firstPass) throws SQLException {
    try (PreparedStatement select =
        connection.prepareStatement(
            """
            select get_byte(decision_id, 2) & 15 as rung, started_at, span_id, error from call
            where day >= ? and followed and not twin and substring(decision_id from 4 for 33) = ?
              and (get_byte(decision_id, 2) & 15 = 0 or not ?)
            order by 1 desc, started_at desc, span_id desc limit 1
            """)) {
      select.setObject(1, LocalDate.ofInstant(episode.decidedAt(), ZoneOffset.UTC).minusDays(1));
      select.setBytes(2, episode.root());
      select.setBoolean(3, firstPass);
      try (ResultSet row = select.executeQuery()) {
        return row.next()
            ? new Latest(
                EpisodeCall.rank(
                    row.getInt(1),
                    row.getObject(2, OffsetDateTime.class).toInstant(),
                    row.getBytes(3)),
                row.getBoolean(4))
            : null;
      }
    }
  }
}
