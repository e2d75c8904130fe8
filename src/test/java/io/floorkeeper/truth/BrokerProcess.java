package io.floorkeeper.truth;

import io.floorkeeper.platform.EmbeddedPlatform;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;

/** A Kafka broker in a JVM of its own: on the same ports and data however often it is killed. */
final class BrokerProcess implements AutoCloseable {
  private static final Duration START_LIMIT = Duration.ofMinutes(4);
  private static final int STOP_SECONDS = 5;
  private static final String READY = "ready";

  private final Path folder;
  private final Path output;
  private final int port = freePort();
  private final int controllerPort = freePort();
  private Process process;

  BrokerProcess(Path folder) {
    this.folder = folder;
    this.output = folder.resolveSibling("broker.log");
  }

  /** What the child runs: until its standard input ends, which it does with its parent. */
  public static void main(String... arguments) throws IOException {
    EmbeddedPlatform platform =
        EmbeddedPlatform.start(
            Path.of(arguments[0]),
            new EmbeddedPlatform.Options(
                false,
                true,
                0,
                Integer.parseInt(arguments[1]),
                Integer.parseInt(arguments[2]),
                line -> {}));
    Runtime.getRuntime().addShutdownHook(new Thread(platform::close));
    System.out.println(READY);
    while (System.in.read() >= 0) {
      // waits
    }
    System.exit(0);
  }

  String bootstrapServers() {
    return "127.0.0.1:" + port;
  }

  /** Returns when it takes requests. */
  void start() {
    try {
      Files.deleteIfExists(output);
      process =
          new ProcessBuilder(
                  List.of(
                      Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                      "-Xmx384m",
                      "-Djava.util.logging.manager=org.jboss.logmanager.LogManager",
                      "-cp",
                      System.getProperty("java.class.path"),
                      BrokerProcess.class.getName(),
                      folder.toString(),
                      "" + port,
                      "" + controllerPort))
              .redirectErrorStream(true)
              .redirectOutput(output.toFile())
              .start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Awaitility.await("the broker is ready, see " + output)
        .atMost(START_LIMIT)
        .pollInterval(Duration.ofMillis(50))
        .until(
            () -> {
              if (!process.isAlive()) {
                throw new IllegalStateException("the broker ended:\n" + Files.readString(output));
              }
              return Files.readString(output).lines().anyMatch(READY::equals);
            });
  }

  /** SIGKILL: nothing in it gets to clean up. */
  void kill() {
    process.destroyForcibly().onExit().join();
  }

  /** SIGTERM, and until it is gone; it is no fault of ours where it takes its time. */
  void stop() {
    process.destroy();
    try {
      if (!process.waitFor(STOP_SECONDS, TimeUnit.SECONDS)) {
        kill();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      kill();
    }
  }

  @Override
  public void close() {
    if (process != null && process.isAlive()) {
      stop();
    }
  }

  static int freePort() {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
