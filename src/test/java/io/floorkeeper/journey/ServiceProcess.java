package io.floorkeeper.journey;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.awaitility.Awaitility;

/** The packaged jar as a process of its own, the way a user runs it. */
public final class ServiceProcess implements AutoCloseable {
  static final ObjectMapper JSON = new ObjectMapper();
  private static final Path JAR = Path.of("target", "quarkus-app", "quarkus-run.jar");
  private static final Duration START_LIMIT = Duration.ofSeconds(90);

  private final HttpClient http =
      HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
  private final Map<String, String> settings;
  private final Path log;
  private final int port;
  private Process process;

  /**
   * @param folder where data and log go
   * @param settings as system properties
   */
  public ServiceProcess(Path folder, Map<String, String> settings) {
    this.port = freePort();
    this.log = folder.resolve("service.log");
    this.settings = new HashMap<>(settings);
    if (settings.containsKey("kafka.bootstrap.servers")) {
      // To the service these parts are production, which it refuses without keys.
      this.settings.putIfAbsent("floorkeeper.security.mode", "none-i-know");
    }
    this.settings.put("quarkus.http.port", "" + port);
    this.settings.put("floorkeeper.data-folder", folder.resolve("data").toString());
  }

  /** On embedded parts, each on a free port. */
  static ServiceProcess embedded(Path folder, Path policy) {
    return embedded(folder, policy, Map.of());
  }

  /** The same with further settings. */
  static ServiceProcess embedded(Path folder, Path policy, Map<String, String> further) {
    Map<String, String> settings = new HashMap<>(further);
    settings.put("floorkeeper.embedded.postgres-port", "" + freePort());
    settings.put("floorkeeper.embedded.kafka-port", "" + freePort());
    settings.put("floorkeeper.embedded.kafka-controller-port", "" + freePort());
    settings.put("floorkeeper.snapshot.interval", "PT0.2S");
    settings.put("floorkeeper.pool.interval", "PT0.2S");
    settings.put("floorkeeper.policy.file", policy.toAbsolutePath().toString());
    return new ServiceProcess(folder, settings);
  }

  /** Starts and returns when {@code /route} can answer. */
  public ServiceProcess start() {
    launch();
    Awaitility.await("the service is ready, see " + log)
        .atMost(START_LIMIT)
        .pollInterval(Duration.ofMillis(100))
        .until(
            () -> {
              if (!process.isAlive()) {
                throw new IllegalStateException("the service ended:\n" + log());
              }
              return isReady();
            });
    return this;
  }

