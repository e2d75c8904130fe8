package io.floorkeeper.journey;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.floorkeeper.platform.EmbeddedPlatform;
import java.io.IOException;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Keys over their life, and what a tenant sees of another. */
class AccessIT {
  private static final Duration SOON = Duration.ofSeconds(30);
  private static final Path POLICY = Path.of("src/test/resources/policies/tenants.yaml");

  @TempDir Path folder;

  @Test
  void aTenantSeesWhatIsItsOwn() {
    try (ServiceProcess service = embedded(Map.of())) {
      String acme = Guarded.key(service, "acme", "acme", "route", "read", "operate");
      String globex = Guarded.key(service, "globex", "globex", "route", "read", "operate");
      awaitLive(service);

      JsonNode routed = route(service, acme, "");
      String id = routed.path("decision_id").asText();
      JsonNode own = awaitLogged(service, acme, id);
      HttpResponse<String> others = get(service, globex, "/decisions/" + id);
      HttpResponse<String> platform = get(service, Guarded.FIRST, "/decisions/" + id);
      HttpResponse<String> stolen =
          Guarded.ask(service, globex, "POST", "/route", worker(",\"continues\":\"" + id + "\""));

      // Pins match the tenant of the key.
      assertThat(routed.path("model").asText()).isEqualTo("grand-1");
      assertThat(routed.path("constraints").toString()).contains("pin:acme-stays-strong");
      assertThat(route(service, globex, "").path("constraints").toString()).doesNotContain("pin:");
      assertThat(own.at("/record/tenant").asText()).isEqualTo("acme");
      assertThat(own.at("/id/tenant_no").asInt()).isPositive();
      assertThat(others.statusCode()).isEqualTo(404);
      assertThat(platform.statusCode()).isEqualTo(200);
      assertThat(stolen.statusCode()).isEqualTo(400);
      assertThat(Guarded.code(stolen)).isEqualTo("wrong_tenant");
      // A span has no credentials: its id says whose call it is.
      try (Spans spans = new Spans(service.kafka())) {
        spans.send(Spans.call(id, "grand-1"));
      }
      Ledger ledger = Ledger.embedded(service);
      await()
          .atMost(SOON)
          .until(
              () ->
                  ledger.number(
                          "select count(*) from call join tenant using (tenant_no)"
                              + " where name = 'acme'")
                      == 1);
      // Two keys are none: whoever passed the request on may have believed the other.
      String[][] twice = {
        {"Authorization", "Bearer " + acme, "Authorization", "Bearer " + globex},
        {"Authorization", "Bearer " + acme, "X-Floorkeeper-Key", globex},
        {"X-Floorkeeper-Key", acme, "X-Floorkeeper-Key", globex}
      };
      for (String[] keys : twice) {
        refused(service.ask("POST", "/route", worker(""), keys), 400, "ambiguous_header");
      }
      String[] once = {"Authorization", "Bearer " + acme, "X-Floorkeeper-Key", acme};
      assertThat(service.ask("POST", "/route", worker(""), once).statusCode()).isEqualTo(200);
      // Keys are seen and revoked within the tenant.
      JsonNode keys = ServiceProcess.json(get(service, acme, "/keys")).path("keys");
      assertThat(keys.findValuesAsText("name")).containsExactly("acme");
      String globexId = ledger.text("select key_id from api_key where name = 'globex'");
      assertThat(Guarded.ask(service, acme, "DELETE", "/keys/" + globexId, null).statusCode())
          .isEqualTo(404);
      assertThat(get(service, globex, "/keys").statusCode()).isEqualTo(200);
    }
  }

