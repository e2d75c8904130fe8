package io.floorkeeper.truth;

import io.floorkeeper.journey.ServiceProcess;
import io.floorkeeper.platform.EmbeddedDatabase;
import io.floorkeeper.platform.EmbeddedPlatform;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.ExecutionException;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.apache.kafka.clients.CommonClientConfigs;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.NewTopic;
import org.awaitility.Awaitility;

/** Two replicas, a broker and a PostgreSQL, each of which can be taken away and put back. */
final class Stage implements AutoCloseable {
  static final String TOPIC = "otlp_spans";
  static final List<String> TOPICS = List.of(TOPIC, Told.LOGS, Told.OUTCOMES);
  static final int PARTITIONS = 6;
  private static final Path POLICY = Path.of("src/test/resources/policies/truth.yaml");

  /** Clients tell every lost connection, again and again. Held, or it would be forgotten. */
  private static final Logger CLIENTS = Logger.getLogger("org.apache.kafka.clients");

  private final EmbeddedPlatform parts;
  private final BrokerProcess broker;
  private final List<ServiceProcess> replicas = new ArrayList<>();

  /**
   * @param batchRecords of a transaction at most
   */
  Stage(Path folder, int batchRecords) {
    CLIENTS.setLevel(Level.SEVERE);
    parts =
        EmbeddedPlatform.start(
            folder.resolve("postgres"),
            new EmbeddedPlatform.Options(true, false, 0, 0, 0, line -> {}));
    broker = new BrokerProcess(folder.resolve("broker"));
    try {
      broker.start();
      createTopics();
      Map<String, String> settings = new HashMap<>(parts.quarkusSettings());
      settings.put(EmbeddedPlatform.BOOTSTRAP_SERVERS, broker.bootstrapServers());
      settings.put("floorkeeper.policy.file", POLICY.toAbsolutePath().toString());
      settings.put("floorkeeper.ingest.batch-records", "" + batchRecords);
      for (int i = 0; i < 2; i++) {
        replicas.add(new ServiceProcess(folder.resolve("replica-" + i), settings));
      }
      // One after the other: the first one makes the tables.
      replicas.forEach(replica -> live(replica.start()));
    } catch (RuntimeException e) {
      close();
      throw e;
    }
  }

  private static void live(ServiceProcess service) {
    Awaitility.await()
        .atMost(Duration.ofSeconds(60))
        .pollInterval(Duration.ofMillis(50))
        .until(
            () ->
                ServiceProcess.json(service.get("/roles"))
                    .path("snapshot")
                    .asText()
                    .equals("live"));
  }

  private void createTopics() {
    try (Admin admin = Admin.create(kafka())) {
      admin
          .createTopics(
              TOPICS.stream().map(name -> new NewTopic(name, PARTITIONS, (short) 1)).toList())
          .all()
          .get();
    } catch (ExecutionException e) {
      throw new IllegalStateException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  Properties kafka() {
    Properties properties = new Properties();
    properties.put(CommonClientConfigs.BOOTSTRAP_SERVERS_CONFIG, broker.bootstrapServers());
    return properties;
  }

  BrokerProcess broker() {
    return broker;
  }

  EmbeddedDatabase database() {
    return parts.database().orElseThrow();
  }

  List<ServiceProcess> replicas() {
    return replicas;
  }

  /** Of its own, and no pool's. */
  Connection connect() throws SQLException {
    return DriverManager.getConnection(
        database().jdbcUrl(), database().username(), database().password());
  }

  /**
   * As a crash: what is not in the write-ahead log is gone, and the next start recovers.
   *
   * <p>SIGQUIT is PostgreSQL's immediate shutdown; the JVM can send no such signal itself.
   */
  void crashDatabase() {
    long pid = database().processId().orElseThrow();
    signal("QUIT", pid);
    Awaitility.await()
        .atMost(Duration.ofSeconds(30))
        .pollInterval(Duration.ofMillis(20))
        .until(() -> ProcessHandle.of(pid).filter(ProcessHandle::isAlive).isEmpty());
    database().stop();
  }

  static void signal(String name, long pid) {
    try {
      int code = new ProcessBuilder("kill", "-" + name, "" + pid).start().waitFor();
      if (code != 0) {
        throw new IllegalStateException("kill -" + name + " ended with " + code);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() {
    replicas.forEach(ServiceProcess::close);
    broker.close();
    parts.close();
  }
}
