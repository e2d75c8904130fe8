package io.floorkeeper.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.nio.file.Path;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.io.TempDir;

/** What the stream promises, on a real PostgreSQL and a real broker: every record exactly once. */
class StreamConsumerIT {
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

  @Test
  void twoReadersOfWhichOneIsKilledApplyEveryRecordOnce() throws Exception {
    // Given: this process and another share six partitions
    stage.create(6);
    Path output = temporary.resolve("child");
    try (ChildStream child =
            ChildStream.start(stage.platform().quarkusSettings(), stage.topic(), output);
        StreamStage.Reading own = stage.read(20, StreamParts.applyingSlowly("own"), false)) {
      assertThat(own.stream().trouble()).isEmpty();
      await()
          .atMost(StreamStage.SOON)
          .until(
              () -> {
                stage.send(60, 6);
                return stage.appliedBy("child") >= 100 && stage.appliedBy("own") >= 100;
              });
      // When
      child.kill();
      stage.send(500, 6);
      // Then
      stage.awaitApplied(stage.sent());
      assertThat(stage.numbers()).containsExactlyElementsOf(StreamStage.upTo(stage.sent()));
      assertThat(
              stage.count(
                  "select count(*) from (select distinct number from applied"
                      + stage.ours()
                      + ") n"))
          .isEqualTo(stage.sent());
      assertThat(stage.position()).isEqualTo(stage.sent());
    }
  }

  @Test
  void aRecordThatTheDatabaseRefusesIsOneDeadLetterAndTheRestIsApplied() throws Exception {
    // Given
    stage.create(1);
    stage.send(17, 1);
    stage.send("secret words", 0);
    stage.send(22, 1);
    // When
    try (StreamStage.Reading reading = stage.read(2_000, StreamParts.applying("own"), false)) {
      stage.awaitApplied(39);
      // Then
      assertThat(stage.position()).isEqualTo(40);
      assertThat(
              stage.rows(
                  "select record_offset, code, message from dead_letter where topic = '"
                      + stage.topic()
                      + "'"))
          .containsExactly("17|unprocessable|the database refused it, SQL state 22P02");
      List<ConsumerRecord<byte[], byte[]>> letters = stage.letters();
      assertThat(letters).hasSize(1);
      assertThat(StreamStage.text(letters.get(0).key())).isEqualTo(stage.topic() + "-0-17-0");
      assertThat(StreamStage.text(letters.get(0).value()))
          .contains("22P02")
          .doesNotContain("secret");
      reading.awaitState(StreamConsumer.State.READING);
      assertThat(reading.stream().trouble()).isEmpty();
    }
  }

  /**
   * As an index row that is too long: neither data exception nor constraint, and it never passes.
   */
  @Test
  void whatTheDatabaseRefusesForReasonsOfItsOwnIsADeadLetterToo() throws Exception {
    // Given
    stage.create(1);
    stage.send(5, 1);
    BatchHandler applying = StreamParts.applying("own");
    BatchHandler refusing =
        (connection, batch) -> {
          if (batch.records().stream().anyMatch(record -> record.offset() == 3)) {
            try (Statement statement = connection.createStatement()) {
              statement.execute("do $$ begin raise exception using errcode = '54000'; end $$");
            }
          }
          return applying.apply(connection, batch);
        };
    // When
    try (StreamStage.Reading reading = stage.read(2_000, refusing, false)) {
      // Then
      stage.awaitApplied(4);
      assertThat(stage.position()).isEqualTo(5);
      assertThat(
              stage.rows(
                  "select record_offset, message from dead_letter where topic = '"
                      + stage.topic()
                      + "'"))
          .containsExactly("3|the database refused it, SQL state 54000");
      reading.awaitState(StreamConsumer.State.READING);
    }
  }

