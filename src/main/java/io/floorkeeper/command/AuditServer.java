package io.floorkeeper.command;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.floorkeeper.platform.Causes;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.Collectors;
import picocli.CommandLine.Option;

/** The service whose trail is asked about, and the period: what the audit commands share. */
final class AuditServer {
  private static final Duration LIMIT = Duration.ofMinutes(15);

  @Option(
      names = "--server",
      paramLabel = "URL",
      defaultValue = "http://127.0.0.1:8080",
      description = "The service (default: ${DEFAULT-VALUE}).")
  private URI base;

  @Option(
      names = "--key-from",
      paramLabel = "VARIABLE",
      defaultValue = "FLOORKEEPER_API_KEY",
      description =
          "Environment variable with the API key (default: ${DEFAULT-VALUE}), never the key itself.")
  private String keyVariable;

  @Option(
      names = "--from",
      paramLabel = "TIME",
      description = "A day (UTC) or a time with its offset (default: since ever).")
  private String from;

  @Option(
      names = "--to",
      paramLabel = "TIME",
      description = "Exclusive, likewise (default: until now).")
  private String to;

  @Option(
      names = "--findings",
      paramLabel = "N",
      description = "Findings that are shown (default: 100); all are counted.")
  private Integer findings;

  /** What the service said. */
  record Answer(int status, String body) {
    boolean isThere() {
      return status == 200;
    }

    JsonNode json() throws IOException {
      return new ObjectMapper().readTree(body);
    }

    /** Why not, in one line. */
    String problem() {
      try {
        return json().path("detail").asText("HTTP " + status);
      } catch (IOException e) {
        return status == 0 ? body : "HTTP " + status;
      }
    }
  }

  Answer get(String path, Map<String, String> further, String accept) throws InterruptedException {
    Map<String, String> query = new HashMap<>(further);
    put(query, "from", from);
    put(query, "to", to);
    put(query, "findings", findings);
    String asked =
        query.entrySet().stream()
            .map(e -> e.getKey() + "=" + URLEncoder.encode(e.getValue(), StandardCharsets.UTF_8))
            .collect(Collectors.joining("&", "?", ""));
    try {
      HttpRequest.Builder request =
          HttpRequest.newBuilder(URI.create(base.toString().replaceAll("/+$", "") + path + asked))
              .timeout(LIMIT)
              .header("Accept", accept);
      String key = System.getenv(keyVariable);
      if (key != null) {
        request.header("Authorization", "Bearer " + key);
      }
      HttpResponse<String> response =
          HttpClient.newBuilder()
              .connectTimeout(Duration.ofSeconds(10))
              .build()
              .send(request.build(), HttpResponse.BodyHandlers.ofString());
      return new Answer(response.statusCode(), response.body());
    } catch (IOException | IllegalArgumentException e) {
      return new Answer(0, base + " cannot be asked: " + Causes.briefly(e));
    }
  }

  private static void put(Map<String, String> query, String name, Object value) {
    if (value != null) {
      query.put(name, value.toString());
    }
  }
}
