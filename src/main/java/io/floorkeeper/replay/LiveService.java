package io.floorkeeper.replay;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.floorkeeper.platform.Backoff;
import io.floorkeeper.platform.Settings;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/** A running service, asked over HTTP. A service that restarts meanwhile is waited for. */
final class LiveService {
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  private final URI base;

  /** Of FLOORKEEPER_API_KEY, for a service that wants one. */
  private final Optional<String> key = Settings.ofProcess().find(Settings.API_KEY);

  private final ObjectMapper json = new ObjectMapper();
  private final HttpClient http =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(Duration.ofSeconds(5))
          .build();

  /** The service refuses what it was asked: to ask again would not help. */
  static final class RefusedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    RefusedException(String message) {
      super(message);
    }
  }

  LiveService(URI base) {
    this.base = base.toString().endsWith("/") ? base : URI.create(base + "/");
  }

  /** The answer of {@code /route}. */
  JsonNode route(String role, String runId, String step) {
    String body;
    try {
      body =
          json.writeValueAsString(
              Map.of("role", role, "run_id", runId, "step", step, "collaboration", "replay"));
    } catch (IOException e) {
      throw new IllegalStateException("maps of strings are always writable", e);
    }
    return ask(
        to("route")
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(body))
            .timeout(Duration.ofSeconds(10))
            .build());
  }

  /** What the snapshot in force holds of all roles. */
  JsonNode roles() {
    return ask(to("roles").timeout(Duration.ofSeconds(10)).build());
  }

  private HttpRequest.Builder to(String path) {
    HttpRequest.Builder request = HttpRequest.newBuilder(base.resolve(path));
    key.ifPresent(shown -> request.header("Authorization", "Bearer " + shown));
    return request;
  }

  private JsonNode ask(HttpRequest request) {
    Backoff backoff = new Backoff(Duration.ofMillis(50), Duration.ofSeconds(2));
    boolean told = false;
    long endNanos = System.nanoTime() + PATIENCE.toNanos();
    while (true) {
      try {
        HttpResponse<byte[]> response = http.send(request, HttpResponse.BodyHandlers.ofByteArray());
        if (response.statusCode() == 200) {
          return json.readTree(response.body());
        }
        if (response.statusCode() < 500) {
          JsonNode problem = json.readTree(response.body());
          throw new RefusedException(
              request.uri()
                  + ": "
                  + problem.path("detail").asText("HTTP " + response.statusCode()));
        }
      } catch (IOException e) {
        if (!told) {
          System.err.println("waiting for " + base);
          told = true;
        }
        if (System.nanoTime() > endNanos) {
          throw new RefusedException(
              request.uri() + " does not answer: " + e + "; is the service running?");
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        throw new IllegalStateException("interrupted", e);
      }
      if (System.nanoTime() > endNanos || !backoff.pause()) {
        throw new RefusedException(request.uri() + " does not answer");
      }
    }
  }
}
