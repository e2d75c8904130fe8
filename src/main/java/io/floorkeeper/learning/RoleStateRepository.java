package io.floorkeeper.learning;

import io.floorkeeper.posterior.PosteriorBook;
import jakarta.enterprise.context.ApplicationScoped;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
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

  private static final String ADVANCE =
      """
      insert into role_state as s (role_no, calls, epoch, block) values (?, ?, 1, 0)
      on conflict (role_no) do update set calls = s.calls + excluded.calls, epoch = s.epoch + 1
      returning calls, block
      """;

  /**
   * Moves counts and epochs on, opens blocks that are due, and tells every replica on commit. Roles
   * are locked in the order of their numbers.
   */
  void advance(Connection connection, SortedMap<Integer, Delta> deltas) throws SQLException {
    for (Map.Entry<Integer, Delta> entry : deltas.entrySet()) {
      int roleNo = entry.getKey();
      try (PreparedStatement advance = connection.prepareStatement(ADVANCE)) {
        advance.setInt(1, roleNo);
        advance.setLong(2, entry.getValue().calls());
        try (ResultSet row = advance.executeQuery()) {
          row.next();
          openBlocks(connection, roleNo, row.getLong(1), row.getInt(2));
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

  private static void openBlocks(Connection connection, int roleNo, long calls, int block)
      throws SQLException {
    if (calls > 0 && block == 0) {
      record(connection, roleNo, 0, 0, "first");
    }
    if (calls - openedAt(connection, roleNo, block) < BLOCK_CALLS) {
      return;
    }
    record(connection, roleNo, block + 1, calls, "full");
    try (PreparedStatement move =
        connection.prepareStatement("update role_state set block = ? where role_no = ?")) {
      move.setInt(1, block + 1);
      move.setInt(2, roleNo);
      move.executeUpdate();
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
