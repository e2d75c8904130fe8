package io.floorkeeper.ingest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.time.Instant;

/**
 * Payloads of one dialect each as OTLP/JSON: captured ones that lie beside the project, and the
 * project's own, written from what a dialect documents, in {@code dialects/own.json}.
 */
final class GoldenSources {
  private static final ObjectMapper JSON = new ObjectMapper();

  private GoldenSources() {}

  /**
   * @param source {@code own:} and a name there, or a file of the captures
   */
  static byte[] bytes(String source) throws IOException {
    if (source.startsWith("own:")) {
      return own(source.substring("own:".length()));
    }
    if (source.startsWith("openinference-genai/")) {
      return Samples.wrapped(Samples.tree(source));
    }
    if (source.startsWith("openinference-vercel-v6/")) {
      return Samples.ofJavaScript(Samples.tree(source), "ai");
    }
    if (source.startsWith("langfuse-framework-traces/")) {
      return ofLangfuse(Samples.tree(source));
    }
    return Files.readAllBytes(Samples.path(source));
  }

  private static byte[] own(String name) throws IOException {
    try (InputStream in = GoldenSources.class.getResourceAsStream("/dialects/own.json")) {
      JsonNode fixture = JSON.readTree(in).required(name);
      boolean logs = fixture.get("signal").asText().equals("logs");
      ArrayNode items = JSON.createArrayNode();
      int number = 0;
      for (JsonNode item : fixture.get("items")) {
        ObjectNode node = items.addObject();
        if (!logs) {
          node.put("traceId", Otlp.TRACE).put("spanId", "%016x".formatted(++number));
          node.put("startTimeUnixNano", Otlp.START).put("endTimeUnixNano", Otlp.END);
          node.set("name", item.get("name"));
          node.putObject("status").put("code", item.path("status").asInt(0));
        }
        node.set("attributes", Samples.attributes(item.get("attributes")));
        ArrayNode events = node.putArray("events");
        for (JsonNode event : item.path("events")) {
          events
              .addObject()
              .put("name", event.get("name").asText())
              .set("attributes", Samples.attributes(event.get("attributes")));
        }
      }
      ObjectNode root = JSON.createObjectNode();
      ObjectNode group = root.putArray(logs ? "resourceLogs" : "resourceSpans").addObject();
      group.putObject("resource").set("attributes", Samples.attributes(fixture.get("resource")));
      scoped(group, logs, fixture.get("scope").asText(), items);
      return Otlp.utf8(root);
    }
  }

  /**
   * A trace as Langfuse exports it: what a span carried lies in the metadata of an observation, all
   * of it as text. Observations of Langfuse's own SDK have lost theirs and become bare spans.
   */
  private static byte[] ofLangfuse(JsonNode trace) throws IOException {
    ObjectNode root = JSON.createObjectNode();
    ArrayNode groups = root.putArray("resourceSpans");
    for (JsonNode observation : trace.get("observations")) {
      JsonNode metadata = observation.path("metadata");
      metadata = metadata.isTextual() ? JSON.readTree(metadata.textValue()) : metadata;
      ObjectNode span = JSON.createObjectNode();
      span.put("traceId", observation.get("traceId").asText());
      span.put("spanId", observation.get("id").asText());
      span.put("parentSpanId", observation.path("parentObservationId").asText(""));
      span.put("name", observation.get("name").asText());
      span.put("startTimeUnixNano", nanos(observation.get("startTime").asText()));
      span.put("endTimeUnixNano", nanos(observation.get("endTime").asText()));
      span.set("attributes", text(metadata.path("attributes")));
      ObjectNode group = groups.addObject();
      group.putObject("resource").set("attributes", text(metadata.path("resourceAttributes")));
      scoped(
          group,
          false,
          metadata.path("scope").path("name").asText(),
          JSON.createArrayNode().add(span));
    }
    return Otlp.utf8(root);
  }

  private static void scoped(ObjectNode group, boolean logs, String scope, ArrayNode items) {
    ObjectNode scoped = group.putArray(logs ? "scopeLogs" : "scopeSpans").addObject();
    scoped.putObject("scope").put("name", scope);
    scoped.set(logs ? "logRecords" : "spans", items);
  }

  private static ArrayNode text(JsonNode map) {
    ObjectNode texts = JSON.createObjectNode();
    map.properties()
        .forEach(
            member ->
                texts.put(
                    member.getKey(),
                    member.getValue().isTextual()
                        ? member.getValue().textValue()
                        : member.getValue().toString()));
    return Samples.attributes(texts);
  }

  private static String nanos(String time) {
    Instant instant = Instant.parse(time);
    return instant.getEpochSecond() + "%09d".formatted(instant.getNano());
  }
}
