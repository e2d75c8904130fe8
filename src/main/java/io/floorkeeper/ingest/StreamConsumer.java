package io.floorkeeper.ingest;

import io.agroal.api.AgroalDataSource;
import io.floorkeeper.platform.Backoff;
import io.floorkeeper.platform.Causes;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Properties;
import java.util.Set;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.ConsumerRebalanceListener;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.ConsumerRecords;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.consumer.OffsetOutOfRangeException;
import org.apache.kafka.common.KafkaException;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.errors.RetriableException;
import org.apache.kafka.common.errors.WakeupException;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.jboss.logging.Logger;

/**
 * Reads topics exactly once: what the records do and where the stream stands change in one Postgres
 * transaction per polled batch. Kafka's group only shares out the partitions.
 *
 * <p>Killed at any point, it goes on from the last transaction. A replica that lost a partition
 * without noticing is fenced by the compare-and-set on the stored position. While the database is
 * away it fetches again and again the same batch, with pauses. A batch that the database refuses
 * for its content is applied record by record, and the one at fault becomes a dead letter.
 *
 * <p>An offset that is out of range, or a topic that was deleted and created again, stops the
 * stream: it never resets silently.
 */
final class StreamConsumer implements Runnable {
  private static final Logger LOG = Logger.getLogger(StreamConsumer.class);
  private static final Duration POLL = Duration.ofMillis(500);

  /** How the stream is doing, for health and metrics. */
  enum State {
    STARTING,
    READING,
    WAITING,
    STOPPED,
    FAILED
  }

  private final String name;
  private final List<String> topics;
  private final Supplier<Properties> properties;
  private final TopicDirectory directory;
  private final AgroalDataSource database;
  private final BatchHandler handler;
  private final DeadLetterOffice deadLetters;
  private final StreamMetrics metrics;
  private final boolean acceptRecreatedTopics;

  private final Map<TopicPartition, OptionalLong> expected = new HashMap<>();
  private volatile State state = State.STARTING;
  private volatile String trouble = "";
  private volatile boolean stopping;
  private volatile KafkaConsumer<byte[], byte[]> consumer;
  private int waits;
  private String clusterId;
  private Map<String, String> topicIds;

  StreamConsumer(
      String name,
      List<String> topics,
      Supplier<Properties> properties,
      TopicDirectory directory,
      AgroalDataSource database,
      BatchHandler handler,
      DeadLetterOffice deadLetters,
      StreamMetrics metrics,
      boolean acceptRecreatedTopics) {
    this.name = name;
    this.topics = List.copyOf(topics);
    this.properties = properties;
    this.directory = directory;
    this.database = database;
    this.handler = handler;
    this.deadLetters = deadLetters;
    this.metrics = metrics;
    this.acceptRecreatedTopics = acceptRecreatedTopics;
  }

  String name() {
    return name;
  }

  State state() {
    return state;
  }

  /** What keeps it from reading, in one line; empty where nothing does. */
  String trouble() {
    return trouble;
  }

  /** Ends after the batch in hand. */
  void stop() {
    stopping = true;
    KafkaConsumer<byte[], byte[]> reading = consumer;
    if (reading != null) {
      reading.wakeup();
    }
  }

