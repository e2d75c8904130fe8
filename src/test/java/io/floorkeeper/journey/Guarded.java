package io.floorkeeper.journey;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Map;

/** A service that wants keys, and what one does with them. */
final class Guarded {
  /** The first key, of the settings. */
  static final String FIRST = "fk_first_" + "0123456789abcdef".repeat(4);

  static final Map<String, String> SETTINGS =
      Map.of("floorkeeper.security.mode", "keys", "floorkeeper.security.bootstrap-key", FIRST);

  private Guarded() {}

  /** Waits until the first key opens. */
  static void awaitKeys(ServiceProcess service) {
    await()
        .atMost(Duration.ofSeconds(30))
        .until(() -> ask(service, FIRST, "GET", "/keys", null).statusCode() == 200);
  }

  /** Asks with a key; null: without one. */
  static HttpResponse<String> ask(
      ServiceProcess service, String key, String method, String path, String body) {
    return key == null
        ? service.ask(method, path, body)
        : service.ask(method, path, body, "Authorization", "Bearer " + key);
  }

  /** A key that is wanted. */
  static ObjectNode wanted(String name, String tenant, String... scopes) {
    ObjectNode request = ServiceProcess.JSON.createObjectNode();
    request.put("name", name);
    if (tenant == null) {
      request.put("all_tenants", true);
    } else {
      request.put("tenant", tenant);
    }
    for (String scope : scopes) {
      request.withArray("scopes").add(scope);
    }
    return request;
  }

  /** Makes a key with the first one: {@code key}, {@code key_id} and what it is good for. */
  static JsonNode make(ServiceProcess service, ObjectNode wanted) {
    HttpResponse<String> made = ask(service, FIRST, "POST", "/keys", wanted.toString());
    assertThat(made.statusCode()).as(made.body()).isEqualTo(201);
    return ServiceProcess.json(made);
  }

  /** The same, and the key alone. */
  static String key(ServiceProcess service, String name, String tenant, String... scopes) {
    return make(service, wanted(name, tenant, scopes)).path("key").asText();
  }

  static String code(HttpResponse<String> problem) {
    return ServiceProcess.json(problem).path("code").asText();
  }
}
