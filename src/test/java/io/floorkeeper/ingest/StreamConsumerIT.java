package io.floorkeeper.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.floorkeeper.platform.EmbeddedDatabase;
import io.floorkeeper.platform.EmbeddedPlatform;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.stream.LongStream;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.clients.producer.RecordMetadata;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.api.io.TempDir;

/** What the stream promises, on a real PostgreSQL and a real broker: every record exactly once. */
class StreamConsumerIT {
  private static final Duration SOON = Duration.ofSeconds(60);

  @TempDir static Path temporary;
  private static EmbeddedPlatform platform;
  private static StreamParts parts;
  private static Admin admin;
  private static KafkaProducer<byte[], byte[]> producer;

  private String topic;
  private int sent;

  @BeforeAll
  static void start() throws SQLException {
    platform =
        EmbeddedPlatform.start(temporary.resolve("data"), EmbeddedPlatform.Options.onFreePorts());
    parts = new StreamParts(platform.quarkusSettings());
    Flyway.configure().dataSource(parts.database()).load().migrate();
    execute(
        "create table applied (topic_id text, partition integer, record_offset bigint,"
            + " number integer, reader text)");
    admin = Admin.create(parts.kafka());
    // One request at a time: a partition that has no leader yet refuses the first of several, and
    // takes the next ones for a gap that it then refuses until the delivery times out.
    Properties properties = parts.kafka();
    properties.put(ProducerConfig.MAX_IN_FLIGHT_REQUESTS_PER_CONNECTION, 1);
    producer =
        new KafkaProducer<>(properties, new ByteArraySerializer(), new ByteArraySerializer());
  }

  @AfterAll
  static void stop() {
    producer.close();
    admin.close();
    parts.close();
    platform.close();
  }

  @BeforeEach
  void useATopicOfItsOwn(TestInfo test) {
    topic = test.getTestMethod().orElseThrow().getName();
  }

  @Test
  void twoReadersOfWhichOneIsKilledApplyEveryRecordOnce() throws Exception {
    // Given: this process and another share six partitions
    create(6);
    Path output = temporary.resolve("child");
    try (ChildStream child = ChildStream.start(platform.quarkusSettings(), topic, output);
        Reading own = read(20, StreamParts.applyingSlowly("own"), false)) {
      assertThat(own.stream.trouble()).isEmpty();
      await()
          .atMost(SOON)
          .until(
              () -> {
                send(60, 6);
                return appliedBy("child") >= 100 && appliedBy("own") >= 100;
              });
      // When
      child.kill();
      send(500, 6);
      // Then
      awaitApplied(sent);
      assertThat(numbers()).containsExactlyElementsOf(upTo(sent));
      assertThat(
              count("select count(*) from (select distinct number from applied" + ours() + ") n"))
          .isEqualTo(sent);
      assertThat(position()).isEqualTo(sent);
    }
  }

  @Test
  void aRecordThatTheDatabaseRefusesIsOneDeadLetterAndTheRestIsApplied() throws Exception {
    // Given
    create(1);
    send(17, 1);
    send("secret words", 0);
    send(22, 1);
    // When
    try (Reading reading = read(2_000, StreamParts.applying("own"), false)) {
      awaitApplied(39);
      // Then
      assertThat(position()).isEqualTo(40);
      assertThat(
              rows(
                  "select record_offset, code, message from dead_letter where topic = '"
                      + topic
                      + "'"))
          .containsExactly("17|unprocessable|the database refused it, SQL state 22P02");
      List<ConsumerRecord<byte[], byte[]>> letters = letters();
      assertThat(letters).hasSize(1);
      assertThat(text(letters.get(0).key())).isEqualTo(topic + "-0-17-0");
      assertThat(text(letters.get(0).value())).contains("22P02").doesNotContain("secret");
      await().atMost(SOON).until(() -> reading.stream.state() == StreamConsumer.State.READING);
      assertThat(reading.stream.trouble()).isEmpty();
    }
  }

