package io.floorkeeper.ingest;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * Captured payloads that lie beside the project, not in it. Tests that need them are skipped where
 * they are absent.
 */
final class Samples {
  private static final ObjectMapper JSON = new ObjectMapper();

  private Samples() {}

  static List<Path> files(String folder) throws IOException {
    try (Stream<Path> files = Files.list(path(folder))) {
      return files.sorted().toList();
    }
  }

  static JsonNode tree(String file) throws IOException {
    return JSON.readTree(path(file).toFile());
  }

  /** A batch of one span with these attributes, as OTLP/JSON. */
  static byte[] wrapped(JsonNode attributes) {
    ObjectNode span = JSON.createObjectNode();
    span.put("traceId", Otlp.TRACE).put("spanId", Otlp.SPAN);
    span.put("startTimeUnixNano", Otlp.START).put("endTimeUnixNano", Otlp.END);
    span.set("attributes", attributes(attributes));
    return batch(JSON.createArrayNode().add(span), "test");
  }

  /** Spans as the JavaScript SDK exports them in memory, as OTLP/JSON. */
  static byte[] ofJavaScript(JsonNode spans, String scope) {
    ArrayNode converted = JSON.createArrayNode();
    for (JsonNode span : spans) {
      ObjectNode node = converted.addObject();
      node.setAll((ObjectNode) span.get("spanContext"));
      node.set("name", span.get("name"));
      node.set("status", span.get("status"));
      node.put("startTimeUnixNano", nanos(span.get("startTime")));
      node.put("endTimeUnixNano", nanos(span.get("endTime")));
      node.set("attributes", attributes(span.get("attributes")));
    }
    return batch(converted, scope);
  }

  static Path path(String relative) {
    Path samples = Path.of("..", "shared", "samples");
    assumeTrue(Files.isDirectory(samples), "no captured payloads at ../shared/samples");
    return samples.resolve(relative);
  }

  private static byte[] batch(ArrayNode spans, String scope) {
    ObjectNode root = JSON.createObjectNode();
    ObjectNode scoped =
        root.putArray("resourceSpans").addObject().putArray("scopeSpans").addObject();
    scoped.putObject("scope").put("name", scope);
    scoped.set("spans", spans);
    return Otlp.utf8(root);
  }

  static ArrayNode attributes(JsonNode map) {
    ArrayNode attributes = JSON.createArrayNode();
    map.properties()
        .forEach(
            member ->
                value(
                    attributes.addObject().put("key", member.getKey()).putObject("value"),
                    member.getValue()));
    return attributes;
  }

  private static void value(ObjectNode any, JsonNode value) {
    if (value.isTextual()) {
      any.set("stringValue", value);
    } else if (value.isIntegralNumber()) {
      any.put("intValue", value.asText());
    } else if (value.isNumber()) {
      any.set("doubleValue", value);
    } else if (value.isBoolean()) {
      any.set("boolValue", value);
    } else {
      ArrayNode values = any.putObject("arrayValue").putArray("values");
      value.forEach(element -> value(values.addObject(), element));
    }
  }

  private static String nanos(JsonNode hrTime) {
    return hrTime.get(0).asText() + "%09d".formatted(hrTime.get(1).asLong());
  }
}
