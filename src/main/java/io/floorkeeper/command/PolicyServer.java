package io.floorkeeper.command;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.floorkeeper.platform.Causes;
import java.io.IOException;
import java.io.PrintWriter;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** A running service as the commands call it that change or check it. */
final class PolicyServer {
  private static final String DEFAULT = "http://127.0.0.1:8080";
  private static final String KEY = "FLOORKEEPER_API_KEY";
  private static final Duration LIMIT = Duration.ofSeconds(30);
  private static final Duration REBUILD_LIMIT = Duration.ofHours(6);
  private static final ObjectMapper JSON = new ObjectMapper();

  private final URI base;
  private final String key;
  private final HttpClient http = HttpClient.newBuilder().connectTimeout(LIMIT).build();

  private PolicyServer(URI base, String key) {
    this.base = base;
    this.key = key;
  }

  /** Where the service is, and who asks. */
  static final class Options {
    @Option(
        names = "--server",
        paramLabel = "URL",
        description = "The service (default: " + DEFAULT + ").")
    private String url;

    @Option(
        names = "--key-from",
        paramLabel = "VARIABLE",
        defaultValue = KEY,
        description =
            "Environment variable with the API key (default: " + KEY + "), never the key itself.")
    private String variable;

    @Spec(Spec.Target.MIXEE)
    private CommandSpec spec;

    boolean isNamed() {
      return url != null;
    }

    PolicyServer server() {
      String named = url == null ? DEFAULT : url.replaceAll("/+$", "");
      try {
        URI uri = URI.create(named);
        if (uri.getHost() != null && uri.getScheme().matches("https?")) {
          return new PolicyServer(uri, System.getenv(variable));
        }
      } catch (IllegalArgumentException e) {
        // told below, as what is no URL of a service
      }
      throw new ParameterException(
          spec.commandLine(), "--server must be a URL such as " + DEFAULT + ", not " + url);
    }
  }

  /** The service was reached and said no, or was not reached. */
  static final class RefusedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final transient JsonNode problem;

    private RefusedException(String message, JsonNode problem) {
      super(message, null, false, false);
      this.problem = problem;
    }

    /** In one line, findings in lines of their own. */
    void print(PrintWriter err) {
      err.println(getMessage());
      problem
          .path("findings")
          .forEach(
              finding ->
                  PolicyFindings.print(
                      err,
                      finding.path("path").asText() + ": " + finding.path("message").asText(),
                      finding.path("suggestion").asText("")));
      err.flush();
    }
  }

  /** The digest that {@code If-Match} takes. */
  String digestInForce() throws IOException, InterruptedException {
    return json(request("/policy").header("Accept", "application/json").GET())
        .path("digest")
        .asText();
  }

  /**
   * The document of a version as it was written.
   *
   * @param version null: the one in force
   */
  String document(Integer version) throws IOException, InterruptedException {
    String path = version == null ? "/policy" : "/policy/versions/" + version;
    return send(request(path).header("Accept", "application/yaml").GET());
  }

  JsonNode put(String document, String digest, String reason)
      throws IOException, InterruptedException {
    return json(
        request("/policy?reason=" + URLEncoder.encode(reason, StandardCharsets.UTF_8))
            .header("If-Match", quoted(digest))
            .header("Content-Type", "application/yaml")
            .PUT(HttpRequest.BodyPublishers.ofString(document)));
  }

  JsonNode rollback(int version, String digest, String reason)
      throws IOException, InterruptedException {
    ObjectNode wish = JSON.createObjectNode().put("to_version", version).put("reason", reason);
    return json(
        request("/policy/rollback")
            .header("If-Match", quoted(digest))
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(wish.toString())));
  }

  JsonNode post(String path, String document) throws IOException, InterruptedException {
    return json(
        request(path)
            .header("Content-Type", "application/yaml")
            .POST(HttpRequest.BodyPublishers.ofString(document)));
  }

  /** Takes as long as the service has records to read. */
  JsonNode rebuild(boolean keep) throws IOException, InterruptedException {
    return json(
        request("/rebuild?keep=" + keep)
            .timeout(REBUILD_LIMIT)
            .POST(HttpRequest.BodyPublishers.noBody()));
  }

  private static String quoted(String digest) {
    return '"' + digest.replace("\"", "") + '"';
  }

  private HttpRequest.Builder request(String path) {
    HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(base + path)).timeout(LIMIT);
    return key == null || key.isBlank()
        ? request
        : request.header("Authorization", "Bearer " + key.strip());
  }

  private JsonNode json(HttpRequest.Builder request) throws IOException, InterruptedException {
    String body = send(request);
    try {
      return JSON.readTree(body);
    } catch (IOException e) {
      throw new RefusedException(
          base + " does not answer as Floorkeeper does: is this its URL?", JSON.missingNode());
    }
  }

  private String send(HttpRequest.Builder request) throws InterruptedException {
    HttpResponse<String> response;
    try {
      response = http.send(request.build(), HttpResponse.BodyHandlers.ofString());
    } catch (IOException e) {
      throw new RefusedException(
          "no answer from " + base + ": " + Causes.briefly(e), JSON.missingNode());
    }
    if (response.statusCode() / 100 == 2) {
      return response.body();
    }
    JsonNode problem;
    try {
      problem = JSON.readTree(response.body());
    } catch (IOException e) {
      problem = JSON.missingNode();
    }
    String told = problem.path("detail").asText("");
    if (response.statusCode() == 412) {
      told =
          "not published: version "
              + problem.path("current_version").asText()
              + " is in force (digest "
              + problem.path("current_digest").asText()
              + "); look at it and apply again";
    }
    throw new RefusedException(
        told.isEmpty()
            ? base + " answers " + response.statusCode() + ": is this the URL of Floorkeeper?"
            : told,
        problem);
  }
}
