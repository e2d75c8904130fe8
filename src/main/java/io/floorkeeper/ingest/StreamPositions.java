package io.floorkeeper.ingest;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.OptionalLong;

/**
 * Where the streams stand, in Postgres: never taken from Kafka's committed offsets, so that records
 * and what they did cannot come apart.
 */
final class StreamPositions {

  /** One partition of one topic of one cluster; the ids tell a recreated topic from the old one. */
  record Key(String clusterId, String topicId, String topic, int partition) {}

  /** Somebody else moved this partition: this process no longer owns it. */
  static final class FencedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    FencedException(Key key) {
      super(
          "the position of "
              + key.topic()
              + "-"
              + key.partition()
              + " was moved by another replica");
    }
  }

  private StreamPositions() {}

  /** The next offset to be read, or empty where the partition was never read. */
  static OptionalLong read(Connection connection, Key key) throws SQLException {
    try (PreparedStatement select =
        connection.prepareStatement(
            "select next_offset from stream_position"
                + " where cluster_id = ? and topic_id = ? and partition = ?")) {
      select.setString(1, key.clusterId);
      select.setString(2, key.topicId);
      select.setInt(3, key.partition);
      try (ResultSet row = select.executeQuery()) {
        return row.next() ? OptionalLong.of(row.getLong(1)) : OptionalLong.empty();
      }
    }
  }

  /**
   * Whether a topic of this name was read under another id and never under this one: it has been
   * recreated since. Once a record of the new one was read, that is settled.
   */
  static boolean readUnderAnotherId(Connection connection, Key key) throws SQLException {
    try (PreparedStatement select =
        connection.prepareStatement(
            "select 1 from stream_position where cluster_id = ? and topic = ?"
                + " group by topic having bool_and(topic_id <> ?)")) {
      select.setString(1, key.clusterId);
      select.setString(2, key.topic);
      select.setString(3, key.topicId);
      try (ResultSet row = select.executeQuery()) {
        return row.next();
      }
    }
  }

  /**
   * Compare and set: moves the position from what this process believes to {@code next}.
   *
   * @param expected empty: the partition was never read
   * @throws FencedException where it stands elsewhere
   */
  static void move(Connection connection, Key key, OptionalLong expected, long next)
      throws SQLException {
    String sql =
        expected.isPresent()
            ? "update stream_position set next_offset = ?, moved_at = now()"
                + " where cluster_id = ? and topic_id = ? and partition = ? and next_offset = ?"
            : "insert into stream_position (next_offset, cluster_id, topic_id, partition, topic)"
                + " values (?, ?, ?, ?, ?) on conflict do nothing";
    try (PreparedStatement move = connection.prepareStatement(sql)) {
      move.setLong(1, next);
      move.setString(2, key.clusterId);
      move.setString(3, key.topicId);
      move.setInt(4, key.partition);
      if (expected.isPresent()) {
        move.setLong(5, expected.getAsLong());
      } else {
        move.setString(5, key.topic);
      }
      if (move.executeUpdate() == 0) {
        throw new FencedException(key);
      }
    }
  }
}
