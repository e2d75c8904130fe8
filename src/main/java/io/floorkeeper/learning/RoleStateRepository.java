package io.floorkeeper.learning;

import io.floorkeeper.posterior.PosteriorBook;
import jakarta.enterprise.context.ApplicationScoped;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;

/** How many calls a role has seen, its epoch, and the opening of its evidence blocks. */
@ApplicationScoped
class RoleStateRepository {
  /** Calls of the role per block: an eighth of the default half-life. */
  static final int BLOCK_CALLS = 693;

  /** A notification may carry 8,000 bytes. */
  private static final int MOST_PAYLOAD = 7_900;

  /** What one transaction brings to a role. */
  record Delta(long calls, long labels) {
    Delta plus(Delta other) {
      return new Delta(calls + other.calls, labels + other.labels);
    }
  }

  /**
   * Makes whoever learns of these roles wait until the transaction ends, in the order of their
   * numbers.
   */
  void lock(Connection connection, Collection<Integer> roleNos) throws SQLException {
    Object[] sorted = roleNos.stream().sorted().toArray();
    try (PreparedStatement open =
        connection.prepareStatement(
            "insert into role_state (role_no, calls, epoch, block)"
                + " select unnest(?::integer[]), 0, 0, 0 on conflict do nothing")) {
      open.setArray(1, connection.createArrayOf("integer", sorted));
      open.executeUpdate();
    }
    try (PreparedStatement lock =
        connection.prepareStatement(
            "select role_no from role_state where role_no = any (?) order by role_no for update")) {
      lock.setArray(1, connection.createArrayOf("integer", sorted));
      lock.executeQuery().close();
    }
  }

  private static final String ADVANCE =
      """
      insert into role_state as s (role_no, calls, epoch, block) values (?, ?, 1, 0)
      on conflict (role_no) do update set calls = s.calls + excluded.calls, epoch = s.epoch + 1
      returning calls, block
      """;

  /**
   * Moves counts and epochs on, opens blocks that are due, and tells every replica on commit. Roles
   * are locked in the order of their numbers.
   *
   * @param resets arms that drifted: each role that has one opens a block of its own for it
   */
  void advance(
      Connection connection, SortedMap<Integer, Delta> deltas, List<DriftWatch.Reset> resets)
      throws SQLException {
    for (Map.Entry<Integer, Delta> entry : deltas.entrySet()) {
      int roleNo = entry.getKey();
      try (PreparedStatement advance = connection.prepareStatement(ADVANCE)) {
        advance.setInt(1, roleNo);
        advance.setLong(2, entry.getValue().calls());
        try (ResultSet row = advance.executeQuery()) {
          row.next();
          long calls = row.getLong(1);
          int block = openBlocks(connection, roleNo, calls, row.getInt(2));
          List<DriftWatch.Reset> ofRole =
              resets.stream().filter(r -> r.arm().roleNo() == roleNo).toList();
          if (!ofRole.isEmpty()) {
            open(connection, roleNo, block + 1, calls, "reset");
            record(connection, ofRole, block + 1);
          }
        }
      }
    }
    try (PreparedStatement notify =
        connection.prepareStatement("select pg_notify('" + PosteriorBook.CHANNEL + "', ?)")) {
      StringBuilder payload = new StringBuilder();
      for (Map.Entry<Integer, Delta> entry : deltas.entrySet()) {
        payload.append(entry.getKey()).append(':').append(entry.getValue().labels()).append(' ');
        if (payload.length() > MOST_PAYLOAD || entry.getKey().equals(deltas.lastKey())) {
          notify.setString(1, payload.toString());
          notify.execute();
          payload.setLength(0);
        }
      }
    }
  }

  /** The number of the block that is open afterwards. */
  private static int openBlocks(Connection connection, int roleNo, long calls, int block)
      throws SQLException {
    if (calls > 0 && block == 0) {
      record(connection, roleNo, 0, 0, "first");
    }
    if (calls - openedAt(connection, roleNo, block) < BLOCK_CALLS) {
      return block;
    }
    open(connection, roleNo, block + 1, calls, "full");
    return block + 1;
  }

  private static void open(
      Connection connection, int roleNo, int block, long openedAtCalls, String cause)
      throws SQLException {
    record(connection, roleNo, block, openedAtCalls, cause);
    try (PreparedStatement move =
        connection.prepareStatement("update role_state set block = ? where role_no = ?")) {
      move.setInt(1, block);
      move.setInt(2, roleNo);
      move.executeUpdate();
    }
  }

  private static void record(Connection connection, List<DriftWatch.Reset> resets, int block)
      throws SQLException {
    try (PreparedStatement insert =
        connection.prepareStatement(
            "insert into arm_reset (role_no, bucket, arm_no, block, direction)"
                + " values (?, ?, ?, ?, ?)")) {
      for (DriftWatch.Reset reset : resets) {
        insert.setInt(1, reset.arm().roleNo());
        insert.setInt(2, reset.arm().bucket());
        insert.setInt(3, reset.arm().armNo());
        insert.setInt(4, block);
        insert.setString(5, reset.direction().name().toLowerCase(Locale.ROOT));
        insert.addBatch();
      }
      insert.executeBatch();
    }
  }

  private static long openedAt(Connection connection, int roleNo, int block) throws SQLException {
    try (PreparedStatement select =
        connection.prepareStatement(
            "select opened_at_calls from evidence_block where role_no = ? and block = ?")) {
      select.setInt(1, roleNo);
      select.setInt(2, block);
      try (ResultSet row = select.executeQuery()) {
        row.next();
        return row.getLong(1);
      }
    }
  }

  private static void record(
      Connection connection, int roleNo, int block, long openedAtCalls, String cause)
      throws SQLException {
    try (PreparedStatement open =
        connection.prepareStatement(
            "insert into evidence_block (role_no, block, opened_at_calls, cause)"
                + " values (?, ?, ?, ?) on conflict do nothing")) {
      open.setInt(1, roleNo);
      open.setInt(2, block);
      open.setLong(3, openedAtCalls);
      open.setString(4, cause);
      open.executeUpdate();
    }
  }
}
