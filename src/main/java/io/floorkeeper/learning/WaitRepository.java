package io.floorkeeper.learning;

import io.floorkeeper.ledger.DecisionId;
import io.floorkeeper.platform.ArrayColumns;
import jakarta.enterprise.context.ApplicationScoped;
import java.nio.ByteBuffer;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** How far reward waits have ended, and that they have. */
@ApplicationScoped
class WaitRepository {

  private static final String WALK =
      """
      select root, decided_at from episode
      where role_no = ? and (decided_at, root) > (?, ?) and decided_at <= ?
        and flags & ? <> 0 and label_rank is null and credit_v_micros is null and default_q_micros is null
      order by decided_at, root limit ?
      """;

  /**
   * The next episodes of a role without a label, and moves its mark behind them. The mark is
   * locked: of several replicas one walks at a time.
   */
  List<ByteBuffer> walk(Connection connection, int roleNo, Instant until, int most)
      throws SQLException {
    List<ByteBuffer> due = new ArrayList<>();
    OffsetDateTime from;
    byte[] fromRoot;
    try (PreparedStatement open =
        connection.prepareStatement(
            "insert into reward_watermark (role_no, decided_at, root)"
                + " values (?, timestamptz 'epoch', ''::bytea) on conflict do nothing")) {
      open.setInt(1, roleNo);
      open.executeUpdate();
    }
    try (PreparedStatement lock =
        connection.prepareStatement(
            "select decided_at, root from reward_watermark where role_no = ? for update")) {
      lock.setInt(1, roleNo);
      try (ResultSet row = lock.executeQuery()) {
        row.next();
        from = row.getObject(1, OffsetDateTime.class);
        fromRoot = row.getBytes(2);
      }
    }
    OffsetDateTime end = until.atOffset(ZoneOffset.UTC);
    if (!from.isBefore(end)) {
      return due;
    }
    OffsetDateTime last = end;
    byte[] lastRoot = new byte[DecisionId.ROOT_BYTES];
    Arrays.fill(lastRoot, (byte) 0xff);
    try (PreparedStatement select = connection.prepareStatement(WALK)) {
      select.setInt(1, roleNo);
      select.setObject(2, from);
      select.setBytes(3, fromRoot);
      select.setObject(4, end);
      select.setInt(5, DecisionId.BASE_LABEL | DecisionId.BOOSTED_LABEL);
      select.setInt(6, most);
      try (ResultSet row = select.executeQuery()) {
        while (row.next()) {
          due.add(ByteBuffer.wrap(row.getBytes(1)));
          if (due.size() == most) {
            last = row.getObject(2, OffsetDateTime.class);
            lastRoot = row.getBytes(1);
          }
        }
      }
    }
    try (PreparedStatement move =
        connection.prepareStatement(
            "update reward_watermark set decided_at = ?, root = ? where role_no = ?")) {
      move.setObject(1, last);
      move.setBytes(2, lastRoot);
      move.setInt(3, roleNo);
      move.executeUpdate();
    }
    return due;
  }

  void noteLate(Connection connection, List<Episode> episodes) throws SQLException {
    if (episodes.isEmpty()) {
      return;
    }
    try (PreparedStatement insert =
        connection.prepareStatement(
            "insert into late_episode (root, role_no)"
                + " select * from unnest(?::bytea[], ?::integer[]) as u (root, role_no)"
                + " order by u.root on conflict do nothing")) {
      new ArrayColumns<Episode>(insert, episodes)
          .bytes(Episode::root)
          .ints(e -> e.startKey().roleNo());
      insert.executeUpdate();
    }
  }

  /** Late episodes of a role, which are noted no longer. */
  List<ByteBuffer> takeLate(Connection connection, int roleNo, int most) throws SQLException {
    List<ByteBuffer> late = new ArrayList<>();
    try (PreparedStatement delete =
        connection.prepareStatement(
            "delete from late_episode where root in (select root from late_episode"
                + " where role_no = ? order by root limit ? for update skip locked)"
                + " returning root")) {
      delete.setInt(1, roleNo);
      delete.setInt(2, most);
      try (ResultSet row = delete.executeQuery()) {
        while (row.next()) {
          late.add(ByteBuffer.wrap(row.getBytes(1)));
        }
      }
    }
    return late;
  }

  /** Records that the waits of these episodes are over, and what they are taken for. */
  void record(Connection connection, List<Episode> episodes) throws SQLException {
    if (episodes.isEmpty()) {
      return;
    }
    try (PreparedStatement insert =
        connection.prepareStatement(
            "insert into expired_wait (root, role_no, q_micros)"
                + " select * from unnest(?::bytea[], ?::integer[], ?::integer[])"
                + " as u (root, role_no, q_micros) order by u.root")) {
      new ArrayColumns<Episode>(insert, episodes)
          .bytes(Episode::root)
          .ints(e -> e.startKey().roleNo())
          .ints(e -> e.defaultMicros().getAsInt());
      insert.executeUpdate();
    }
  }
}
