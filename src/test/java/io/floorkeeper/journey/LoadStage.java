package io.floorkeeper.journey;

import io.floorkeeper.ledger.DecisionKeys;
import io.floorkeeper.platform.EmbeddedDatabase;
import io.floorkeeper.platform.EmbeddedPlatform;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicReference;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.apache.kafka.clients.producer.KafkaProducer;
import org.apache.kafka.clients.producer.ProducerConfig;
import org.apache.kafka.clients.producer.ProducerRecord;
import org.apache.kafka.common.serialization.ByteArraySerializer;
import org.awaitility.Awaitility;

/**
 * PostgreSQL and the broker in this process, the service in one of its own, and the spans' topic.
 */
final class LoadStage implements AutoCloseable {
  static final String TOPIC = "otlp_spans";
  static final int PARTITIONS = 6;

  private final EmbeddedPlatform platform;
  private final int jmxPort = ServiceProcess.freePort();
  private final ServiceProcess service;
  private final Connection connection;
  private int next;

  LoadStage(Path folder, Path policy) throws SQLException {
    platform =
        EmbeddedPlatform.start(folder.resolve("parts"), EmbeddedPlatform.Options.onFreePorts());
    Map<String, String> settings = new HashMap<>(platform.quarkusSettings());
    settings.put("floorkeeper.policy.file", policy.toAbsolutePath().toString());
    settings.put("com.sun.management.jmxremote.port", "" + jmxPort);
    settings.put("com.sun.management.jmxremote.host", "127.0.0.1");
    settings.put("java.rmi.server.hostname", "127.0.0.1");
    settings.put("com.sun.management.jmxremote.authenticate", "false");
    settings.put("com.sun.management.jmxremote.ssl", "false");
    settings.put("floorkeeper.ingest.new-topic-partitions", "" + PARTITIONS);
    service = new ServiceProcess(folder, settings);
    try (Admin admin =
        Admin.create(
            Map.of(
                "bootstrap.servers",
                (Object) platform.broker().orElseThrow().bootstrapServers()))) {
      admin.createTopics(List.of(new NewTopic(TOPIC, PARTITIONS, (short) 1))).all().get();
    } catch (InterruptedException | ExecutionException e) {
      throw new IllegalStateException(e);
    }
    EmbeddedDatabase database = platform.database().orElseThrow();
    connection =
        DriverManager.getConnection(database.jdbcUrl(), database.username(), database.password());
  }

  ServiceProcess service() {
    return service;
  }

  /** Has the service lay out its tables and give keys and numbers, and stops it again. */
  void prepare(int roles) {
    service.start(); // it may answer before it has reached the database
    Awaitility.await()
        .atMost(Duration.ofMinutes(2))
        .ignoreExceptions() // no such table yet
        .until(
            () ->
                number("select count(*) from role") >= roles
                    && number("select count(*) from arm") > 0
                    && number("select count(*) from decision_key") > 0);
    service.stop();
  }

  LoadGauge gauge() {
    return new LoadGauge(jmxPort, platform.database().orElseThrow().processId().orElseThrow());
  }

  EmbeddedPlatform platform() {
    return platform;
  }

  /** Spans under the keys and numbers that the service has given. */
  LoadSpans spans(LoadSpans.Encoding encoding, int spansPerRecord, long seed) throws SQLException {
    Map<Integer, byte[]> secrets = new TreeMap<>();
    List<LoadSpans.NumberedArm> arms = new ArrayList<>();
    List<Integer> roles = new ArrayList<>();
    try (ResultSet row = query("select key_no, secret from decision_key")) {
      while (row.next()) {
        secrets.put(row.getInt(1), row.getBytes(2));
      }
    }
    try (ResultSet row = query("select arm_no, key from arm order by arm_no")) {
      while (row.next()) {
        String key = row.getString(2);
        arms.add(new LoadSpans.NumberedArm(row.getInt(1), key.substring(key.indexOf('/') + 1)));
      }
    }
    try (ResultSet row = query("select role_no from role order by role_no")) {
      while (row.next()) {
        roles.add(row.getInt(1));
      }
    }
    return new LoadSpans(
        new DecisionKeys(secrets),
        roles.stream().mapToInt(i -> i).toArray(),
        arms,
        (int) number("select max(version) from policy_version"),
        encoding,
        spansPerRecord,
        seed);
  }

  private ResultSet query(String sql) throws SQLException {
    PreparedStatement statement = connection.prepareStatement(sql);
    statement.closeOnCompletion();
    return statement.executeQuery();
  }

  long number(String sql) throws SQLException {
    try (ResultSet row = query(sql)) {
      row.next();
      return row.getLong(1);
    }
  }

  /** What is committed. */
  long total(String name) throws SQLException {
    return number("select coalesce(sum(total), 0) from ingest_total where name = '" + name + "'");
  }

  /**
   * Sends so many spans as the Collector does: no key, no headers, no compression; spread over the
   * partitions. Returns once the broker has all of them.
   */
  void send(LoadSpans load, long spans) {
    Properties properties = new Properties();
    properties.put(
        ProducerConfig.BOOTSTRAP_SERVERS_CONFIG,
        platform.broker().orElseThrow().bootstrapServers());
    properties.put(ProducerConfig.ACKS_CONFIG, "all");
    properties.put(ProducerConfig.LINGER_MS_CONFIG, 20);
    properties.put(ProducerConfig.BATCH_SIZE_CONFIG, 512 << 10);
    AtomicReference<Exception> failure = new AtomicReference<>();
    try (KafkaProducer<byte[], byte[]> producer =
        new KafkaProducer<>(properties, new ByteArraySerializer(), new ByteArraySerializer())) {
      for (long end = load.spans() + spans; load.spans() < end && failure.get() == null; ) {
        producer.send(
            new ProducerRecord<>(TOPIC, next++ % PARTITIONS, null, load.next()),
            (taken, e) -> {
              if (e != null) {
                failure.set(e);
              }
            });
      }
      producer.flush();
    }
    if (failure.get() != null) {
      throw new IllegalStateException("the broker did not take all", failure.get());
    }
  }

  @Override
  public void close() throws SQLException {
    service.close();
    connection.close();
    platform.close();
  }
}
