package io.floorkeeper.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Properties;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.io.TempDir;

/** One batch is applied while the next is read, and whatever happens to the first. */
class StreamPipelineIT {
  @TempDir static Path temporary;
  private static StreamStage stage;

  @BeforeAll
  static void start() throws SQLException {
    stage = new StreamStage(temporary);
  }

  @AfterAll
  static void stop() {
    stage.close();
  }

  @BeforeEach
  void useATopicOfItsOwn(TestInfo test) {
    stage.use(test.getTestMethod().orElseThrow().getName());
  }

  /** Counts what is read, and does something before what is applied. */
  private abstract static class Counting implements BatchHandler {
    final AtomicInteger read = new AtomicInteger();
    final AtomicInteger tried = new AtomicInteger();
    private final BatchHandler applying = StreamParts.applying("own");

    abstract void before(Connection connection, StreamBatch batch) throws SQLException;

    @Override
    public List<DeadLetter> apply(Connection connection, StreamBatch batch) throws SQLException {
      tried.incrementAndGet();
      before(connection, batch);
      return applying.apply(connection, batch);
    }

    @Override
    public Prepared prepare(StreamBatch batch) {
      read.incrementAndGet();
      return connection -> apply(connection, batch);
    }
  }

  @Test
  void aSlowDatabaseHoldsTheReaderUpOneBatchAhead() throws Exception {
    // Given: eight batches, of which the first is not let through
    stage.create(1);
    stage.send(80, 1);
    CountDownLatch open = new CountDownLatch(1);
    Counting handler =
        new Counting() {
          @Override
          void before(Connection connection, StreamBatch batch) {
            try {
              open.await(60, TimeUnit.SECONDS);
            } catch (InterruptedException e) {
              Thread.currentThread().interrupt();
            }
          }
        };
    try (StreamStage.Reading reading = stage.read(10, handler, false)) {
      // When, Then
      await().atMost(StreamStage.SOON).until(() -> handler.read.get() == 2);
      await()
          .during(Duration.ofSeconds(1))
          .atMost(Duration.ofSeconds(5))
          .until(() -> handler.read.get() == 2 && handler.tried.get() == 1);

      // When
      open.countDown();
      // Then
      stage.awaitApplied(80);
      assertThat(stage.numbers()).containsExactlyElementsOf(StreamStage.upTo(80));
      reading.awaitState(StreamConsumer.State.READING);
    }
  }

  @Test
  void whatWasReadAheadOfABatchThatFailedIsFetchedAgainBehindIt() throws Exception {
    // Given: five batches; the second is rolled back for others' sake, once
    stage.create(1);
    stage.send(50, 1);
    AtomicInteger failures = new AtomicInteger();
    Counting handler =
        new Counting() {
          @Override
          void before(Connection connection, StreamBatch batch) throws SQLException {
            if (batch.records().get(0).offset() == 10 && failures.getAndIncrement() == 0) {
              try (Statement statement = connection.createStatement()) {
                statement.execute("do $$ begin raise exception using errcode = '40001'; end $$");
              }
            }
          }
        };
    // When
    try (StreamStage.Reading reading = stage.read(10, handler, false)) {
      // Then
      stage.awaitApplied(50);
      assertThat(stage.numbers()).containsExactlyElementsOf(StreamStage.upTo(50));
      assertThat(stage.position()).isEqualTo(50);
      assertThat(handler.tried.get()).as("only what failed was tried again").isEqualTo(6);
      assertThat(handler.read.get())
          .as("what was read ahead, if it was, is read again")
          .isBetween(6, 7);
      reading.awaitState(StreamConsumer.State.READING);
    }
  }

  /** What cannot even be read is as what cannot be applied: one dead letter. */
  @Test
  void topicsAreMadeForMessagesAsLargeAsTheServiceTakes() throws Exception {
    try (StreamParts parts = new StreamParts(stage.platform().quarkusSettings())) {
      int most = parts.settings().maxMessageBytes();
      parts.directory().ensure(List.of("large"));
      Properties properties = parts.kafka();
      properties.put(ProducerConfig.MAX_REQUEST_SIZE_CONFIG, 2 * most);
      try (KafkaProducer<byte[], byte[]> producer =
          new KafkaProducer<>(properties, new ByteArraySerializer(), new ByteArraySerializer())) {

        RecordMetadata taken =
            producer.send(new ProducerRecord<>("large", new byte[32], new byte[most])).get();

        assertThat(taken.serializedValueSize()).isEqualTo(most);
      }
    }
  }

  @Test
  void aRecordThatBreaksTheReaderIsOneDeadLetter() throws Exception {
    // Given
    stage.create(1);
    stage.send(9, 1);
    BatchHandler applying = StreamParts.applying("own");
    BatchHandler breaking =
        new BatchHandler() {
          @Override
          public List<DeadLetter> apply(Connection connection, StreamBatch batch)
              throws SQLException {
            return applying.apply(connection, batch);
          }

          @Override
          public Prepared prepare(StreamBatch batch) {
            if (batch.records().stream().anyMatch(record -> record.offset() == 4)) {
              throw new IllegalStateException("of a test");
            }
            return connection -> apply(connection, batch);
          }
        };
    // When
    try (StreamStage.Reading reading = stage.read(2_000, breaking, false)) {
      // Then
      stage.awaitApplied(8);
      assertThat(stage.position()).isEqualTo(9);
      assertThat(
              stage.rows(
                  "select record_offset, message from dead_letter where topic = '"
                      + stage.topic()
                      + "'"))
          .containsExactly("4|it cannot be applied, IllegalStateException");
      reading.awaitState(StreamConsumer.State.READING);
    }
  }
}