  @Test
  void aReaderWhosePositionAnotherMovedReadsOnFromThere() throws Exception {
    // Given: ten records are applied, and the position is moved past three that are to come
    create(1);
    send(10, 1);
    ConcurrentLinkedQueue<Long> handed = new ConcurrentLinkedQueue<>();
    BatchHandler applying = StreamParts.applying("own");
    BatchHandler watching =
        (connection, batch) -> {
          batch.records().forEach(record -> handed.add(record.offset()));
          return applying.apply(connection, batch);
        };
    try (Reading reading = read(2_000, watching, false)) {
      awaitApplied(10);
      execute("update stream_position set next_offset = 13 where topic = '" + topic + "'");
      // When
      send(5, 1);
      // Then: what the other has applied is neither applied nor even handed over again
      awaitApplied(12);
      await().atMost(SOON).until(() -> reading.stream.state() == StreamConsumer.State.READING);
      assertThat(rows("select record_offset from applied" + ours() + " order by 1"))
          .containsExactly("0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "13", "14");
      assertThat(handed).doesNotContain(10L, 11L, 12L);
      assertThat(position()).isEqualTo(15);
    }
  }

  @Test
  void aTopicThatWasRecreatedWhileNobodyReadStopsTheStream() throws Exception {
    // Given
    create(1);
    send(10, 1);
    try (Reading before = read(2_000, StreamParts.applying("own"), false)) {
      awaitApplied(10);
      assertThat(before.stream.trouble()).isEmpty();
    }
    recreate();
    send(20, 1);
    // When
    try (Reading after = read(2_000, StreamParts.applying("own"), false)) {
      // Then
      after.awaitFailed();
      assertThat(after.stream.trouble())
          .contains("topic " + topic + " was deleted and created again")
          .contains("floorkeeper.ingest.accept-recreated-topics=true");
    }
    assertThat(appliedBy("own")).isEqualTo(10);

    // When: somebody has looked
    try (Reading accepted = read(2_000, StreamParts.applying("own"), true)) {
      // Then
      awaitApplied(30);
      assertThat(accepted.stream.state()).isNotEqualTo(StreamConsumer.State.FAILED);
    }
  }

  @Test
  void aTopicThatIsRecreatedWhileItIsReadStopsTheStreamToo() throws Exception {
    // Given: what comes is more than what was, so the old offset would be within range
    create(1);
    send(10, 1);
    try (Reading reading = read(2_000, StreamParts.applying("own"), false)) {
      awaitApplied(10);
      // When
      recreate();
      send(25, 1);
      // Then
      reading.awaitFailed();
      assertThat(reading.stream.trouble()).contains("was deleted and created again");
    }
    assertThat(appliedBy("own")).as("nothing of the new topic, least of all its end").isEqualTo(10);
  }

  @Test
  void aTopicThatIsRecreatedWhileItIsReadMayBeAcceptedToo() throws Exception {
    // Given
    create(1);
    send(10, 1);
    try (Reading reading = read(2_000, StreamParts.applying("own"), true)) {
      awaitApplied(10);
      // When
      recreate();
      send(25, 1);
      // Then
      awaitApplied(35);
      assertThat(numbers()).containsExactlyElementsOf(upTo(35));
      assertThat(reading.stream.state()).isNotEqualTo(StreamConsumer.State.FAILED);
    }
  }

  @Test
  void aDatabaseThatIsAwayForAWhileLosesNothing() throws Exception {
    // Given
    create(6);
    send(300, 6);
    try (Reading reading = read(20, StreamParts.applyingSlowly("own"), false)) {
      await().atMost(SOON).until(() -> appliedBy("own") >= 40);
      // When: in the middle of a transaction, most likely
      platform.database().orElseThrow().stop();
      try {
        send(300, 6);
        await().atMost(SOON).until(() -> reading.stream.state() == StreamConsumer.State.WAITING);
        assertThat(reading.stream.trouble()).isNotEmpty();
      } finally {
        platform.database().orElseThrow().start();
      }
      // Then
      awaitApplied(600);
      assertThat(numbers()).containsExactlyElementsOf(upTo(600));
      assertThat(position()).isEqualTo(600);
      await().atMost(SOON).until(() -> reading.stream.trouble().isEmpty());
    }
  }

  /** An Error in the handler (memory, a missing class) must not commit the half of a batch. */
  @Test
  void anErrorInTheMiddleOfABatchCommitsNothingOfItAndIsTriedAgain() throws Exception {
    // Given
    create(1);
    send(10, 1);
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
    try (Reading reading = read(2_000, dying, false)) {
      // When
      await().atMost(SOON).until(() -> reading.stream.state() == StreamConsumer.State.WAITING);
      // Then
      assertThat(reading.stream.trouble()).contains("NoClassDefFoundError");
      assertThat(rows("select next_offset from stream_position where topic = '" + topic + "'"))
          .isEmpty();

      // When
      mended.countDown();
      // Then
      awaitApplied(10);
      assertThat(numbers()).containsExactlyElementsOf(upTo(10));
    }
  }

  // ---

  /** A stream on a thread of its own. */
  private static final class Reading implements AutoCloseable {
    private final StreamConsumer stream;
    private final Thread thread;

    Reading(StreamConsumer stream) {
      this.stream = stream;
      this.thread = new Thread(stream, "stream-under-test");
      thread.setDaemon(true);
      thread.start();
    }

    /** Ended by itself, and stays told as failed. */
    void awaitFailed() {
      await().atMost(SOON).until(() -> !thread.isAlive());
      assertThat(stream.state()).isEqualTo(StreamConsumer.State.FAILED);
    }

    @Override
    public void close() {
      stream.stop();
      await().atMost(SOON).until(() -> !thread.isAlive());
    }
  }

  private Reading read(int batchRecords, BatchHandler handler, boolean acceptRecreatedTopics) {
    return new Reading(parts.stream(topic, batchRecords, handler, acceptRecreatedTopics));
  }

  private void create(int partitions) throws Exception {
    admin.createTopics(List.of(new NewTopic(topic, partitions, (short) 1))).all().get();
  }

  private void recreate() throws Exception {
    admin.deleteTopics(List.of(topic)).all().get();
    await().atMost(SOON).until(() -> !admin.listTopics().names().get().contains(topic));
    create(1);
  }

  /** Running numbers from 0, spread over the partitions. */
  private void send(int records, int partitions) throws Exception {
    List<Future<RecordMetadata>> taken = new ArrayList<>();
    for (int i = 0; i < records; i++) {
      taken.add(producer.send(record(sent % partitions, Integer.toString(sent))));
      sent++;
    }
    for (Future<RecordMetadata> one : taken) {
      one.get();
    }
  }

  private void send(String value, int partition) throws Exception {
    producer.send(record(partition, value)).get();
  }

  private ProducerRecord<byte[], byte[]> record(int partition, String value) {
    return new ProducerRecord<>(topic, partition, null, value.getBytes(StandardCharsets.UTF_8));
  }

  private void awaitApplied(long records) {
    await().atMost(SOON).until(() -> count("select count(*) from applied" + ours()) >= records);
    assertThat(count("select count(*) from applied" + ours())).isEqualTo(records);
  }

  private long appliedBy(String reader) {
    return count("select count(*) from applied" + ours() + " and reader = '" + reader + "'");
  }

  private List<Long> numbers() {
    return rows("select number from applied" + ours() + " order by 1").stream()
        .map(Long::valueOf)
        .toList();
  }

  private static List<Long> upTo(long end) {
    return LongStream.range(0, end).boxed().toList();
  }

  /** Under all ids that the topic has had. */
  private String ours() {
    return " where topic_id in (select topic_id from stream_position where topic = '"
        + topic
        + "')";
  }

  private long position() {
    return count("select sum(next_offset) from stream_position where topic = '" + topic + "'");
  }

  private List<ConsumerRecord<byte[], byte[]>> letters() throws Exception {
    String name = parts.settings().deadLetterTopic();
    List<TopicPartition> partitions =
        admin.describeTopics(Set.of(name)).allTopicNames().get().get(name).partitions().stream()
            .map(partition -> new TopicPartition(name, partition.partition()))
            .toList();
    List<ConsumerRecord<byte[], byte[]>> letters = new ArrayList<>();
    try (KafkaConsumer<byte[], byte[]> reader =
        new KafkaConsumer<>(
            parts.kafka(), new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
      reader.assign(partitions);
      reader.seekToBeginning(partitions);
      long end = reader.endOffsets(partitions).values().stream().mapToLong(o -> o).sum();
      for (long seen = 0; seen < end; ) {
        for (ConsumerRecord<byte[], byte[]> record : reader.poll(Duration.ofMillis(200))) {
          seen++;
          if (text(record.key()).startsWith(topic + "-")) {
            letters.add(record);
          }
        }
      }
    }
    return letters;
  }

  private static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.UTF_8);
  }

  private static long count(String sql) {
    return Long.parseLong(rows(sql).get(0));
  }

  private static void execute(String sql) throws SQLException {
    try (Connection connection = connect();
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  /** Of its own: the pool is the stream's, and may hold what a stopped database left. */
  private static Connection connect() throws SQLException {
    EmbeddedDatabase database = platform.database().orElseThrow();
    return DriverManager.getConnection(
        database.jdbcUrl(), database.username(), database.password());
  }

  /** Columns joined by a bar. */
  private static List<String> rows(String sql) {
    try (Connection connection = connect();
        Statement statement = connection.createStatement();
        ResultSet found = statement.executeQuery(sql)) {
      List<String> rows = new ArrayList<>();
      while (found.next()) {
        List<String> columns = new ArrayList<>();
        for (int c = 1; c <= found.getMetaData().getColumnCount(); c++) {
          columns.add(found.getString(c));
        }
        rows.add(String.join("|", columns));
      }
      return rows;
    } catch (SQLException e) {
      throw new AssertionError(e);
    }
  }
}
