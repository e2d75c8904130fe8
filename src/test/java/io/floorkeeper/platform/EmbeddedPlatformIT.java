package io.floorkeeper.platform;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.apache.kafka.common.serialization.StringSerializer;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The embedded parts on a folder of their own: what was written must be there after any end. */
class EmbeddedPlatformIT {

  private static final Duration PATIENCE = Duration.ofSeconds(60);

  @TempDir Path temporary;

  @Test
  void keepsRowsAndRecordsOverARestart() throws Exception {
    Path folder = temporary.resolve("data");
    try (EmbeddedPlatform platform = start(folder)) {
      writeRow(platform);
      writeRecord(platform);
      assertThat(readRecords(platform)).containsExactly("kept");
    }

    try (EmbeddedPlatform platform = start(folder)) {
      assertThat(readRows(platform)).containsExactly("kept");
      assertThat(readRecords(platform)).containsExactly("kept");
    }
  }

  @Test
  void eachPartStopsAndStartsOnItsOwnAndStaysWhereItIs() throws Exception {
    try (EmbeddedPlatform platform = start(temporary.resolve("data"))) {
      writeRow(platform);
      writeRecord(platform);
      Map<String, String> before = platform.quarkusSettings();

      platform.database().orElseThrow().stop();
      assertThatThrownBy(() -> readRows(platform)).isInstanceOf(SQLException.class);
      assertThat(readRecords(platform)).containsExactly("kept");
      platform.database().orElseThrow().start();

      platform.broker().orElseThrow().stop();
      assertThat(Loopback.isFree(Loopback.ADDRESS, platform.broker().orElseThrow().port()))
          .isTrue();
      assertThat(readRows(platform)).containsExactly("kept");
      platform.broker().orElseThrow().start();

      assertThat(readRecords(platform)).containsExactly("kept");
      assertThat(platform.quarkusSettings()).isEqualTo(before);
    }
  }

  @Test
  void startsAfterItsProcessWasKilledAndStopsThePostgresThatWasLeft() throws Exception {
    Path folder = temporary.resolve("data");
    Path output = temporary.resolve("output");
    long orphan;
    try (ChildPlatform child = ChildPlatform.start(folder, output)) {
      await().atMost(PATIENCE).until(() -> ChildPlatform.isReady(Files.readString(output)));
      orphan = postmaster(folder);
      child.kill();
    }
    assertThat(isPostgres(orphan)).isTrue();

    List<String> progress = new CopyOnWriteArrayList<>();
    EmbeddedPlatform.Options options =
        new EmbeddedPlatform.Options(true, true, 0, 0, 0, progress::add);
    try (EmbeddedPlatform platform = EmbeddedPlatform.start(folder, options)) {
      assertThat(isPostgres(orphan)).isFalse();
      assertThat(progress)
          .contains(
              "stopping the PostgreSQL that a killed process left behind (process " + orphan + ")");
      writeRow(platform);
      writeRecord(platform);
      assertThat(readRows(platform)).containsExactly("kept");
      assertThat(readRecords(platform)).containsExactly("kept");
    }
  }

  @Test
  void startsBesideAProcessNumberThatABootGaveToAStranger() throws Exception {
    Path folder = temporary.resolve("data");
    List<String> pidFile;
    try (EmbeddedPlatform platform = start(folder)) {
      writeRow(platform);
      pidFile = new ArrayList<>(Files.readAllLines(folder.resolve("postgres/postmaster.pid")));
    }
    pidFile.set(0, Long.toString(ProcessHandle.current().pid()));
    Files.write(folder.resolve("postgres/postmaster.pid"), pidFile);

    try (EmbeddedPlatform platform = start(folder)) {
      assertThat(readRows(platform)).containsExactly("kept");
    }
  }

  @Test
  void refusesAFolderThatAnotherProcessHolds() throws Exception {
    Path folder = temporary.resolve("data");
    Path first = temporary.resolve("first");
    Path second = temporary.resolve("second");
    try (ChildPlatform holder = ChildPlatform.start(folder, first)) {
      await().atMost(PATIENCE).until(() -> ChildPlatform.isReady(Files.readString(first)));
      try (ChildPlatform refused = ChildPlatform.start(folder, second)) {
        assertThat(refused.exitCode()).isEqualTo(3);
      }
      assertThat(Files.readString(second))
          .contains("is in use by process " + holder.pid())
          .contains("FLOORKEEPER_DATA_FOLDER");
      assertThatThrownBy(() -> start(folder))
          .isInstanceOf(StartRefusedException.class)
          .hasMessageContaining("is in use by process " + holder.pid());
    }
    start(folder).close();
  }

  @Test
  void aTakenPortIsNamedWithItsSettingAndNothingIsLeftRunning() throws Exception {
    Path folder = temporary.resolve("data");
    try (ServerSocket stranger = new ServerSocket()) {
      stranger.bind(new InetSocketAddress(Loopback.ADDRESS, 0));
      int taken = stranger.getLocalPort();

      assertThatThrownBy(() -> EmbeddedPlatform.start(folder, onPorts(taken, 0)))
          .isInstanceOf(StartRefusedException.class)
          .hasMessageContaining("Port " + taken)
          .hasMessageContaining("FLOORKEEPER_EMBEDDED_POSTGRES_PORT");
      assertThatThrownBy(() -> EmbeddedPlatform.start(folder, onPorts(0, taken)))
          .isInstanceOf(StartRefusedException.class)
          .hasMessageContaining("Port " + taken)
          .hasMessageContaining("FLOORKEEPER_EMBEDDED_KAFKA_PORT");
    }
    assertThat(folder.resolve("postgres/postmaster.pid")).doesNotExist();
    start(folder).close();
  }

