package io.floorkeeper.learning;

import jakarta.enterprise.context.ApplicationScoped;
import java.nio.ByteBuffer;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The labels of calls of higher rungs: few beside all calls. Written under their episode's lock.
 */
@ApplicationScoped
class ClimbedCallRepository {

  /** Writes the climbed among these calls, with the labels that they carry. */
  void insert(Connection connection, List<JudgedCall> calls) throws SQLException {
    List<JudgedCall> climbed = calls.stream().filter(c -> c.rung().isPresent()).toList();
    if (climbed.isEmpty()) {
      return;
    }
    try (PreparedStatement insert =
        connection.prepareStatement(
            "insert into climbed_call (root, rank, arm_no, failed, label_v_micros, label_q_micros)"
                + " values (?, ?, ?, ?, ?, ?) on conflict do nothing")) {
      for (JudgedCall call : climbed) {
        insert.setBytes(1, call.decision().root());
        insert.setBytes(2, call.ofEpisode().rank());
        insert.setInt(3, call.ranOn());
        insert.setBoolean(4, call.failureCounts());
        labels(insert, 5, call.label());
        insert.addBatch();
      }
      insert.executeBatch();
    }
  }

  /** Those of these episodes, by root. */
  Map<ByteBuffer, List<ClimbedCall>> read(Connection connection, Collection<byte[]> roots)
      throws SQLException {
    Map<ByteBuffer, List<ClimbedCall>> found = new HashMap<>();
    try (PreparedStatement select =
        connection.prepareStatement("select * from climbed_call where root = any (?)")) {
      select.setArray(1, connection.createArrayOf("bytea", roots.toArray(byte[][]::new)));
      try (ResultSet row = select.executeQuery()) {
        while (row.next()) {
          ClimbedCall call = call(row);
          found.computeIfAbsent(call.root(), r -> new ArrayList<>()).add(call);
        }
      }
    }
    return found;
  }

  /** Removes one, and tells what it was. */
  Optional<ClimbedCall> remove(Connection connection, ByteBuffer root, byte[] rank)
      throws SQLException {
    try (PreparedStatement delete =
        connection.prepareStatement(
            "delete from climbed_call where root = ? and rank = ? returning *")) {
      delete.setBytes(1, root.array());
      delete.setBytes(2, rank);
      try (ResultSet row = delete.executeQuery()) {
        return row.next() ? Optional.of(call(row)) : Optional.empty();
      }
    }
  }

  /** Writes other labels. */
  void update(Connection connection, List<ClimbedCall> calls) throws SQLException {
    if (calls.isEmpty()) {
      return;
    }
    try (PreparedStatement update =
        connection.prepareStatement(
            "update climbed_call set label_v_micros = ?, label_q_micros = ?"
                + " where root = ? and rank = ?")) {
      for (ClimbedCall call : calls) {
        labels(update, 1, call.label());
        update.setBytes(3, call.root().array());
        update.setBytes(4, call.rank());
        update.addBatch();
      }
      update.executeBatch();
    }
  }

  private static ClimbedCall call(ResultSet row) throws SQLException {
    Long weightMicros = row.getObject("label_v_micros", Long.class);
    return new ClimbedCall(
        ByteBuffer.wrap(row.getBytes("root")),
        row.getBytes("rank"),
        row.getInt("arm_no"),
        row.getBoolean("failed"),
        weightMicros == null
            ? Optional.empty()
            : Optional.of(new Label(weightMicros, row.getInt("label_q_micros"))));
  }

  private static void labels(PreparedStatement statement, int from, Optional<Label> label)
      throws SQLException {
    statement.setObject(from, label.map(Label::weightMicros).orElse(null), Types.BIGINT);
    statement.setObject(from + 1, label.map(Label::qualityMicros).orElse(null), Types.INTEGER);
  }
}