  /** Somebody has to look: reading on would lose or repeat records. */
  private static final class MustStopException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    MustStopException(String message) {
      super(message);
    }
  }

  @Override
  public void run() {
    Backoff backoff = new Backoff(Duration.ofMillis(200), Duration.ofSeconds(5));
    while (!stopping) {
      try {
        clusterId = directory.clusterId();
        topicIds = directory.ensure(topics);
        deadLetters.ensureTopic(directory);
        readUntilStopped(backoff);
      } catch (WakeupException e) {
        LOG.debugf("stream %s was woken to stop", name);
      } catch (MustStopException | OffsetOutOfRangeException e) {
        fail(Causes.briefly(e));
      } catch (KafkaException | StreamPositions.FencedException e) {
        wait(backoff, e);
      } catch (RuntimeException | Error e) { // or the thread would end and look as if it read
        LOG.errorf(e, "stream %s failed and starts again", name);
        wait(backoff, e);
      }
    }
    if (state != State.FAILED) {
      state = State.STOPPED;
    }
  }

  /** For good: somebody has to look. */
  private void fail(String why) {
    state = State.FAILED;
    trouble = why;
    stopping = true;
    LOG.errorf("stream %s stops, to read on would lose or repeat records: %s", name, why);
  }

  private void wait(Backoff backoff, Throwable cause) {
    MustStopException mustStop = mustStop(cause);
    if (mustStop != null) {
      fail(mustStop.getMessage());
      return;
    }
    state = State.WAITING;
    trouble = Causes.briefly(cause);
    if (!stopping) {
      // A topic that was created this moment is unknown for another: that passes by itself.
      boolean passing = ++waits == 1 && cause instanceof RetriableException;
      LOG.logf(
          passing ? Logger.Level.DEBUG : Logger.Level.WARN, "stream %s waits: %s", name, trouble);
      if (!backoff.pause()) {
        stopping = true;
      }
    }
  }

  /** Kafka wraps what its listeners throw. */
  private static MustStopException mustStop(Throwable thrown) {
    for (Throwable t = thrown; t != null; t = t.getCause()) {
      if (t instanceof MustStopException found) {
        return found;
      }
    }
    return null;
  }

  private void readUntilStopped(Backoff backoff) {
    try (TopicDirectory.Ids ids = directory.ids();
        KafkaConsumer<byte[], byte[]> reading =
            new KafkaConsumer<>(
                properties.get(), new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
      consumer = reading;
      reading.subscribe(topics, new Seeker(reading));
      while (!stopping) {
        ConsumerRecords<byte[], byte[]> records = reading.poll(POLL);
        if (records.isEmpty()) {
          reading(backoff);
          metrics.lag(name, lag(reading));
          continue;
        }
        try {
          if (isOfAnotherTopic(records, ids)) {
            return; // and begin again
          }
          apply(records);
          metrics.lag(name, lag(reading));
          reading(backoff);
        } catch (SQLException | KafkaException e) {
          // What is not committed is fetched again.
          for (TopicPartition partition : records.partitions()) {
            long first = records.records(partition).get(0).offset();
            reading.seek(partition, expected.get(partition).orElse(first));
          }
          wait(backoff, e);
        }
      }
    } finally {
      consumer = null;
      expected.clear();
    }
  }

  private void reading(Backoff backoff) {
    state = State.READING;
    trouble = "";
    waits = 0;
    backoff.reset();
  }

  /**
   * Whether a topic is not the one that positions are kept of: one that is recreated between two
   * heartbeats stays assigned without a word, and the old offset may be within its range. Asked
   * after the fetch, so that what is applied is of the topic that it is applied under.
   */
  private boolean isOfAnotherTopic(
      ConsumerRecords<byte[], byte[]> records, TopicDirectory.Ids ids) {
    Set<String> read = new HashSet<>();
    records.partitions().forEach(partition -> read.add(partition.topic()));
    for (String topic : read) {
      if (!ids.of(topic).equals(topicIds.get(topic))) {
        if (!acceptRecreatedTopics) {
          throw recreated(topic);
        }
        LOG.warnf("stream %s: topic %s was deleted and created again", name, topic);
        return true;
      }
    }
    return false;
  }

  private static MustStopException recreated(String topic) {
    return new MustStopException(
        "topic "
            + topic
            + " was deleted and created again; to read it from its beginning set"
            + " floorkeeper.ingest.accept-recreated-topics=true");
  }

  private static long lag(KafkaConsumer<byte[], byte[]> reading) {
    long lag = 0;
    try {
      for (TopicPartition partition : reading.assignment()) {
        lag += reading.currentLag(partition).orElse(0);
      }
    } catch (IllegalStateException e) {
      LOG.debug("a partition was revoked while its lag was asked", e);
    }
    return lag;
  }

  private void apply(ConsumerRecords<byte[], byte[]> records) throws SQLException {
    List<ConsumerRecord<byte[], byte[]>> all = new ArrayList<>(records.count());
    records.forEach(all::add);
    try {
      commit(all, null);
    } catch (SQLException | RuntimeException e) {
      if (!isOfContent(e)) {
        throw e;
      }
      LOG.warnf(
          "stream %s: a batch of %d cannot be applied (%s), record by record then",
          name, all.size(), kind(e));
      for (ConsumerRecord<byte[], byte[]> record : all) {
        applyAlone(record);
      }
    }
  }

  private void applyAlone(ConsumerRecord<byte[], byte[]> record) throws SQLException {
    try {
      commit(List.of(record), null);
    } catch (SQLException | RuntimeException e) {
      if (!isOfContent(e)) {
        throw e;
      }
      if (e instanceof RuntimeException) {
        LOG.errorf(
            e,
            "stream %s: the record %s-%d at %d cannot be applied and becomes a dead letter",
            name,
            record.topic(),
            record.partition(),
            record.offset());
      }
      commit(List.of(record), DeadLetter.record(record, "unprocessable", kind(e)));
    }
  }

  /** What went wrong, without the message: that may quote values. */
  private static String kind(Exception e) {
    return e instanceof SQLException sql
        ? "the database refused it, SQL state " + sql.getSQLState()
        : "it cannot be applied, " + e.getClass().getSimpleName();
  }

  /**
   * One transaction.
   *
   * @param instead of applying the records: this dead letter; null: apply them
   */
  private void commit(List<ConsumerRecord<byte[], byte[]>> records, DeadLetter instead)
      throws SQLException {
    long startNanos = System.nanoTime();
    Map<TopicPartition, Long> next = new HashMap<>();
    records.forEach(r -> next.put(new TopicPartition(r.topic(), r.partition()), r.offset() + 1));
    StreamBatch batch = new StreamBatch(clusterId, topicIds, records);
    try (Connection connection = database.getConnection()) {
      connection.setAutoCommit(false);
      try {
        for (TopicPartition partition : sorted(next.keySet())) {
          StreamPositions.move(
              connection, key(partition), expected.get(partition), next.get(partition));
        }
        List<DeadLetter> unreadable =
            instead == null
                ? handler.apply(connection, batch)
                : handler.giveUp(connection, instead);
        deadLetters.put(connection, batch, unreadable);
        connection.commit();
        next.forEach((partition, offset) -> expected.put(partition, OptionalLong.of(offset)));
        metrics.committed(name, records.size(), unreadable.size(), System.nanoTime() - startNanos);
      } catch (SQLException | RuntimeException | Error e) {
        // Also after an Error: to set auto-commit on an open transaction would commit it.
        rollback(connection, e);
        throw e;
      }
      connection.setAutoCommit(true);
    }
  }

  /** What went wrong before is what is told. */
  private static void rollback(Connection connection, Throwable because) {
    try {
      connection.rollback();
      connection.setAutoCommit(true);
    } catch (SQLException e) {
      because.addSuppressed(e);
    }
  }

  /**
   * Whether the records themselves are at fault: to try again would not help. A defect of ours that
   * one record brings to light counts as that: one dead letter, and not a stream that stands still.
   */
  private static boolean isOfContent(Exception e) {
    if (e instanceof SQLException sql) {
      String state = sql.getSQLState();
      return state != null && (state.startsWith("22") || state.startsWith("23"));
    }
    return !(e instanceof KafkaException
        || e instanceof StreamPositions.FencedException
        || e instanceof MustStopException);
  }

  private static List<TopicPartition> sorted(Collection<TopicPartition> partitions) {
    return partitions.stream()
        .sorted(
            java.util.Comparator.comparing(TopicPartition::topic)
                .thenComparingInt(TopicPartition::partition))
        .toList();
  }

  private StreamPositions.Key key(TopicPartition partition) {
    return new StreamPositions.Key(
        clusterId, topicIds.get(partition.topic()), partition.topic(), partition.partition());
  }

  /** Takes positions from Postgres whenever partitions are assigned. */
  private final class Seeker implements ConsumerRebalanceListener {
    private final KafkaConsumer<byte[], byte[]> reading;

    Seeker(KafkaConsumer<byte[], byte[]> reading) {
      this.reading = reading;
    }

    @Override
    public void onPartitionsAssigned(Collection<TopicPartition> partitions) {
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
            reading.seek(partition, position.getAsLong());
          } else {
            reading.seekToBeginning(List.of(partition));
          }
        }
      } catch (SQLException e) {
        throw new KafkaException("positions cannot be read: " + Causes.briefly(e), e);
      }
    }

    @Override
    public void onPartitionsRevoked(Collection<TopicPartition> partitions) {
      partitions.forEach(expected::remove);
    }
  }
}