  /** Starts without waiting. */
  public Process launch() {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("-Xmx512m");
    command.add("-Duser.timezone=America/New_York"); // not every host is on UTC
    settings.forEach((name, value) -> command.add("-D" + name + "=" + value));
    command.add("-jar");
    command.add(JAR.toAbsolutePath().toString());
    try {
      Files.createDirectories(log.getParent());
      process =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
              .start();
      return process;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  boolean isReady() {
    try {
      return get("/q/health/ready").statusCode() == 200;
    } catch (UncheckedIOException e) {
      return false;
    }
  }

  /** Whether its process runs, ready or not. */
  public boolean isAlive() {
    return process.isAlive();
  }

  /** Of its process. */
  public long pid() {
    return process.pid();
  }

  public URI uri(String path) {
    return URI.create("http://127.0.0.1:" + port + path);
  }

  String setting(String name) {
    return settings.get(name);
  }

  String kafka() {
    return settings.getOrDefault(
        "kafka.bootstrap.servers", "127.0.0.1:" + settings.get("floorkeeper.embedded.kafka-port"));
  }

  public HttpResponse<String> get(String path) {
    return send(HttpRequest.newBuilder(uri(path)).timeout(Duration.ofSeconds(20)).build());
  }

  /**
   * @param accept the media type that is wanted
   */
  HttpResponse<String> get(String path, String accept) {
    return send(
        HttpRequest.newBuilder(uri(path))
            .timeout(Duration.ofSeconds(20))
            .header("Accept", accept)
            .build());
  }

  public HttpResponse<String> post(String path, String body) {
    return send(
        HttpRequest.newBuilder(uri(path))
            .timeout(Duration.ofSeconds(20))
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(body))
            .build());
  }

  /** What another command of the jar printed, behind its exit code and a line break. */
  public static String command(Path workingFolder, String... arguments) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("-jar");
    command.add(JAR.toAbsolutePath().toString());
    command.addAll(List.of(arguments));
    try {
      Process running =
          new ProcessBuilder(command)
              .directory(workingFolder.toFile())
              .redirectErrorStream(true)
              .start();
      String printed =
          new String(
              running.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
      return running.waitFor() + "\n" + printed;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  /** Asks for something that takes its time; without a body. */
  public HttpResponse<String> ask(String method, String path, Duration limit) {
    return send(
        HttpRequest.newBuilder(uri(path))
            .timeout(limit)
            .method(method, HttpRequest.BodyPublishers.noBody())
            .build());
  }

  /** Publishes a document over the version of this digest. */
  public HttpResponse<String> putPolicy(String document, String digest, String reason) {
    return send(
        HttpRequest.newBuilder(uri("/policy"))
            .timeout(Duration.ofSeconds(20))
            .header("Content-Type", "application/yaml")
            .header("If-Match", "\"" + digest + "\"")
            .header("X-Floorkeeper-Reason", reason)
            .PUT(HttpRequest.BodyPublishers.ofString(document))
            .build());
  }

  /** Takes an earlier version back. */
  HttpResponse<String> rollback(int version, String digest) {
    return send(
        HttpRequest.newBuilder(uri("/policy/rollback"))
            .timeout(Duration.ofSeconds(20))
            .header("Content-Type", "application/json")
            .header("If-Match", "\"" + digest + "\"")
            .POST(
                HttpRequest.BodyPublishers.ofString(
                    "{\"to_version\":" + version + ",\"reason\":\"back\"}"))
            .build());
  }

  /** The policy in force. */
  public JsonNode policy() {
    return json(get("/policy"));
  }

  /**
   * Asks with headers.
   *
   * @param body null: none
   * @param headers name, value, name, value, ...
   */
  HttpResponse<String> ask(String method, String path, String body, String... headers) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(uri(path))
            .timeout(Duration.ofSeconds(20))
            .method(
                method,
                body == null
                    ? HttpRequest.BodyPublishers.noBody()
                    : HttpRequest.BodyPublishers.ofString(body));
    for (int i = 0; i < headers.length; i += 2) {
      request.header(headers[i], headers[i + 1]);
    }
    if (body != null && !List.of(headers).contains("Content-Type")) {
      request.header("Content-Type", "application/json");
    }
    return send(request.build());
  }

  /** The answer to a request for this role. */
  public JsonNode route(String role) {
    return json(post("/route", "{\"role\":\"" + role + "\"}"));
  }

  /** What the snapshot in force says of this role. */
  JsonNode role(String role) {
    return json(get("/roles/" + role));
  }

  public static JsonNode json(HttpResponse<String> response) {
    try {
      return JSON.readTree(response.body());
    } catch (IOException e) {
      throw new UncheckedIOException(response.body(), e);
    }
  }

  /** SIGTERM, and the exit code. */
  int stop() {
    process.destroy();
    return waitForEnd();
  }

  /** SIGKILL. */
  public void kill() {
    process.destroyForcibly();
    waitForEnd();
  }

  String log() {
    try {
      return Files.readString(log);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    if (process != null && process.isAlive()) {
      stop();
    }
  }

  private int waitForEnd() {
    try {
      if (!process.waitFor(60, TimeUnit.SECONDS)) {
        process.destroyForcibly();
        throw new IllegalStateException("the service did not stop:\n" + log());
      }
      return process.exitValue();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  HttpResponse<String> send(HttpRequest request) {
    return send(request, HttpResponse.BodyHandlers.ofString());
  }

  <T> HttpResponse<T> send(HttpRequest request, HttpResponse.BodyHandler<T> handler) {
    try {
      return http.send(request, handler);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
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
