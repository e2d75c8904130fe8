package io.floorkeeper.ingest;

import io.floorkeeper.policy.PolicyBook;
import io.floorkeeper.pricing.PriceBook;
import jakarta.enterprise.context.ApplicationScoped;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.TopicPartition;

/**
 * Says what a batch is judged by, and takes it down in the batch's transaction, so that the records
 * can be judged again and come to the same.
 *
 * <p>Time falls into generations: within one, every replica judges alike. A transaction holds the
 * lock of its generation, shared, until it ends; to begin the next one takes it alone. So whatever
 * was judged in a generation stands before anything of the next one is looked at, on whichever
 * replica and partition: of two copies of one span the same one is the first again.
 */
@ApplicationScoped
class JudgingDesk {
  private static final long GENERATION_LOCK = 0x666C6F6F7205L;

  private static final String ENTER =
      """
      insert into judged_from (cluster_id, topic_id, partition, generation, topic, from_offset)
      select ?, p.topic_id, p.partition, ?, p.topic, p.from_offset
      from unnest(?::text[], ?::integer[], ?::text[], ?::bigint[]) as p (topic_id, partition, topic, from_offset)
      order by p.topic_id, p.partition
      on conflict do nothing
      """;

  private final PolicyBook policies;
  private final PriceBook prices;

  JudgingDesk(PolicyBook policies, PriceBook prices) {
    this.policies = policies;
    this.prices = prices;
  }

  /** A generation as its row has it. */
  private record Generation(int number, int policyVersion, String catalogueDigest) {
    boolean is(Judging judging) {
      return policyVersion == judging.policy().version()
          && catalogueDigest.equals(judging.catalogue().digest());
    }
  }

  /** What the batch was judged by, where that is recorded; else what is in force here, recorded. */
  Judging judging(Connection connection, StreamBatch batch) throws SQLException {
    if (batch.recorded().isPresent()) {
      return batch.recorded().get();
    }
    Judging inForce = new Judging(policies.current(), prices.current());
    enter(connection, batch, generation(connection, inForce));
    return inForce;
  }

  private static int generation(Connection connection, Judging judging) throws SQLException {
    Optional<Generation> seen = newest(connection);
    if (seen.isPresent() && seen.get().is(judging)) {
      lock(connection, "pg_advisory_xact_lock_shared");
      seen = newest(connection);
      if (seen.isPresent() && seen.get().is(judging)) {
        return seen.get().number;
      }
    }
    // From shared to alone two may wait for each other: the database ends one, which tries again.
    lock(connection, "pg_advisory_xact_lock");
    seen = newest(connection);
    return seen.isPresent() && seen.get().is(judging)
        ? seen.get().number
        : begin(connection, judging);
  }

  private static void lock(Connection connection, String how) throws SQLException {
    try (PreparedStatement lock = connection.prepareStatement("select " + how + "(?)")) {
      lock.setLong(1, GENERATION_LOCK);
      lock.executeQuery().close();
    }
  }

  private static Optional<Generation> newest(Connection connection) throws SQLException {
    try (PreparedStatement select =
            connection.prepareStatement(
                "select generation, policy_version, catalogue_digest from judging"
                    + " order by generation desc limit 1");
        ResultSet row = select.executeQuery()) {
      return row.next()
          ? Optional.of(new Generation(row.getInt(1), row.getInt(2), row.getString(3)))
          : Optional.empty();
    }
  }

  private static int begin(Connection connection, Judging judging) throws SQLException {
    try (PreparedStatement insert =
        connection.prepareStatement(
            "insert into judging (policy_version, catalogue_digest) values (?, ?)"
                + " returning generation")) {
      insert.setInt(1, judging.policy().version());
      insert.setString(2, judging.catalogue().digest());
      try (ResultSet row = insert.executeQuery()) {
        row.next();
        return row.getInt(1);
      }
    }
  }

  private static void enter(Connection connection, StreamBatch batch, int generation)
      throws SQLException {
    Map<TopicPartition, Long> first = new HashMap<>();
    for (ConsumerRecord<byte[], byte[]> record : batch.records()) {
      first.merge(
          new TopicPartition(record.topic(), record.partition()), record.offset(), Math::min);
    }
    TopicPartition[] partitions = first.keySet().toArray(TopicPartition[]::new);
    try (PreparedStatement enter = connection.prepareStatement(ENTER)) {
      enter.setString(1, batch.clusterId());
      enter.setInt(2, generation);
      String[] topics = new String[partitions.length];
      String[] ids = new String[partitions.length];
      Integer[] numbers = new Integer[partitions.length];
      Long[] offsets = new Long[partitions.length];
      for (int i = 0; i < partitions.length; i++) {
        topics[i] = partitions[i].topic();
        ids[i] = batch.topicIds().get(topics[i]);
        numbers[i] = partitions[i].partition();
        offsets[i] = first.get(partitions[i]);
      }
      enter.setArray(3, connection.createArrayOf("text", ids));
      enter.setArray(4, connection.createArrayOf("integer", numbers));
      enter.setArray(5, connection.createArrayOf("text", topics));
      enter.setArray(6, connection.createArrayOf("bigint", offsets));
      enter.executeUpdate();
    }
  }
}