  @Test
  void aReaderWhosePositionAnotherMovedReadsOnFromThere() throws Exception {
    // Given: ten records are applied, and the position is moved past three that are to come
    stage.create(1);
    stage.send(10, 1);
    ConcurrentLinkedQueue<Long> handed = new ConcurrentLinkedQueue<>();
    BatchHandler applying = StreamParts.applying("own");
    BatchHandler watching =
        (connection, batch) -> {
          batch.records().forEach(record -> handed.add(record.offset()));
          return applying.apply(connection, batch);
        };
    try (StreamStage.Reading reading = stage.read(2_000, watching, false)) {
      stage.awaitApplied(10);
      stage.execute(
          "update stream_position set next_offset = 13 where topic = '" + stage.topic() + "'");
      // When
      stage.send(5, 1);
      // Then: what the other has applied is neither applied nor even handed over again
      stage.awaitApplied(12);
      reading.awaitState(StreamConsumer.State.READING);
      assertThat(stage.rows("select record_offset from applied" + stage.ours() + " order by 1"))
          .containsExactly("0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "13", "14");
      assertThat(handed).doesNotContain(10L, 11L, 12L);
      assertThat(stage.position()).isEqualTo(15);
    }
  }

  @Test
  void aTopicThatWasRecreatedWhileNobodyReadStopsTheStream() throws Exception {
    // Given
    stage.create(1);
    stage.send(10, 1);
    try (StreamStage.Reading before = stage.read(2_000, StreamParts.applying("own"), false)) {
      stage.awaitApplied(10);
      assertThat(before.stream().trouble()).isEmpty();
    }
    stage.recreate();
    stage.send(20, 1);
    // When
    try (StreamStage.Reading after = stage.read(2_000, StreamParts.applying("own"), false)) {
      // Then
      after.awaitFailed();
      assertThat(after.stream().trouble())
          .contains("topic " + stage.topic() + " was deleted and created again")
          .contains("floorkeeper.ingest.accept-recreated-topics=true");
    }
    assertThat(stage.appliedBy("own")).isEqualTo(10);

    // When: somebody has looked
    try (StreamStage.Reading accepted = stage.read(2_000, StreamParts.applying("own"), true)) {
      // Then
      stage.awaitApplied(30);
      assertThat(accepted.stream().state()).isNotEqualTo(StreamConsumer.State.FAILED);
    }
  }

  @Test
  void aTopicThatIsRecreatedWhileItIsReadStopsTheStreamToo() throws Exception {
    // Given: what comes is more than what was, so the old offset would be within range
    stage.create(1);
    stage.send(10, 1);
    try (StreamStage.Reading reading = stage.read(2_000, StreamParts.applying("own"), false)) {
      stage.awaitApplied(10);
      // When
      stage.recreate();
      stage.send(25, 1);
      // Then
      reading.awaitFailed();
      assertThat(reading.stream().trouble()).contains("was deleted and created again");
    }
    assertThat(stage.appliedBy("own"))
        .as("nothing of the new topic, least of all its end")
        .isEqualTo(10);
  }

  @Test
  void aTopicThatIsRecreatedWhileItIsReadMayBeAcceptedToo() throws Exception {
    // Given
    stage.create(1);
    stage.send(10, 1);
    try (StreamStage.Reading reading = stage.read(2_000, StreamParts.applying("own"), true)) {
      stage.awaitApplied(10);
      // When
      stage.recreate();
      stage.send(25, 1);
      // Then
      stage.awaitApplied(35);
      assertThat(stage.numbers()).containsExactlyElementsOf(StreamStage.upTo(35));
      assertThat(reading.stream().state()).isNotEqualTo(StreamConsumer.State.FAILED);
    }
  }

  /** The usual case: the old position lies beyond the end of the new topic. */
  @Test
  void aTopicThatIsRecreatedShorterWhileItIsReadMayBeAcceptedToo() throws Exception {
    // Given
    stage.create(1);
    stage.send(30, 1);
    try (StreamStage.Reading reading = stage.read(2_000, StreamParts.applying("own"), true)) {
      stage.awaitApplied(30);
      // When
      stage.recreate();
      stage.send(10, 1);
      // Then
      stage.awaitApplied(40);
      assertThat(stage.numbers()).containsExactlyElementsOf(StreamStage.upTo(40));
      assertThat(reading.stream().state()).isNotEqualTo(StreamConsumer.State.FAILED);
    }
  }

  @Test
  void onceARecreatedTopicWasReadItNeedNotBeAcceptedAgain() throws Exception {
    // Given: of its six partitions one has had a record
    stage.create(6);
    stage.send(12, 6);
    try (StreamStage.Reading before = stage.read(2_000, StreamParts.applying("own"), false)) {
      stage.awaitApplied(12);
      assertThat(before.stream().trouble()).isEmpty();
    }
    stage.recreate(6);
    stage.send(1, 1);
    try (StreamStage.Reading accepted = stage.read(2_000, StreamParts.applying("own"), true)) {
      stage.awaitApplied(13);
      assertThat(accepted.stream().trouble()).isEmpty();
    }
    // When
    stage.send(6, 6);
    try (StreamStage.Reading after = stage.read(2_000, StreamParts.applying("own"), false)) {
      // Then
      stage.awaitApplied(19);
      assertThat(after.stream().state()).isNotEqualTo(StreamConsumer.State.FAILED);
    }
  }

  @Test
  void aBrokerThatIsAwayIsTold() throws Exception {
    // Given
    stage.create(1);
    stage.send(10, 1);
    try (StreamStage.Reading reading = stage.read(2_000, StreamParts.applying("own"), false)) {
      stage.awaitApplied(10);
      // When
      stage.platform().broker().orElseThrow().stop();
      try {
        // Then
        reading.awaitState(StreamConsumer.State.WAITING);
        assertThat(reading.stream().trouble()).isNotEmpty();
      } finally {
        stage.platform().broker().orElseThrow().start();
      }
      reading.awaitState(StreamConsumer.State.READING);
      stage.send(10, 1);
      stage.awaitApplied(20);
      assertThat(reading.stream().trouble()).isEmpty();
    }
  }

  @Test
  void aDatabaseThatIsAwayForAWhileLosesNothing() throws Exception {
    // Given
    stage.create(6);
    stage.send(300, 6);
    try (StreamStage.Reading reading = stage.read(20, StreamParts.applyingSlowly("own"), false)) {
      await().atMost(StreamStage.SOON).until(() -> stage.appliedBy("own") >= 40);
      // When: in the middle of a transaction, most likely
      stage.platform().database().orElseThrow().stop();
      try {
        stage.send(300, 6);
        reading.awaitState(StreamConsumer.State.WAITING);
        assertThat(reading.stream().trouble()).isNotEmpty();
      } finally {
        stage.platform().database().orElseThrow().start();
      }
      // Then
      stage.awaitApplied(600);
      assertThat(stage.numbers()).containsExactlyElementsOf(StreamStage.upTo(600));
      assertThat(stage.position()).isEqualTo(600);
      await().atMost(StreamStage.SOON).until(() -> reading.stream().trouble().isEmpty());
    }
  }

  /** An Error in the handler (memory, a missing class) must not commit the half of a batch. */
  @Test
  void anErrorInTheMiddleOfABatchCommitsNothingOfItAndIsTriedAgain() throws Exception {
    // Given
    stage.create(1);
    stage.send(10, 1);
    CountDownLatch mended = new CountDownLatch(1);
    BatchHandler applying = StreamParts.applying("own");
    BatchHandler dying =
        (connection, batch) -> {
          List<DeadLetter> letters = applying.apply(connection, batch);
          if (mended.getCount() > 0) {
            throw new NoClassDefFoundError("of a test");
          }
          return letters;
        };
    try (StreamStage.Reading reading = stage.read(2_000, dying, false)) {
      // When
      reading.awaitState(StreamConsumer.State.WAITING);
      // Then
      assertThat(reading.stream().trouble()).contains("NoClassDefFoundError");
      assertThat(
              stage.rows(
                  "select next_offset from stream_position where topic = '" + stage.topic() + "'"))
          .isEmpty();

      // When
      mended.countDown();
      // Then
      stage.awaitApplied(10);
      assertThat(stage.numbers()).containsExactlyElementsOf(StreamStage.upTo(10));
    }
  }

  /**
   * Kafka's client may look for offsets, where there are none, before it calls its rebalance
   * listener. Which is first depends on the load; here the listener is never called at all.
   */
  @Test
  void aPartitionThatTheListenerHasNotSoughtYetIsReadFromItsStoredPosition() throws Exception {
    // Given: seven of ten records are applied
    stage.create(1);
    stage.send(7, 1);
    try (StreamStage.Reading before = stage.read(2_000, StreamParts.applying("own"), false)) {
      stage.awaitApplied(7);
      assertThat(before.stream().trouble()).isEmpty();
    }
    stage.send(3, 1);
    StreamCursor cursor = stage.cursor();
    cursor.begin();
    try (KafkaConsumer<byte[], byte[]> consumer = stage.consumer()) {
      consumer.assign(List.of(new TopicPartition(stage.topic(), 0)));
      // When
      List<Long> offsets = new ArrayList<>();
      await()
          .atMost(StreamStage.SOON)
          .until(
              () -> {
                cursor
                    .poll(consumer, Duration.ofMillis(200))
                    .forEach(record -> offsets.add(record.offset()));
                return offsets.size() >= 3;
              });
      // Then
      assertThat(offsets).containsExactly(7L, 8L, 9L);
    }
  }
}
