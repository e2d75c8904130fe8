package io.floorkeeper.journey;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;

/** A real OpenTelemetry Collector on the recipe as it ships. */
final class CollectorProcess implements AutoCloseable {
  private static final Path RECIPE = Path.of("deploy", "collector", "config.yaml");

  private final HttpClient http = HttpClient.newHttpClient();
  private final Path binary;
  private final Path log;
  private final Map<String, String> environment;
  private final int httpPort = ServiceProcess.freePort();
  private final int metricsPort = ServiceProcess.freePort();
  private Process process;

  /**
   * @param binary a Collector that has the parts of the recipe
   * @param folder for its queue and its log
   * @param encoding {@code otlp_proto} or {@code otlp_json}
   */
  CollectorProcess(Path binary, Path folder, String kafka, String encoding) {
    this.binary = binary;
    this.log = folder.resolve("collector.log");
    this.environment =
        Map.of(
            "KAFKA_BOOTSTRAP_SERVERS",
            kafka,
            "COLLECTOR_ENCODING",
            encoding,
            "COLLECTOR_QUEUE_FOLDER",
            folder.resolve("queue").toString(),
            "COLLECTOR_HTTP_PORT",
            "" + httpPort,
            "COLLECTOR_GRPC_PORT",
            "" + ServiceProcess.freePort(),
            "COLLECTOR_METRICS_PORT",
            "" + metricsPort);
  }

  URI endpoint(String path) {
    return URI.create("http://127.0.0.1:" + httpPort + path);
  }

  /** Starts, or starts again on the same queue, and returns when it listens. */
  CollectorProcess start() {
    ProcessBuilder command =
        new ProcessBuilder(List.of(binary.toString(), "--config", RECIPE.toString()))
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
    command.environment().putAll(environment);
    try {
      process = command.start();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Awaitility.await("the Collector listens, see " + log)
        .atMost(Duration.ofSeconds(60))
        .pollInterval(Duration.ofMillis(50))
        .until(
            () -> {
              if (!process.isAlive()) {
                throw new IllegalStateException("the Collector ended:\n" + Files.readString(log));
              }
              return listens();
            });
    return this;
  }

  /** SIGKILL. */
  void kill() {
    process.destroyForcibly();
    waitForEnd();
  }

  /** The sum of one of its own metrics over all labels; 0 where it was never counted. */
  double metric(String name) {
    HttpRequest request =
        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + metricsPort + "/metrics")).build();
    try {
      return http.send(request, HttpResponse.BodyHandlers.ofLines())
          .body()
          .filter(line -> line.startsWith(name + "{") || line.startsWith(name + " "))
          .mapToDouble(line -> Double.parseDouble(line.substring(line.lastIndexOf(' '))))
          .sum();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  private boolean listens() {
    try (Socket socket = new Socket()) {
      socket.connect(new InetSocketAddress("127.0.0.1", httpPort), 1_000);
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  private void waitForEnd() {
    try {
      if (!process.waitFor(30, TimeUnit.SECONDS)) {
        throw new IllegalStateException("the Collector did not stop, see " + log);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() {
    if (process != null && process.isAlive()) {
      process.destroy();
      waitForEnd();
    }
  }
}