  @Test
  void credentialsSayTheDataClass() {
    try (ServiceProcess service =
        embedded(
            Map.of(
                "floorkeeper.security.tenant-header", "X-Tenant",
                "floorkeeper.security.data-class-header", "X-Data-Class"))) {
      ObjectNode wanted = Guarded.wanted("phi", "acme", "route", "read").put("data_class", "phi");
      String phi = Guarded.make(service, wanted).path("key").asText();
      String gateway = Guarded.key(service, "gateway", null, "route", "read");
      String globex = Guarded.key(service, "globex", "globex", "route", "read");
      awaitLive(service);

      HttpResponse<String> other =
          Guarded.ask(service, phi, "POST", "/route", worker(",\"data_class\":\"public\""));
      JsonNode same = route(service, phi, ",\"data_class\":\"PHI\"");

      assertThat(other.statusCode()).isEqualTo(422);
      assertThat(Guarded.code(other)).isEqualTo("data_class_mismatch");
      JsonNode silent = route(service, phi, "");
      assertThat(
              awaitLogged(service, phi, silent.path("decision_id").asText())
                  .at("/record/data_class")
                  .asText())
          .isEqualTo("phi");
      assertThat(same.path("decision_id").asText()).hasSize(64);

      // The gateway speaks for a tenant, and then sees what that tenant sees.
      HttpResponse<String> spoken =
          headers(service, gateway, "X-Tenant", "acme", "X-Data-Class", "phi");
      String id = ServiceProcess.json(spoken).path("decision_id").asText();
      JsonNode logged = awaitLogged(service, phi, id);
      assertThat(logged.at("/record/tenant").asText()).isEqualTo("acme");
      assertThat(logged.at("/record/data_class").asText()).isEqualTo("phi");
      assertThat(get(service, globex, "/decisions/" + id).statusCode()).isEqualTo(404);
      assertThat(
              service
                  .ask("GET", "/roles", null, "X-Floorkeeper-Key", gateway, "X-Tenant", "acme")
                  .statusCode())
          .isEqualTo(403);
      refused(headers(service, gateway, "X-Tenant", "nobody"), 422, "unknown_tenant");
      refused(
          headers(service, gateway, "X-Tenant", "acme", "X-Tenant", "globex"),
          400,
          "ambiguous_header");
      // Whoever is bound to a tenant is not believed.
      refused(headers(service, globex, "X-Tenant", "acme"), 403, "tenant_bound");
      refused(headers(service, globex, "X-Data-Class", "phi"), 403, "tenant_bound");
      refused(headers(service, phi, "X-Data-Class", "public"), 422, "data_class_mismatch");
      assertThat(headers(service, globex, "X-Tenant", "globex").statusCode()).isEqualTo(200);
    }
  }

  @Test
  void aRevokedKeyIsDeadOnEveryReplicaWithinASecondAndStaysSo() throws IOException {
    try (EmbeddedPlatform parts =
        EmbeddedPlatform.start(folder.resolve("parts"), EmbeddedPlatform.Options.onFreePorts())) {
      Map<String, String> settings = new HashMap<>(parts.quarkusSettings());
      settings.putAll(Guarded.SETTINGS);
      settings.put("floorkeeper.policy.file", POLICY.toAbsolutePath().toString());
      try (ServiceProcess one = new ServiceProcess(folder.resolve("one"), settings).start();
          ServiceProcess two = new ServiceProcess(folder.resolve("two"), settings).start()) {
        Guarded.awaitKeys(one);
        Guarded.awaitKeys(two);
        JsonNode doomed = Guarded.make(one, Guarded.wanted("doomed", null, "route", "read"));
        String kept = Guarded.key(one, "kept", null, "route", "read");
        String key = doomed.path("key").asText();
        await().atMost(SOON).until(() -> get(two, key, "/roles").statusCode() == 200);
        await().atMost(SOON).until(() -> get(two, kept, "/roles").statusCode() == 200);

        long begin = System.nanoTime();
        Guarded.ask(one, Guarded.FIRST, "DELETE", "/keys/" + doomed.path("key_id").asText(), null);
        int here = get(one, key, "/roles").statusCode();
        await()
            .pollInterval(Duration.ofMillis(10))
            .atMost(Duration.ofSeconds(10))
            .until(() -> get(two, key, "/roles").statusCode() == 401);
        long tookMillis = (System.nanoTime() - begin) / 1_000_000;

        System.out.printf("a revoked key was dead on the other replica after %d ms%n", tookMillis);
        assertThat(here).isEqualTo(401);
        assertThat(tookMillis).isLessThan(1_000);

        // Without Postgres a replica starts, and knows its callers from its disk.
        Path file = folder.resolve("two").resolve("data").resolve("keys.json");
        await().atMost(SOON).until(() -> Files.readString(file).contains("\"revoked_at\":\"2"));
        two.stop();
        parts.database().orElseThrow().stop();
        two.start();
        assertThat(Guarded.ask(two, kept, "POST", "/route", worker("")).statusCode())
            .isEqualTo(200);
        assertThat(Guarded.ask(two, key, "POST", "/route", worker("")).statusCode()).isEqualTo(401);
        assertThat(Guarded.ask(one, kept, "POST", "/route", worker("")).statusCode())
            .isEqualTo(200);

        // What is kept opens nothing and is nobody else's to read.
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
            .isEqualTo("rw-------");
        for (String secret : List.of(key, kept, Guarded.FIRST)) {
          assertThat(Files.readString(file)).doesNotContain(secret.substring(16));
          assertThat(one.log() + two.log()).doesNotContain(secret.substring(16));
        }
        parts.database().orElseThrow().start();
      }
    }
  }