  @Test
  void isClosedToOthers() throws Exception {
    Path folder = temporary.resolve("data");
    try (EmbeddedPlatform platform = start(folder)) {
      assertThat(permissions(folder)).isEqualTo("rwx------");
      assertThat(permissions(folder.resolve("postgres-password"))).isEqualTo("rw-------");
      EmbeddedDatabase database = platform.database().orElseThrow();
      assertThatThrownBy(
              () -> DriverManager.getConnection(database.jdbcUrl(), "floorkeeper", "guessed"))
          .isInstanceOf(SQLException.class)
          .hasMessageContaining("password authentication failed");
      assertThat(query(platform, "SHOW listen_addresses")).containsExactly("127.0.0.1");
      assertThat(query(platform, "SHOW fsync")).containsExactly("on");
      assertThat(query(platform, "SHOW server_encoding")).containsExactly("UTF8");
    }
  }

  @Test
  void withoutAPartItTouchesNothing() {
    Path folder = temporary.resolve("data");
    EmbeddedPlatform.Options none = new EmbeddedPlatform.Options(false, false, 0, 0, 0, line -> {});

    try (EmbeddedPlatform platform = EmbeddedPlatform.start(folder, none)) {
      assertThat(platform.quarkusSettings()).isEmpty();
      assertThat(folder).doesNotExist();
    }
  }

  private static EmbeddedPlatform start(Path folder) {
    return EmbeddedPlatform.start(folder, EmbeddedPlatform.Options.onFreePorts());
  }

  private static EmbeddedPlatform.Options onPorts(int postgres, int kafka) {
    return new EmbeddedPlatform.Options(true, true, postgres, kafka, 0, line -> {});
  }

  private static String permissions(Path file) throws IOException {
    return PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
  }

  private static long postmaster(Path folder) throws IOException {
    return Long.parseLong(Files.readAllLines(folder.resolve("postgres/postmaster.pid")).get(0));
  }

  /** A process that ended and that nobody has asked about yet has no command any more. */
  private static boolean isPostgres(long pid) {
    return ProcessHandle.of(pid)
        .flatMap(process -> process.info().command())
        .filter(command -> command.contains("postgres"))
        .isPresent();
  }

  private static void writeRow(EmbeddedPlatform platform) throws SQLException {
    try (Connection connection = connect(platform);
        Statement statement = connection.createStatement()) {
      statement.execute("CREATE TABLE note (text text NOT NULL)");
      statement.execute("INSERT INTO note VALUES ('kept')");
    }
  }

  private static List<String> readRows(EmbeddedPlatform platform) throws SQLException {
    return query(platform, "SELECT text FROM note");
  }

  private static List<String> query(EmbeddedPlatform platform, String sql) throws SQLException {
    try (Connection connection = connect(platform);
        Statement statement = connection.createStatement();
        ResultSet rows = statement.executeQuery(sql)) {
      List<String> values = new ArrayList<>();
      while (rows.next()) {
        values.add(rows.getString(1));
      }
      return values;
    }
  }

  private static Connection connect(EmbeddedPlatform platform) throws SQLException {
    EmbeddedDatabase database = platform.database().orElseThrow();
    return DriverManager.getConnection(
        database.jdbcUrl(), database.username(), database.password());
  }

  private static void writeRecord(EmbeddedPlatform platform) throws Exception {
    String servers = platform.broker().orElseThrow().bootstrapServers();
    try (Admin admin = Admin.create(Map.of("bootstrap.servers", servers))) {
      admin.createTopics(List.of(new NewTopic("notes", 1, (short) 1))).all().get();
    }
    try (KafkaProducer<String, String> producer =
        new KafkaProducer<>(
            Map.of("bootstrap.servers", servers, "acks", "all"),
            new StringSerializer(),
            new StringSerializer())) {
      producer.send(new ProducerRecord<>("notes", "kept")).get();
    }
  }

  /** With the group protocol of KIP-848, as the service reads; each call starts from the front. */
  private static List<String> readRecords(EmbeddedPlatform platform) {
    Map<String, Object> settings =
        Map.of(
            "bootstrap.servers",
            platform.broker().orElseThrow().bootstrapServers(),
            "group.id",
            "readers",
            "group.protocol",
            "consumer",
            "enable.auto.commit",
            "false",
            "auto.offset.reset",
            "earliest");
    List<String> read = new ArrayList<>();
    try (KafkaConsumer<String, String> consumer =
        new KafkaConsumer<>(settings, new StringDeserializer(), new StringDeserializer())) {
      consumer.subscribe(List.of("notes"));
      await()
          .atMost(PATIENCE)
          .until(
              () -> {
                consumer.poll(Duration.ofMillis(100)).forEach(it -> read.add(it.value()));
                return !read.isEmpty();
              });
    }
    return read;
  }
}
