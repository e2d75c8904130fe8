package io.floorkeeper.platform;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.function.Consumer;

/**
 * The PostgreSQL and the Kafka that the process brings itself: each one only where no setting names
 * another, so a given PostgreSQL beside an embedded Kafka is as good as any other pair. Holds the
 * data folder as long as an embedded part may run.
 */
public final class EmbeddedPlatform implements AutoCloseable {

  public static final String POSTGRES_PORT = "floorkeeper.embedded.postgres-port";
  public static final String KAFKA_PORT = "floorkeeper.embedded.kafka-port";
  public static final String KAFKA_CONTROLLER_PORT = "floorkeeper.embedded.kafka-controller-port";

  public static final String JDBC_URL = "quarkus.datasource.jdbc.url";
  public static final String BOOTSTRAP_SERVERS = "kafka.bootstrap.servers";

  private static final int DEFAULT_POSTGRES_PORT = 15432;
  private static final int DEFAULT_KAFKA_PORT = 19092;

  /** Held, not read. */
  private final QuietLogging quiet = QuietLogging.begin();

  private final Optional<DataFolder> folder;
  private final Optional<EmbeddedDatabase> database;
  private final Optional<EmbeddedBroker> broker;

  private EmbeddedPlatform(
      Optional<DataFolder> folder,
      Optional<EmbeddedDatabase> database,
      Optional<EmbeddedBroker> broker) {
    this.folder = folder;
    this.database = database;
    this.broker = broker;
  }

  /**
   * Which parts to bring, and where they listen.
   *
   * @param postgres whether to bring a PostgreSQL
   * @param kafka whether to bring a Kafka
   * @param postgresPort 0: a free one
   * @param kafkaPort 0: a free one
   * @param kafkaControllerPort 0: a free one
   * @param progress is told, line by line, what is going on; from several threads
   */
  public record Options(
      boolean postgres,
      boolean kafka,
      int postgresPort,
      int kafkaPort,
      int kafkaControllerPort,
      Consumer<String> progress) {

    /** Both parts, on free ports, in silence: for tests. */
    public static Options onFreePorts() {
      return new Options(true, true, 0, 0, 0, line -> {});
    }

    /** The parts that no setting makes unnecessary. */
    public static Options of(Settings settings, Consumer<String> progress) {
      int kafkaPort = settings.port(KAFKA_PORT, DEFAULT_KAFKA_PORT);
      return new Options(
          settings.find(JDBC_URL).isEmpty(),
          settings.find(BOOTSTRAP_SERVERS).isEmpty(),
          settings.port(POSTGRES_PORT, DEFAULT_POSTGRES_PORT),
          kafkaPort,
          settings.port(
              KAFKA_CONTROLLER_PORT, kafkaPort == 0 || kafkaPort == 65535 ? 0 : kafkaPort + 1),
          progress);
    }
  }

  /**
   * Starts the parts side by side and returns when both are ready. Without any part it touches
   * nothing, the folder included.
   *
   * @throws StartRefusedException the folder is in use, a port is taken, or a part does not start;
   *     then nothing runs
   */
  public static EmbeddedPlatform start(Path folder, Options options) {
    if (!options.postgres() && !options.kafka()) {
      return new EmbeddedPlatform(Optional.empty(), Optional.empty(), Optional.empty());
    }
    DataFolder held = DataFolder.open(folder);
    Optional<EmbeddedDatabase> database = Optional.empty();
    Optional<EmbeddedBroker> broker = Optional.empty();
    EmbeddedPlatform platform = null;
    try {
      if (options.postgres()) {
        database =
            Optional.of(
                new EmbeddedDatabase(held.path(), options.postgresPort(), options.progress()));
      }
      if (options.kafka()) {
        broker =
            Optional.of(
                new EmbeddedBroker(
                    held.path(), options.kafkaPort(), options.kafkaControllerPort()));
      }
      platform = new EmbeddedPlatform(Optional.of(held), database, broker);
      platform.startParts(options.progress());
      return platform;
    } catch (RuntimeException e) {
      if (platform == null) {
        platform = new EmbeddedPlatform(Optional.of(held), Optional.empty(), Optional.empty());
      }
      try {
        platform.close();
      } catch (RuntimeException whileClosing) {
        e.addSuppressed(whileClosing);
      }
      throw e;
    }
  }

  /** The embedded PostgreSQL; empty when another one is used. */
  public Optional<EmbeddedDatabase> database() {
    return database;
  }

  /** The embedded Kafka; empty when another one is used. */
  public Optional<EmbeddedBroker> broker() {
    return broker;
  }

  /** Where the embedded parts keep their data; empty when nothing is embedded. */
  public Optional<Path> folder() {
    return folder.map(DataFolder::path);
  }

  /** What the embedded parts are called in Quarkus's settings; nothing about parts not brought. */
  public Map<String, String> quarkusSettings() {
    Map<String, String> settings = new LinkedHashMap<>();
    database.ifPresent(
        it -> {
          settings.put(JDBC_URL, it.jdbcUrl());
          settings.put("quarkus.datasource.username", it.username());
          settings.put("quarkus.datasource.password", it.password());
        });
    broker.ifPresent(it -> settings.put(BOOTSTRAP_SERVERS, it.bootstrapServers()));
    return settings;
  }

  /**
   * Stops Kafka, then PostgreSQL, then lets the folder go. To be called when nothing uses them any
   * more. Can be called again.
   */
  @Override
  public void close() {
    List<Runnable> steps = new ArrayList<>();
    broker.ifPresent(it -> steps.add(it::stop));
    database.ifPresent(it -> steps.add(it::stop));
    folder.ifPresent(it -> steps.add(() -> release(it)));
    RuntimeException failure = null;
    for (Runnable step : steps) {
      try {
        step.run();
      } catch (RuntimeException e) {
        if (failure == null) {
          failure = e;
        } else {
          failure.addSuppressed(e);
        }
      }
    }
    if (failure != null) {
      throw failure;
    }
  }

  private void startParts(Consumer<String> progress) {
    List<CompletableFuture<Void>> starts = new ArrayList<>();
    database.ifPresent(
        it ->
            starts.add(
                inThread(
                    "embedded-postgres-start",
                    () -> timed("PostgreSQL 18", it::start, it.port(), progress))));
    broker.ifPresent(
        it ->
            starts.add(
                inThread(
                    "embedded-kafka-start",
                    () -> timed("Kafka 4.1", it::start, it.port(), progress))));
    RuntimeException failure = null;
    for (CompletableFuture<Void> start : starts) {
      try {
        start.join();
      } catch (CompletionException e) {
        RuntimeException cause =
            e.getCause() instanceof RuntimeException known ? known : new IllegalStateException(e);
        if (failure == null) {
          failure = cause;
        } else {
          failure.addSuppressed(cause);
        }
      }
    }
    if (failure != null) {
      throw failure;
    }
  }

  private static CompletableFuture<Void> inThread(String name, Runnable work) {
    return CompletableFuture.runAsync(work, task -> new Thread(task, name).start());
  }

  private static void timed(String part, Runnable start, int port, Consumer<String> progress) {
    progress.accept("starting " + part);
    long begin = System.nanoTime();
    start.run();
    Duration took = Duration.ofNanos(System.nanoTime() - begin);
    progress.accept(
        String.format(
            Locale.ROOT,
            "%s ready in %.1f s on %s:%d",
            part,
            took.toMillis() / 1000.0,
            Loopback.ADDRESS,
            port));
  }

  private static void release(DataFolder folder) {
    try {
      folder.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