  @Test
  void theManagementPathsWantKeysWhereTheSettingsSaySo() {
    try (ServiceProcess service = embedded(Map.of("floorkeeper.security.management", "keys"))) {
      String read = Guarded.key(service, "read", null, "read");
      String bound = Guarded.key(service, "bound", "acme", "read");
      String route = Guarded.key(service, "route", null, "route");
      for (String path : List.of("/q/metrics", "/q/openapi", "/q/health", "/q/health/well")) {
        refused(service.get(path), 401, "unauthenticated");
        refused(get(service, route, path), 403, "forbidden");
        refused(get(service, bound, path), 403, "tenant_bound");
        assertThat(get(service, read, path).statusCode()).as(path).isEqualTo(200);
      }
      assertThat(service.get("/q/health/live").statusCode()).isEqualTo(200);
      assertThat(service.get("/q/health/ready").statusCode()).isEqualTo(200);
    }
  }

  /** Not even for a moment: nobody has told a replica yet whom it may believe. */
  @Test
  void aReplicaThatNeverKnewKeysAnswersNobody() {
    Map<String, String> settings = new HashMap<>(Guarded.SETTINGS);
    settings.put("kafka.bootstrap.servers", "127.0.0.1:" + ServiceProcess.freePort());
    settings.put(
        "quarkus.datasource.jdbc.url",
        "jdbc:postgresql://127.0.0.1:" + ServiceProcess.freePort() + "/floorkeeper");
    try (ServiceProcess service = new ServiceProcess(folder, settings)) {
      service.launch();
      await().atMost(Duration.ofSeconds(60)).until(() -> answers(service));

      refused(Guarded.ask(service, null, "POST", "/route", worker("")), 401, "unauthenticated");
      refused(
          Guarded.ask(service, Guarded.FIRST, "POST", "/route", worker("")),
          503,
          "keys_unavailable");
    }
  }

