package io.floorkeeper.ingest;

import io.agroal.api.AgroalDataSource;
import io.floorkeeper.platform.Causes;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import org.apache.kafka.clients.consumer.Consumer;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.NoOffsetForPartitionException;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.jboss.logging.Logger;

/**
 * Where one stream believes it stands: the cluster and the topics that it reads, told apart by
 * their ids, and the next offset of each partition that it holds. Postgres has the last word: a
 * consumer is sent to what is stored there, and a batch moves that by compare and set. Used by the
 * stream's thread, and by the one that applies a batch only between two waits of the former.
 */
final class StreamCursor {
  private static final Logger LOG = Logger.getLogger(StreamCursor.class);

  /** Somebody has to look: reading on would lose or repeat records. */
  static final class MustStopException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    MustStopException(String message) {
      super(message);
    }

    /** Kafka wraps what its listeners throw. */
    static MustStopException in(Throwable thrown) {
      for (Throwable t = thrown; t != null; t = t.getCause()) {
        if (t instanceof MustStopException found) {
          return found;
        }
      }
      return null;
    }
  }

  private final List<String> topics;
  private final TopicDirectory directory;
  private final AgroalDataSource database;
  private final boolean acceptRecreatedTopics;

  /** Empty: the partition was never read. */
  private final Map<TopicPartition, OptionalLong> expected = new HashMap<>();

  /** Waits until no batch is under way. */
  private Runnable settle = () -> {};

  private MustStopException refusal;
  private String clusterId;
  private Map<String, String> topicIds = Map.of();

  /**
   * @param acceptRecreatedTopics whether a topic that was deleted and created again is read from
   *     its beginning; otherwise it stops the stream
   */
  StreamCursor(
      List<String> topics,
      TopicDirectory directory,
      AgroalDataSource database,
      boolean acceptRecreatedTopics) {
    this.topics = List.copyOf(topics);
    this.directory = directory;
    this.database = database;
    this.acceptRecreatedTopics = acceptRecreatedTopics;
  }

  /**
   * Looks the cluster and its topics up, and forgets the partitions of an earlier consumer.
   *
   * @throws KafkaException where the broker does not answer
   */
  void begin() {
    expected.clear();
    refusal = null;
    clusterId = directory.clusterId();
    topicIds = directory.ensure(topics);
  }

  StreamBatch batch(List<ConsumerRecord<byte[], byte[]>> records) {
    return new StreamBatch(clusterId, topicIds, records);
  }

  /**
   * Moves the stored positions past the batch, in the transaction of {@code connection}. What is
   * believed follows with {@link #moved}, once that is committed.
   *
   * @throws StreamPositions.FencedException where another replica has moved one
   */
  void move(Connection connection, StreamBatch batch) throws SQLException {
    Map<TopicPartition, Long> next = next(batch);
    // In one order for all replicas: two that both believe to hold a partition wait, and do not
    // stand in each other's way.
    List<TopicPartition> inOrder =
        next.keySet().stream()
            .sorted(
                Comparator.comparing(TopicPartition::topic)
                    .thenComparingInt(TopicPartition::partition))
            .toList();
    for (TopicPartition partition : inOrder) {
      StreamPositions.move(
          connection,
          key(partition),
          expected.getOrDefault(partition, OptionalLong.empty()),
          next.get(partition));
    }
  }

  /** The batch is committed. */
  void moved(StreamBatch batch) {
    next(batch).forEach((partition, offset) -> expected.put(partition, OptionalLong.of(offset)));
  }

  private static Map<TopicPartition, Long> next(StreamBatch batch) {
    Map<TopicPartition, Long> next = new HashMap<>();
    batch
        .records()
        .forEach(r -> next.put(new TopicPartition(r.topic(), r.partition()), r.offset() + 1));
    return next;
  }

  /**
   * Sends the consumer back: what is not committed of these records is fetched again.
   *
   * @param records in the order in which they were fetched
   */
  void rewind(
      Consumer<byte[], byte[]> consumer, Collection<ConsumerRecord<byte[], byte[]>> records) {
    Map<TopicPartition, Long> first = new HashMap<>();
    for (ConsumerRecord<byte[], byte[]> record : records) {
      first.putIfAbsent(new TopicPartition(record.topic(), record.partition()), record.offset());
    }
    Set<TopicPartition> held = consumer.assignment();
    first.forEach(
        (partition, offset) -> {
          if (held.contains(partition)) {
            consumer.seek(
                partition, expected.getOrDefault(partition, OptionalLong.empty()).orElse(offset));
          }
        });
  }

  /**
   * Whether a topic is not the one that positions are kept of: one that is recreated between two
   * heartbeats stays assigned without a word, and the old offset may be within its range. Asked
   * after the fetch, so that what is applied is of the topic that it is applied under.
   *
   * @return true: the consumer has to begin again
   * @throws MustStopException where that is not to be accepted
   */
  boolean isOfAnotherTopic(ConsumerRecords<byte[], byte[]> records, TopicDirectory.Ids ids) {
    Set<String> read = new HashSet<>();
    records.partitions().forEach(partition -> read.add(partition.topic()));
    return isRecreated(read, ids);
  }

  /**
   * Whether one of these partitions' topics is not the one that positions are kept of.
   *
   * @throws MustStopException where that is not to be accepted
   * @throws KafkaException where the broker does not answer
   */
  boolean isRecreated(Collection<TopicPartition> partitions) {
    Set<String> named = new HashSet<>();
    partitions.forEach(partition -> named.add(partition.topic()));
    try (TopicDirectory.Ids ids = directory.ids()) {
      return isRecreated(named, ids);
    }
  }

  private boolean isRecreated(Set<String> named, TopicDirectory.Ids ids) {
    for (String topic : named) {
      if (!ids.of(topic).equals(topicIds.get(topic))) {
        if (!acceptRecreatedTopics) {
          throw recreated(topic);
        }
        LOG.warnf("topic %s was deleted and created again", topic);
        return true;
      }
    }
    return false;
  }

  /**
   * Fetches what comes next.
   *
   * <p>The new group protocol initializes the positions of assigned partitions on a thread of its
   * own and does not wait for the rebalance listener, which runs within a poll (KAFKA-16665). Where
   * that thread is first it finds no offset at Kafka, where none is ever committed. That is no
   * trouble: the partitions are sent to where Postgres says they stand. The listener does so once
   * more before anything of them is fetched.
   *
   * @return empty also where positions had to be sought first
   */
  ConsumerRecords<byte[], byte[]> poll(Consumer<byte[], byte[]> consumer, Duration timeout) {
    try {
      ConsumerRecords<byte[], byte[]> records = consumer.poll(timeout);
      if (refusal != null) {
        throw refusal;
      }
      return records;
    } catch (NoOffsetForPartitionException e) {
      LOG.debugf("assigned, and not yet sought: %s", e.partitions());
      Set<TopicPartition> unsought = new HashSet<>(e.partitions());
      unsought.retainAll(consumer.assignment());
      settle.run();
      seek(consumer, unsought);
      return ConsumerRecords.empty();
    }
  }

  /**
   * Sends the consumer to where Postgres says that these partitions stand. Doing it twice does no
   * harm as long as nothing of them was applied in between.
   *
   * @throws MustStopException where a topic is not the one that was read before
   * @throws KafkaException where the broker or the database does not answer
   */
  void seek(Consumer<byte[], byte[]> consumer, Collection<TopicPartition> partitions) {
    if (partitions.isEmpty()) {
      return;
    }
    topicIds = directory.ensure(topics); // one may have been recreated while it was read
    try (Connection connection = database.getConnection()) {
      for (TopicPartition partition : partitions) {
        StreamPositions.Key key = key(partition);
        OptionalLong position = StreamPositions.read(connection, key);
        if (position.isEmpty()
            && !acceptRecreatedTopics
            && StreamPositions.readUnderAnotherId(connection, key)) {
          throw recreated(partition.topic());
        }
        expected.put(partition, position);
        if (position.isPresent()) {
          consumer.seek(partition, position.getAsLong());
        } else {
          consumer.seekToBeginning(List.of(partition));
        }
      }
    } catch (SQLException e) {
      throw new KafkaException("positions cannot be read: " + Causes.briefly(e), e);
    }
  }

  /**
   * Takes positions from Postgres whenever partitions are assigned.
   *
   * @param settle waits until no batch is under way: before a partition is given to somebody else,
   *     what was fetched of it is committed or is not
   */
  ConsumerRebalanceListener listener(Consumer<byte[], byte[]> consumer, Runnable settle) {
    this.settle = settle;
    return new ConsumerRebalanceListener() {
      @Override
      public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
        try {
          settle.run();
          seek(consumer, partitions);
        } catch (MustStopException e) {
          // Thrown from here the client would log it at length. The poll around it tells it.
          refusal = e;
          consumer.pause(partitions);
        }
      }

      @Override
      public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
        settle.run();
        partitions.forEach(expected::remove);
      }
    };
  }

  private StreamPositions.Key key(TopicPartition partition) {
    return new StreamPositions.Key(
        clusterId, topicIds.get(partition.topic()), partition.topic(), partition.partition());
  }

  private static MustStopException recreated(String topic) {
    return new MustStopException(
        "topic "
            + topic
            + " was deleted and created again; to read it from its beginning set"
            + " floorkeeper.ingest.accept-recreated-topics=true");
  }
}
