package io.floorkeeper.access;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import io.floorkeeper.platform.Causes;
import io.floorkeeper.platform.StartRefusedException;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** At a running service, with a key of scope operate. */
final class HttpKeyDesk implements KeyDesk {
  private static final Duration LIMIT = Duration.ofSeconds(20);

  private final URI base;
  private final Optional<String> key;
  private final JsonMapper json =
      JsonMapper.builder()
          .addModule(new JavaTimeModule())
          .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS)
          .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES) // of a newer service
          .build();
  private final HttpClient http =
      HttpClient.newBuilder()
          .version(HttpClient.Version.HTTP_1_1)
          .connectTimeout(Duration.ofSeconds(5))
          .build();

  /**
   * @param key that is shown; empty: none, where the service wants none
   */
  HttpKeyDesk(URI base, Optional<String> key) {
    this.base = base.toString().endsWith("/") ? base : URI.create(base + "/");
    this.key = key;
  }

  @Override
  public KeyAnswer make(KeyRequest request) {
    try {
      String body = json.writeValueAsString(request);
      return ask(
          to("keys").header("Content-Type", "application/json").POST(BodyPublishers.ofString(body)),
          KeyAnswer.class);
    } catch (IOException e) {
      throw new IllegalStateException("a request is always writable", e);
    }
  }

  @Override
  public List<KeyAnswer> list() {
    return ask(to("keys").GET(), KeyAnswer.Keys.class).keys();
  }

  @Override
  public KeyAnswer revoke(String keyId) {
    return ask(
        to("keys/" + URLEncoder.encode(keyId, StandardCharsets.UTF_8)).DELETE(), KeyAnswer.class);
  }

  private HttpRequest.Builder to(String path) {
    HttpRequest.Builder request = HttpRequest.newBuilder(base.resolve(path)).timeout(LIMIT);
    key.ifPresent(shown -> request.header("Authorization", "Bearer " + shown));
    return request;
  }

  private <T> T ask(HttpRequest.Builder request, Class<T> answer) {
    try {
      HttpResponse<byte[]> response =
          http.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
      if (response.statusCode() / 100 != 2) {
        throw new StartRefusedException(
            base
                + " refuses: "
                + json.readTree(response.body())
                    .path("detail")
                    .asText("HTTP " + response.statusCode()));
      }
      return json.readValue(response.body(), answer);
    } catch (IOException e) {
      throw new StartRefusedException(base + " does not answer: " + Causes.briefly(e), e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }
}