  /** The browser of this machine reaches us too, whatever page it shows. */
  @Test
  void withoutKeysNoWebPageTurnsAnything() throws IOException {
    try (ServiceProcess service = ServiceProcess.embedded(folder, POLICY).start()) {
      String own = service.uri("").toString();
      String on = "{\"on\":true}";
      String[] json = {"Content-Type", "application/json", "Origin", "http://evil.example"};
      refused(service.ask("POST", "/kill-switch", on, json), 403, "cross_origin");
      refused(service.ask("GET", "/q/health", null, "Origin", "null"), 403, "cross_origin");
      refused(service.ask("OPTIONS", "/keys", null, "Origin", own + "0"), 403, "cross_origin");
      assertThat(raw(service, "GET /policy", "", "Host: evil.example"))
          .startsWith("HTTP/1.1 403")
          .contains("cross_origin", "\"Host\"");
      assertThat(service.ask("GET", "/policy", null, "Origin", own).statusCode()).isEqualTo(200);
      assertThat(raw(service, "GET /policy", "", "Host: localhost:" + service.uri("").getPort()))
          .startsWith("HTTP/1.1 200");

      // What a page sends without asking first has none of these types.
      for (String type :
          List.of("", "Content-Type: ", "Content-Type: text/plain", "Content-Type: garbage")) {
        for (String asked : List.of("POST /kill-switch", "POST /keys", "PUT /policy")) {
          assertThat(
                  raw(
                      service,
                      asked,
                      on,
                      "Host: localhost",
                      "Content-Length: " + on.length(),
                      type))
              .as(asked + " " + type)
              .startsWith("HTTP/1.1 415")
              .contains("unsupported_media_type");
        }
      }
      assertThat(ServiceProcess.json(service.get("/kill-switch")).path("on").asBoolean()).isFalse();
      assertThat(service.get("/q/metrics").body())
          .contains("floorkeeper_access_refused_total{code=\"cross_origin\"}");
    }
  }

  /**
   * The answer as it stands, to headers that a client library would set itself.
   *
   * @param headers as lines; empty ones are left out
   */
  private static String raw(ServiceProcess service, String asked, String body, String... headers)
      throws IOException {
    StringBuilder request = new StringBuilder(asked + " HTTP/1.1\r\nConnection: close\r\n");
    List.of(headers).stream().filter(h -> !h.isEmpty()).forEach(h -> request.append(h + "\r\n"));
    try (Socket socket = new Socket("127.0.0.1", service.uri("").getPort())) {
      socket.setSoTimeout(10_000);
      socket.getOutputStream().write((request + "\r\n" + body).getBytes(US_ASCII));
      return new String(socket.getInputStream().readAllBytes(), US_ASCII);
    }
  }

  private static boolean answers(ServiceProcess service) {
    try {
      return service.get("/q/health/live").statusCode() == 200;
    } catch (java.io.UncheckedIOException e) {
      return false;
    }
  }

  private ServiceProcess embedded(Map<String, String> further) {
    Map<String, String> settings = new HashMap<>(Guarded.SETTINGS);
    settings.putAll(further);
    ServiceProcess service = ServiceProcess.embedded(folder, POLICY, settings).start();
    Guarded.awaitKeys(service);
    return service;
  }

  private static void awaitLive(ServiceProcess service) {
    await()
        .atMost(SOON)
        .until(
            () ->
                ServiceProcess.json(get(service, Guarded.FIRST, "/roles/worker"))
                    .path("snapshot")
                    .asText()
                    .equals("live"));
  }

  private static JsonNode awaitLogged(ServiceProcess service, String key, String id) {
    await()
        .atMost(SOON)
        .until(
            () ->
                ServiceProcess.json(get(service, key, "/decisions/" + id))
                    .path("logged")
                    .asBoolean());
    return ServiceProcess.json(get(service, key, "/decisions/" + id));
  }

  private static HttpResponse<String> get(ServiceProcess service, String key, String path) {
    return Guarded.ask(service, key, "GET", path, null);
  }

  private static JsonNode route(ServiceProcess service, String key, String further) {
    HttpResponse<String> answer = Guarded.ask(service, key, "POST", "/route", worker(further));
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    return ServiceProcess.json(answer);
  }

  private static HttpResponse<String> headers(
      ServiceProcess service, String key, String... headers) {
    String[] all = new String[headers.length + 2];
    all[0] = "X-Floorkeeper-Key";
    all[1] = key;
    System.arraycopy(headers, 0, all, 2, headers.length);
    return service.ask("POST", "/route", worker(""), all);
  }

  private static void refused(HttpResponse<String> answer, int status, String code) {
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
    assertThat(Guarded.code(answer)).isEqualTo(code);
  }

  private static String worker(String further) {
    return "{\"role\":\"worker\"" + further + "}";
  }
}
