package io.floorkeeper.journey;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Who gets in where: every endpoint that the running service's interface description names, every
 * kind of caller. What is right stands in a table beside the test, so that neither a new endpoint
 * nor another annotation passes unseen.
 */
class AccessMatrixIT {
  private static final Path POLICY = Path.of("src/test/resources/policies/journey.yaml");
  private static final Path TABLE = Path.of("src/test/resources/access-matrix.txt");
  private static final List<String> SCOPES = List.of("route", "tell", "read", "operate", "policy");

  /** No request of this matrix may change anything: the body is refused by whoever reads it. */
  private static final String BODY = "{\"no_such_field\":1}";

  @TempDir Path folder;

  /**
   * One line of the table.
   *
   * @param scopes any of which does
   * @param ownTenant whether keys that are bound to a tenant may come in
   */
  private record Endpoint(String method, String path, List<String> scopes, boolean ownTenant) {
    String name() {
      return method + " " + path;
    }
  }

  /**
   * Whoever asks.
   *
   * @param key null: none
   * @param known whether the service knows them
   */
  private record Asker(
      String who, String header, String key, boolean known, boolean bound, List<String> scopes) {

    static Asker stranger(String who, String key) {
      return new Asker(who, "Authorization", key, false, false, List.of());
    }

    /** The status and code that must come; null: neither 401 nor 403. */
    String refusal(Endpoint endpoint) {
      if (!known) {
        return "401 unauthenticated";
      }
      if (endpoint.scopes.stream().noneMatch(scopes::contains)) {
        return "403 forbidden";
      }
      return bound && !endpoint.ownTenant ? "403 tenant_bound" : null;
    }
  }

  @Test
  void everyEndpointAdmitsWhomItDeclares() throws IOException {
    try (ServiceProcess service =
        ServiceProcess.embedded(folder, POLICY, Guarded.SETTINGS).start()) {
      Guarded.awaitKeys(service);
      List<Endpoint> endpoints = table();
      Map<String, String> mediaTypes = endpointsOf(service);
      assertThat(endpoints.stream().map(Endpoint::name))
          .as("the endpoints of the table are those of the interface")
          .containsExactlyInAnyOrderElementsOf(mediaTypes.keySet());
      List<Asker> askers = askers(service);

      List<String> wrong = new ArrayList<>();
      int admitted = 0;
      for (Endpoint endpoint : endpoints) {
        for (Asker asker : askers) {
          HttpResponse<String> answer =
              send(service, asker, endpoint, mediaTypes.get(endpoint.name()));
          String refusal = refusal(answer);
          admitted += refusal == null ? 1 : 0;
          if (!Objects.equals(refusal, asker.refusal(endpoint))) {
            wrong.add(
                endpoint.name()
                    + " by "
                    + asker.who
                    + ": "
                    + answer.statusCode()
                    + " instead of "
                    + asker.refusal(endpoint));
          }
          if (answer.statusCode() == 401) {
            assertThat(answer.headers().firstValue("WWW-Authenticate")).isPresent();
          }
          if (wrong.isEmpty() && "403 forbidden".equals(refusal)) {
            endpoint.scopes.forEach(scope -> assertThat(answer.body()).contains("'" + scope + "'"));
          }
        }
      }

      System.out.printf(
          Locale.ROOT,
          "access matrix: %d endpoints x %d callers = %d requests, %d admitted, %d not as declared%n",
          endpoints.size(),
          askers.size(),
          endpoints.size() * askers.size(),
          admitted,
          wrong.size());
      assertThat(wrong).isEmpty();
      assertThat(service.get("/q/metrics").body())
          .contains("floorkeeper_access_refused_total{code=\"unauthenticated\"}");
      assertThat(service.log()).doesNotContain(Guarded.FIRST);
      askers.stream()
          .filter(Asker::known)
          .forEach(asker -> assertThat(service.log()).doesNotContain(asker.key));
    }
  }

  private static List<Endpoint> table() throws IOException {
    return Files.readAllLines(TABLE).stream()
        .filter(line -> !line.startsWith("#") && !line.isBlank())
        .map(line -> line.trim().split("\\s+"))
        .map(f -> new Endpoint(f[0], f[1], List.of(f[2].split("\\|")), f[3].equals("own")))
        .toList();
  }

