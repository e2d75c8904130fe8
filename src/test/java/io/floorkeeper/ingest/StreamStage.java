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

/**
 * A PostgreSQL, a broker and one topic, whose records are running numbers that the streams put into
 * the table {@code applied}.
 */
final class StreamStage implements AutoCloseable {
  static final Duration SOON = Duration.ofSeconds(60);

  private final EmbeddedPlatform platform;
  private final StreamParts parts;
  private final Admin admin;
  private final KafkaProducer<byte[], byte[]> producer;

  private String topic;
  private int sent;

  StreamStage(Path temporary) throws SQLException {
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

  EmbeddedPlatform platform() {
    return platform;
  }

  String topic() {
    return topic;
  }

  /** How many numbers were sent to the topic. */
  int sent() {
    return sent;
  }

  /** From here on all is about this topic. */
  void use(String topic) {
    this.topic = topic;
    this.sent = 0;
  }

  @Override
  public void close() {
    producer.close();
    admin.close();
    parts.close();
    platform.close();
  }

  /** A stream on a thread of its own. */
  static final class Reading implements AutoCloseable {
    private final StreamConsumer stream;
    private final Thread thread;

    Reading(StreamConsumer stream) {
      this.stream = stream;
      this.thread = new Thread(stream, "stream-under-test");
      thread.setDaemon(true);
      thread.start();
    }

    StreamConsumer stream() {
      return stream;
    }

    void awaitState(StreamConsumer.State state) {
      await().atMost(SOON).until(() -> stream.state() == state);
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

  Reading read(int batchRecords, BatchHandler handler, boolean acceptRecreatedTopics) {
    return new Reading(parts.stream(topic, batchRecords, handler, acceptRecreatedTopics));
  }

  /** As a stream of the topic has it. */
  StreamCursor cursor() {
    return parts.cursor(topic, false);
  }

  /** As a stream of the topic has it. */
  KafkaConsumer<byte[], byte[]> consumer() {
    return new KafkaConsumer<>(
        parts.consumer(topic, 2_000), new ByteArrayDeserializer(), new ByteArrayDeserializer());
  }

  void create(int partitions) throws Exception {
    admin.createTopics(List.of(new NewTopic(topic, partitions, (short) 1))).all().get();
  }

  void recreate() throws Exception {
    recreate(1);
  }

  void recreate(int partitions) throws Exception {
    admin.deleteTopics(List.of(topic)).all().get();
    await().atMost(SOON).until(() -> !admin.listTopics().names().get().contains(topic));
    create(partitions);
  }

  /** Running numbers from 0, spread over the partitions. */
  void send(int records, int partitions) throws Exception {
    List<Future<RecordMetadata>> taken = new ArrayList<>();
    for (int i = 0; i < records; i++) {
      taken.add(producer.send(record(sent % partitions, Integer.toString(sent))));
      sent++;
    }
    for (Future<RecordMetadata> one : taken) {
      one.get();
    }
  }

  void send(String value, int partition) throws Exception {
    producer.send(record(partition, value)).get();
  }

  private ProducerRecord<byte[], byte[]> record(int partition, String value) {
    return new ProducerRecord<>(topic, partition, null, value.getBytes(StandardCharsets.UTF_8));
  }

  void awaitApplied(long records) {
    await().atMost(SOON).until(() -> count("select count(*) from applied" + ours()) >= records);
    assertThat(count("select count(*) from applied" + ours())).isEqualTo(records);
  }

  long appliedBy(String reader) {
    return count("select count(*) from applied" + ours() + " and reader = '" + reader + "'");
  }

  List<Long> numbers() {
    return rows("select number from applied" + ours() + " order by 1").stream()
        .map(Long::valueOf)
        .toList();
  }

  static List<Long> upTo(long end) {
    return LongStream.range(0, end).boxed().toList();
  }

  /** Under all ids that the topic has had. */
  String ours() {
    return " where topic_id in (select topic_id from stream_position where topic = '"
        + topic
        + "')";
  }

  long position() {
    return count("select sum(next_offset) from stream_position where topic = '" + topic + "'");
  }

  List<ConsumerRecord<byte[], byte[]>> letters() throws Exception {
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

  static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.UTF_8);
  }

  long count(String sql) {
    return Long.parseLong(rows(sql).get(0));
  }

  void execute(String sql) throws SQLException {
    try (Connection connection = connect();
        Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  /** Of its own: the pool is the stream's, and may hold what a stopped database left. */
  private Connection connect() throws SQLException {
    EmbeddedDatabase database = platform.database().orElseThrow();
    return DriverManager.getConnection(
        database.jdbcUrl(), database.username(), database.password());
  }

  /** Columns joined by a bar. */
  List<String> rows(String sql) {
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
