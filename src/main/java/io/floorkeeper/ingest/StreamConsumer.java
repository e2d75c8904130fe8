package io.floorkeeper.ingest;

import io.floorkeeper.platform.Backoff;
import io.floorkeeper.platform.Causes;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Properties;
import java.util.Set;
import java.util.function.Supplier;
import org.apache.kafka.clients.consumer.CloseOptions;
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
 * Reads topics exactly once: {@link StreamTransactions} changes what the records do and where the
 * stream stands in one Postgres transaction per batch. Kafka's group only shares out the
 * partitions. While a batch is applied ({@link StreamApplier}) the next one is fetched and read,
 * and no further: who is slow holds the others up, and nothing piles up.
 *
 * <p>Killed at any point, it goes on from the last transaction. A replica that lost a partition
 * without noticing is fenced by the compare-and-set on the stored position. While the database is
 * away it fetches again and again the same batch, with pauses.
 *
 * <p>An offset that is out of range, or a topic that was deleted and created again, stops the
 * stream: it never resets silently.
 */
final class StreamConsumer implements Runnable {
  private static final Logger LOG = Logger.getLogger(StreamConsumer.class);
  private static final Duration POLL = Duration.ofMillis(500);

  /** After so much silence the broker is asked whether it is there. */
  private static final Duration SILENCE = Duration.ofSeconds(5);

  /** What lasts no longer is not worth a warning. */
  private static final Duration PASSING = Duration.ofSeconds(3);

  private static final Duration CLOSE_LIMIT = Duration.ofSeconds(2);

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
  private final StreamCursor cursor;
  private final StreamTransactions transactions;
  private final DeadLetterOffice deadLetters;
  private final StreamMetrics metrics;
  private final int batchBytes;

  private volatile State state = State.STARTING;
  private volatile String trouble = "";
  private volatile boolean stopping;
  private volatile KafkaConsumer<byte[], byte[]> consumer;
  private int waits;
  private long waitingSinceNanos;