  /** Method and path of every endpoint, with the media type that it reads ("": none). */
  private static Map<String, String> endpointsOf(ServiceProcess service) {
    JsonNode document = ServiceProcess.json(service.get("/q/openapi?format=json"));
    Map<String, String> endpoints = new LinkedHashMap<>();
    for (Map.Entry<String, JsonNode> path : document.path("paths").properties()) {
      for (Map.Entry<String, JsonNode> operation : path.getValue().properties()) {
        JsonNode content = operation.getValue().at("/requestBody/content");
        endpoints.put(
            operation.getKey().toUpperCase(Locale.ROOT) + " " + path.getKey(),
            content.isEmpty() ? "" : content.fieldNames().next());
      }
    }
    return endpoints;
  }

  private static List<Asker> askers(ServiceProcess service) {
    List<Asker> askers = new ArrayList<>();
    String good = Guarded.key(service, "good", null, SCOPES.toArray(String[]::new));
    askers.add(Asker.stranger("nobody", null));
    askers.add(Asker.stranger("an empty key", ""));
    askers.add(Asker.stranger("no key at all", "Bearer token"));
    askers.add(Asker.stranger("an unknown id", "Bearer fk_unknown_" + "a".repeat(43)));
    askers.add(Asker.stranger("the id alone", "Bearer " + good.substring(0, 16)));
    askers.add(
        Asker.stranger("another secret", "Bearer " + good.substring(0, good.length() - 1) + "!"));
    askers.add(Asker.stranger("a longer secret", "Bearer " + good + "A"));
    askers.add(Asker.stranger("the key as a password", "Basic " + good));
    askers.add(Asker.stranger("a revoked key", "Bearer " + revoked(service)));
    askers.add(Asker.stranger("an expired key", "Bearer " + expired(service)));
    askers.add(new Asker("all scopes", "Authorization", "Bearer " + good, true, false, SCOPES));
    askers.add(new Asker("all scopes, own header", "X-Floorkeeper-Key", good, true, false, SCOPES));
    for (String tenant : new String[] {null, "acme", "default"}) {
      for (String scope : SCOPES) {
        String key = Guarded.key(service, scope + " of " + tenant, tenant, scope);
        askers.add(
            new Asker(
                "only " + scope + ", tenant " + tenant,
                "Authorization",
                "Bearer " + key,
                true,
                tenant != null,
                List.of(scope)));
        List<String> others = SCOPES.stream().filter(s -> !s.equals(scope)).toList();
        askers.add(
            new Asker(
                "all but " + scope + ", tenant " + tenant,
                "Authorization",
                "bearer "
                    + Guarded.key(
                        service,
                        "not " + scope + " of " + tenant,
                        tenant,
                        others.toArray(String[]::new)),
                true,
                tenant != null,
                others));
      }
    }
    return askers;
  }

  private static String revoked(ServiceProcess service) {
    JsonNode made = Guarded.make(service, Guarded.wanted("revoked", null, "read"));
    assertThat(
            Guarded.ask(
                    service, Guarded.FIRST, "DELETE", "/keys/" + made.path("key_id").asText(), null)
                .statusCode())
        .isEqualTo(200);
    return made.path("key").asText();
  }

  private static String expired(ServiceProcess service) {
    String key =
        Guarded.make(
                service,
                Guarded.wanted("expired", null, "read")
                    .put("expires_at", Instant.now().plusSeconds(2).toString()))
            .path("key")
            .asText();
    assertThat(Guarded.ask(service, key, "GET", "/roles", null).statusCode()).isEqualTo(200);
    await()
        .atMost(Duration.ofSeconds(10))
        .until(() -> Guarded.ask(service, key, "GET", "/roles", null).statusCode() == 401);
    return key;
  }

  private static HttpResponse<String> send(
      ServiceProcess service, Asker asker, Endpoint endpoint, String mediaType) {
    List<String> headers = new ArrayList<>();
    if (asker.key != null) {
      headers.addAll(List.of(asker.header, asker.key));
    }
    if (!mediaType.isEmpty()) {
      headers.addAll(List.of("Content-Type", mediaType));
    }
    return service.ask(
        endpoint.method,
        endpoint.path.replaceAll("\\{[^}]*}", "none"),
        mediaType.isEmpty() ? null : BODY,
        headers.toArray(String[]::new));
  }

  private static String refusal(HttpResponse<String> answer) {
    return answer.statusCode() == 401 || answer.statusCode() == 403
        ? answer.statusCode() + " " + Guarded.code(answer)
        : null;
  }
}
