package io.floorkeeper.learning;

import io.floorkeeper.posterior.AlarmRepository;
import io.floorkeeper.posterior.PosteriorBook;
import jakarta.enterprise.context.ApplicationScoped;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.SortedMap;

/** How many calls a role has seen, its epoch, and the opening of its evidence blocks. */
@ApplicationScoped
class RoleStateRepository {
  /** Calls of the role per block: an eighth of the default half-life. */
  static final int BLOCK_CALLS = 693;

  /** A notification may carry 8,000 bytes. */
  private static final int MOST_PAYLOAD = 7_900;

  private final AlarmRepository alarmed;

  RoleStateRepository(AlarmRepository alarmed) {
    this.alarmed = alarmed;
  }

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

  /** The floor that a block is opened with; empty: the role has none. */
  @FunctionalInterface
  interface FloorOf {
    /**
     * @param block 0: the role's first, which is opened before anything is known
     */
    OptionalDouble block(int roleNo, int block) throws SQLException;
  }

  /** A block and the floor that decisions of it are held to. */
  record BlockKey(int roleNo, int block) {}

  /** The recorded floors of these blocks; blocks without one are left out. */
  Map<BlockKey, Double> floors(Connection connection, Collection<BlockKey> blocks)
      throws SQLException {
    Map<BlockKey, Double> floors = new HashMap<>();
    List<BlockKey> keys = List.copyOf(blocks);
    try (PreparedStatement select =
        connection.prepareStatement(
            "select b.role_no, b.block, b.floor_micros from evidence_block b"
                + " join unnest(?::integer[], ?::integer[]) as w (role_no, block)"
                + " using (role_no, block) where b.floor_micros is not null")) {
      select.setArray(
          1, connection.createArrayOf("integer", keys.stream().map(BlockKey::roleNo).toArray()));
      select.setArray(
          2, connection.createArrayOf("integer", keys.stream().map(BlockKey::block).toArray()));
      try (ResultSet row = select.executeQuery()) {
        while (row.next()) {
          floors.put(new BlockKey(row.getInt(1), row.getInt(2)), row.getInt(3) / 1e6);
        }
      }
    }
    return floors;
  }

  private static final String ADVANCE =
      """
      insert into role_state as s (role_no, calls, epoch, block) values (?, ?, 1, 0)
      on conflict (role_no) do update set calls = s.calls + excluded.calls, epoch = s.epoch + 1
      returning calls, block
      """;

  /**
   * Moves counts and epochs on, opens blocks that are due, records alarms, and tells every replica
   * on commit. Roles are locked in the order of their numbers.
   *
   * @param alarms by role: one that concerns an arm opens a block of its own
   * @param floors of blocks that are opened; asked when the evidence of this batch is written
   */
  void advance(
      Connection connection,
      SortedMap<Integer, Delta> deltas,
      Map<Integer, List<RoleWatch.Alarm>> alarms,
      FloorOf floors)
      throws SQLException {
    for (Map.Entry<Integer, Delta> entry : deltas.entrySet()) {
      int roleNo = entry.getKey();
      try (PreparedStatement advance = connection.prepareStatement(ADVANCE)) {
        advance.setInt(1, roleNo);
        advance.setLong(2, entry.getValue().calls());
        try (ResultSet row = advance.executeQuery()) {
          row.next();
          long calls = row.getLong(1);
          int block = openBlocks(connection, roleNo, calls, row.getInt(2), floors);
          List<RoleWatch.Alarm> ofRole = alarms.getOrDefault(roleNo, List.of());
          if (ofRole.stream().anyMatch(RoleWatch.Alarm::concernsArm)) {
            block++;
            for (RoleWatch.Alarm alarm : ofRole) {
              if (alarm.concernsArm()) {
                alarmed.change(connection, change(roleNo, block, alarm));
              }
            }
            open(connection, roleNo, block, calls, "alarm", floors);
          }
          for (RoleWatch.Alarm alarm : ofRole) {
            alarmed.raise(
                connection,
                roleNo,
                alarm.armNo(),
                alarm.cause().toString(),
                alarm.bound(),
                block,
                calls);
          }
        }
      }
    }
    tell(connection, deltas);
  }

  private static AlarmRepository.Change change(int roleNo, int block, RoleWatch.Alarm alarm) {
    return new AlarmRepository.Change(
        roleNo,
        alarm.armNo(),
        block,
        alarm.cause() != RoleWatch.Cause.FLOOR,
        alarm.cause() != RoleWatch.Cause.DRIFT_UP,
        alarm.cause().toString());
  }

  private static void tell(Connection connection, SortedMap<Integer, Delta> deltas)
      throws SQLException {
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
  private static int openBlocks(
      Connection connection, int roleNo, long calls, int block, FloorOf floors)
      throws SQLException {
    if (calls > 0 && block == 0) {
      record(connection, roleNo, 0, 0, "first", floors);
    }
    if (calls - openedAt(connection, roleNo, block) < BLOCK_CALLS) {
      return block;
    }
    open(connection, roleNo, block + 1, calls, "full", floors);
    return block + 1;
  }

  private static void open(
      Connection connection,
      int roleNo,
      int block,
      long openedAtCalls,
      String cause,
      FloorOf floors)
      throws SQLException {
    record(connection, roleNo, block, openedAtCalls, cause, floors);
    try (PreparedStatement move =
        connection.prepareStatement("update role_state set block = ? where role_no = ?")) {
      move.setInt(1, block);
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
      Connection connection,
      int roleNo,
      int block,
      long openedAtCalls,
      String cause,
      FloorOf floors)
      throws SQLException {
    try (PreparedStatement open =
        connection.prepareStatement(
            "insert into evidence_block (role_no, block, opened_at_calls, cause)"
                + " values (?, ?, ?, ?) on conflict do nothing")) {
      open.setInt(1, roleNo);
      open.setInt(2, block);
      open.setLong(3, openedAtCalls);
      open.setString(4, cause);
      if (open.executeUpdate() == 0) {
        return;
      }
    }
    // The block must stand before its floor is asked for: evidence is read with its block.
    OptionalDouble floor = floors.block(roleNo, block);
    if (floor.isPresent()) {
      try (PreparedStatement settle =
          connection.prepareStatement(
              "update evidence_block set floor_micros = ? where role_no = ? and block = ?")) {
        settle.setInt(1, micros(floor.getAsDouble()));
        settle.setInt(2, roleNo);
        settle.setInt(3, block);
        settle.executeUpdate();
      }
    }
  }

  private static int micros(double floor) {
    return (int) Math.max(1, Math.min(999_999, Math.round(floor * 1e6)));
  }
}