  /**
   * @param batchBytes of records that one transaction applies, about: it ends with the first that
   *     reaches it
   */
  StreamConsumer(
      String name,
      List<String> topics,
      Supplier<Properties> properties,
      TopicDirectory directory,
      StreamCursor cursor,
      StreamTransactions transactions,
      DeadLetterOffice deadLetters,
      StreamMetrics metrics,
      int batchBytes) {
    this.name = name;
    this.topics = List.copyOf(topics);
    this.properties = properties;
    this.directory = directory;
    this.cursor = cursor;
    this.transactions = transactions;
    this.deadLetters = deadLetters;
    this.metrics = metrics;
    this.batchBytes = batchBytes;
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

  @Override
  public void run() {
    Backoff backoff = new Backoff(Duration.ofMillis(200), Duration.ofSeconds(5));
    while (!stopping) {
      try {
        cursor.begin();
        deadLetters.ensureTopic(directory);
        readUntilStopped(backoff);
      } catch (WakeupException e) {
        LOG.debugf("stream %s was woken to stop", name);
      } catch (StreamCursor.MustStopException e) {
        fail(e.getMessage());
      } catch (OffsetOutOfRangeException e) {
        outOfRange(backoff, e);
      } catch (KafkaException | StreamPositions.FencedException e) {
        waitAfter(backoff, e);
      } catch (RuntimeException | Error e) { // or the thread would end and look as if it read
        LOG.errorf(e, "stream %s failed and starts again", name);
        waitAfter(backoff, e);
      }
    }
    if (state != State.FAILED) {
      state = State.STOPPED;
    }
  }

  /** A topic that was created again is shorter than the old one was; any other gap is a loss. */
  private void outOfRange(Backoff backoff, OffsetOutOfRangeException e) {
    try {
      if (!cursor.isRecreated(e.partitions())) {
        fail(Causes.briefly(e));
      }
    } catch (StreamCursor.MustStopException recreated) {
      fail(recreated.getMessage());
    } catch (KafkaException unknown) {
      waitAfter(backoff, unknown);
    }
  }

  /** For good: somebody has to look. */
  private void fail(String why) {
    state = State.FAILED;
    trouble = why;
    stopping = true;
    LOG.errorf("stream %s stops, to read on would lose or repeat records: %s", name, why);
  }

  private void waitAfter(Backoff backoff, Throwable cause) {
    StreamCursor.MustStopException mustStop = StreamCursor.MustStopException.in(cause);
    if (mustStop != null) {
      fail(mustStop.getMessage());
      return;
    }
    state = State.WAITING;
    trouble = Causes.briefly(cause);
    if (!stopping) {
      // A topic that was created this moment is unknown for another: that passes by itself.
      if (waits++ == 0) {
        waitingSinceNanos = System.nanoTime();
      }
      boolean passing =
          cause instanceof RetriableException
              && System.nanoTime() - waitingSinceNanos < PASSING.toNanos();
      LOG.logf(
          passing ? Logger.Level.DEBUG : Logger.Level.WARN, "stream %s waits: %s", name, trouble);
      if (!backoff.pause()) {
        stopping = true;
      }
    }
  }

  private void readUntilStopped(Backoff backoff) {
    try (TopicDirectory.Ids ids = directory.ids()) {
      KafkaConsumer<byte[], byte[]> reading =
          new KafkaConsumer<>(
              properties.get(), new ByteArrayDeserializer(), new ByteArrayDeserializer());
      try (StreamApplier applier = new StreamApplier(name, transactions)) {
        consumer = reading;
        reading.subscribe(topics, cursor.listener(reading, applier::settle));
        Session session = new Session(reading, applier, ids, backoff);
        while (!stopping && !session.isOver()) {
          session.step();
        }
      } finally {
        consumer = null;
        // Its default would hold a shutdown up for half a minute where no broker answers.
        reading.close(CloseOptions.timeout(CLOSE_LIMIT));
      }
    }
  }

  /** What one consumer has gone through, from its subscription to its end. */
  private final class Session {
    private final KafkaConsumer<byte[], byte[]> reading;
    private final StreamApplier applier;
    private final TopicDirectory.Ids ids;
    private final Backoff backoff;

    /** Whose records the database did not take: until it has, nothing is well. */
    private final Set<TopicPartition> untaken = new HashSet<>();

    private boolean brokerAway;
    private boolean over;
    private long heardNanos = System.nanoTime();

    Session(
        KafkaConsumer<byte[], byte[]> reading,
        StreamApplier applier,
        TopicDirectory.Ids ids,
        Backoff backoff) {
      this.reading = reading;
      this.applier = applier;
      this.ids = ids;
      this.backoff = backoff;
    }

    /** Whether all has to begin again, with another consumer. */
    boolean isOver() {
      return over;
    }

    void step() {
      ConsumerRecords<byte[], byte[]> records = cursor.poll(reading, POLL);
      if (records.isEmpty()) {
        takeNothing();
      } else {
        heardNanos = System.nanoTime();
        brokerAway = false;
        take(records);
      }
    }

    private void takeNothing() {
      try {
        if (applier.isDone()) {
          collect();
        }
        nothingCame();
      } catch (SQLException | KafkaException e) {
        notTaken(List.of(), e);
      }
    }

    /** While a batch is applied the next one is read. */
    private void take(ConsumerRecords<byte[], byte[]> records) {
      List<ConsumerRecord<byte[], byte[]>> all = new ArrayList<>(records.count());
      records.forEach(all::add);
      int handed = 0;
      try {
        over = cursor.isOfAnotherTopic(records, ids);
        while (!over && handed < all.size()) {
          int end = endOfBatch(all, handed);
          PreparedBatch next = transactions.prepare(List.copyOf(all.subList(handed, end)));
          collect();
          applier.hand(next);
          handed = end;
        }
      } catch (SQLException | KafkaException e) {
        notTaken(all.subList(handed, all.size()), e);
      }
    }

    private int endOfBatch(List<ConsumerRecord<byte[], byte[]>> all, int from) {
      long bytes = 0;
      int end = from;
      do {
        bytes += Math.max(0, all.get(end).serializedValueSize());
        end++;
      } while (end < all.size() && bytes < batchBytes);
      return end;
    }

    /** Learns what became of the batch in hand, and waits for it. */
    private void collect() throws SQLException {
      List<ConsumerRecord<byte[], byte[]>> taken = applier.collect();
      if (!taken.isEmpty()) {
        if (!untaken.isEmpty()) {
          untaken.removeAll(partitions(taken));
        }
        wellIfSo();
      }
    }

    /** What was in hand is fetched again, and whatever was fetched after it. */
    private void notTaken(List<ConsumerRecord<byte[], byte[]>> further, Exception e) {
      List<ConsumerRecord<byte[], byte[]>> all = new ArrayList<>(applier.back());
      all.addAll(further);
      untaken.addAll(partitions(all));
      cursor.rewind(reading, all);
      waitAfter(backoff, e);
    }

    /** Which is also what the client says while no broker is there: after a while it is asked. */
    private void nothingCame() {
      if (System.nanoTime() - heardNanos > SILENCE.toNanos()) {
        try {
          ids.requireBroker();
          heardNanos = System.nanoTime();
          brokerAway = false;
        } catch (KafkaException e) {
          brokerAway = true;
          metrics.lag(name, Double.NaN);
          waitAfter(backoff, e);
        }
      }
      wellIfSo();
    }

    private void wellIfSo() {
      untaken.retainAll(reading.assignment());
      if (!brokerAway) {
        metrics.lag(name, lag(reading) + applier.inHand().size());
        if (untaken.isEmpty()) {
          reading(backoff);
        }
      }
    }
  }

  private static Set<TopicPartition> partitions(List<ConsumerRecord<byte[], byte[]>> records) {
    Set<TopicPartition> partitions = new HashSet<>();
    records.forEach(r -> partitions.add(new TopicPartition(r.topic(), r.partition())));
    return partitions;
  }

  private void reading(Backoff backoff) {
    state = State.READING;
    trouble = "";
    waits = 0;
    backoff.reset();
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
}
