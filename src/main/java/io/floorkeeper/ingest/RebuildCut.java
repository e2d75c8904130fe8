package io.floorkeeper.ingest;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import org.apache.kafka.common.TopicPartition;

/**
 * One moment of the live tables: where the streams stood, what their records were judged by, and
 * what they came to. While the service goes on, a rebuild is measured by that moment.
 *
 * @param generations by number, in the order in which records were judged
 * @param unprocessable records that could not be applied at all, as {@code topic-partition-offset}
 * @param foreign records read from topics that are not there any more under their id
 */
record RebuildCut(
    TreeMap<Integer, Generation> generations,
    Set<String> unprocessable,
    long unrecorded,
    long foreign) {

  /** Facts that are read again and never worked out again. */
  private static final List<String> RECORDED =
      List.of("tenant", "role", "arm", "context_bucket", "policy_version");

  /**
   * A stretch of records of one partition.
   *
   * @param end exclusive
   */
  record Segment(TopicPartition partition, long begin, long end) {}

  /** What was judged alike. */
  record Generation(int policyVersion, String catalogueDigest, List<Segment> segments) {}

  /**
   * Takes the moment that {@code connection}'s transaction sees.
   *
   * @param live the schema of the live tables
   * @param topics that are judged; others have no part in it
   */
  static RebuildCut take(
      Connection connection,
      String live,
      String clusterId,
      Collection<String> topics,
      java.util.Map<String, String> topicIds)
      throws SQLException {
    for (String table : RECORDED) {
      execute(
          connection,
          "insert into "
              + RebuildSchema.NAME
              + "."
              + table
              + (table.equals("role") ? " overriding system value" : "")
              + " select * from "
              + live
              + "."
              + table
              + " on conflict do nothing");
    }
    for (RebuildComparison.Compared compared : RebuildComparison.all(connection, live)) {
      execute(
          connection,
          "create table "
              + RebuildSchema.NAME
              + "."
              + compared.liveTable()
              + " as "
              + compared.query());
    }
    TreeMap<Integer, Generation> generations = generations(connection);
    long[] left = {0, 0};
    segments(connection, clusterId, topics, topicIds, generations, left);
    return new RebuildCut(generations, unprocessable(connection), left[0], left[1]);
  }

  private static TreeMap<Integer, Generation> generations(Connection connection)
      throws SQLException {
    TreeMap<Integer, Generation> generations = new TreeMap<>();
    try (Statement statement = connection.createStatement();
        ResultSet row =
            statement.executeQuery(
                "select generation, policy_version, catalogue_digest from judging")) {
      while (row.next()) {
        generations.put(
            row.getInt(1), new Generation(row.getInt(2), row.getString(3), new ArrayList<>()));
      }
    }
    return generations;
  }

  /** What comes before the first recorded generation of its partition is taken for that one's. */
  private static void segments(
      Connection connection,
      String clusterId,
      Collection<String> topics,
      java.util.Map<String, String> topicIds,
      TreeMap<Integer, Generation> generations,
      long[] left)
      throws SQLException {
    try (PreparedStatement select =
        connection.prepareStatement(
            """
            select p.cluster_id, p.topic_id, p.topic, p.partition, p.next_offset, j.generation, j.from_offset,
              lead(j.from_offset, 1, p.next_offset) over w as end_offset, row_number() over w as place
            from stream_position p left join judged_from j using (cluster_id, topic_id, partition)
            where p.topic = any (?)
            window w as (partition by p.cluster_id, p.topic_id, p.partition order by j.generation)
            """)) {
      select.setArray(1, connection.createArrayOf("text", topics.toArray()));
      try (ResultSet row = select.executeQuery()) {
        while (row.next()) {
          String topic = row.getString("topic");
          int generation = row.getInt("generation");
          boolean first = row.getInt("place") == 1;
          if (!row.getString("cluster_id").equals(clusterId)
              || !row.getString("topic_id").equals(topicIds.get(topic))) {
            left[1] += first ? row.getLong("next_offset") : 0;
            continue;
          }
          long from = generation == 0 ? row.getLong("next_offset") : row.getLong("from_offset");
          if (first) {
            left[0] += from;
          }
          Integer takenFor =
              generation != 0
                  ? Integer.valueOf(generation)
                  : generations.isEmpty() ? null : generations.firstKey();
          if (takenFor != null) {
            generations
                .get(takenFor)
                .segments()
                .add(
                    new Segment(
                        new TopicPartition(topic, row.getInt("partition")),
                        first ? 0 : from,
                        generation == 0 ? row.getLong("next_offset") : row.getLong("end_offset")));
          }
        }
      }
    }
  }

  private static Set<String> unprocessable(Connection connection) throws SQLException {
    Set<String> unprocessable = new HashSet<>();
    try (Statement statement = connection.createStatement();
        ResultSet row =
            statement.executeQuery(
                "select topic || '-' || partition || '-' || record_offset from dead_letter"
                    + " where item = 0 and code = '"
                    + DeadLetter.UNPROCESSABLE
                    + "'")) {
      while (row.next()) {
        unprocessable.add(row.getString(1));
      }
    }
    return unprocessable;
  }

  private static void execute(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }
}
