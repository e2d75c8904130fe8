package io.floorkeeper.policy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.MissingNode;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What to write instead. The published schema says it of every key, so that there is one place that
 * does; where a name is near another, that.
 */
final class Suggestions {
  private static final Pattern NEAR = Pattern.compile("did you mean ('[^']*')\\?");
  private static final Pattern TWICE =
      Pattern.compile("\\btwice\\b|\\bduplicate", Pattern.CASE_INSENSITIVE);
  private static final Pattern STEP = Pattern.compile("([^.\\[\\]]+)|\\[(\\d+|\"[^\"]*\")\\]");
  private static final String WHOLE =
      "a policy is one YAML or JSON object with at least tiers and roles; the presets are examples";

  private static final JsonNode SCHEMA = schema();

  private Suggestions() {}

  static String of(String path, String message) {
    Matcher near = NEAR.matcher(message);
    if (near.find()) {
      return "write " + near.group(1);
    }
    if (TWICE.matcher(message).find()) {
      return "keep one of them";
    }
    JsonNode node = SCHEMA;
    JsonNode parent = SCHEMA;
    Matcher steps = STEP.matcher(path);
    while (steps.find() && !node.isMissingNode()) {
      parent = node;
      node = steps.group(1) != null ? member(node, steps.group(1)) : element(node, steps.group(2));
    }
    if (node == SCHEMA) {
      return WHOLE;
    }
    if (node.isMissingNode() && !message.contains("does not know this key")) {
      return WHOLE; // of the text as a whole: the path is the name of its source
    }
    if (node.isMissingNode()) {
      List<String> known = names(resolved(parent));
      return known.isEmpty() ? WHOLE : "leave it out; known here: " + String.join(", ", known);
    }
    return described(node);
  }

  private static JsonNode member(JsonNode of, String name) {
    JsonNode schema = resolved(of);
    JsonNode property = schema.path("properties").path(name);
    return property.isMissingNode() ? others(schema) : property;
  }

  private static JsonNode element(JsonNode of, String step) {
    JsonNode schema = resolved(of);
    return step.startsWith("\"") ? others(schema) : schema.path("items");
  }

  /** Of keys that users choose; missing where there are none such. */
  private static JsonNode others(JsonNode schema) {
    JsonNode others = schema.path("additionalProperties");
    return others.isObject() ? others : MissingNode.getInstance();
  }

  /** Its own words, then what its type adds. */
  private static String described(JsonNode node) {
    JsonNode schema = resolved(node);
    List<String> parts = new ArrayList<>();
    parts.add(values(schema));
    String own = node.path("description").asText(schema.path("description").asText(""));
    if (!own.isEmpty()) {
      parts.add(own);
    }
    return String.join(". ", parts.stream().filter(p -> !p.isEmpty()).toList());
  }

  private static String values(JsonNode schema) {
    if (schema.has("enum")) {
      List<String> all = new ArrayList<>();
      schema.get("enum").forEach(one -> all.add(one.asText()));
      return "write one of " + String.join(", ", all);
    }
    if (schema.has("const")) {
      return "write " + schema.get("const").asText();
    }
    if (schema.has("oneOf") && !schema.has("properties")) {
      List<String> ways = new ArrayList<>();
      schema.get("oneOf").forEach(one -> ways.add(values(resolved(one))));
      return String.join(", or ", ways);
    }
    return switch (schema.path("type").asText()) {
      case "number", "integer" -> "write a number" + range(schema);
      case "string" -> "write a text";
      case "boolean" -> "write true or false";
      case "array" -> "write a list";
      case "object" ->
          schema.has("properties")
              ? "write an object of " + String.join(", ", names(schema))
              : "write an object";
      default -> "";
    };
  }

  private static String range(JsonNode schema) {
    List<String> ends = new ArrayList<>();
    end(schema, "minimum", "from ", ends);
    end(schema, "exclusiveMinimum", "above ", ends);
    end(schema, "maximum", "to ", ends);
    end(schema, "exclusiveMaximum", "below ", ends);
    return ends.isEmpty() ? "" : " " + String.join(" ", ends);
  }

  private static void end(JsonNode schema, String key, String word, List<String> ends) {
    if (schema.has(key)) {
      ends.add(word + schema.get(key).asText());
    }
  }

  private static List<String> names(JsonNode schema) {
    List<String> names = new ArrayList<>();
    schema.path("properties").fieldNames().forEachRemaining(names::add);
    return names;
  }

  private static JsonNode resolved(JsonNode node) {
    String reference = node.path("$ref").asText("");
    return reference.isEmpty() ? node : SCHEMA.at(reference.substring(1));
  }

  private static JsonNode schema() {
    try (InputStream stream = Suggestions.class.getResourceAsStream("/schema/policy.schema.json")) {
      return new ObjectMapper().readTree(stream);
    } catch (IOException e) {
      throw new UncheckedIOException("the policy schema of this jar cannot be read", e);
    }
  }
}
