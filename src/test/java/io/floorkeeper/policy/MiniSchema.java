package io.floorkeeper.policy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The part of JSON Schema 2020-12 that the policy's schema uses. A keyword that it does not know is
 * an error, so that it cannot nod through what it does not check.
 */
final class MiniSchema {
  private final JsonNode root;

  private MiniSchema(JsonNode root) {
    this.root = root;
  }

  static MiniSchema ofPolicy() {
    try (InputStream in = MiniSchema.class.getResourceAsStream("/schema/policy.schema.json")) {
      return new MiniSchema(new ObjectMapper().readTree(in));
    } catch (IOException unreadable) {
      throw new UncheckedIOException(unreadable);
    }
  }

  JsonNode definitions() {
    return root.get("$defs");
  }

  List<String> faults(JsonNode document) {
    List<String> faults = new ArrayList<>();
    check(root, document, "", faults);
    return faults;
  }

  private boolean holds(JsonNode schema, JsonNode value) {
    List<String> faults = new ArrayList<>();
    check(schema, value, "", faults);
    return faults.isEmpty();
  }

  private void check(JsonNode schema, JsonNode value, String path, List<String> faults) {
    for (Map.Entry<String, JsonNode> keyword : schema.properties()) {
      if (!keywordHolds(schema, keyword.getKey(), keyword.getValue(), value, path, faults)) {
        faults.add(path + " breaks " + keyword.getKey() + " " + keyword.getValue());
      }
    }
  }

  private boolean keywordHolds(
      JsonNode schema, String keyword, JsonNode s, JsonNode v, String path, List<String> faults) {
    switch (keyword) {
      case "$schema", "title", "description", "$defs":
        return true;
      case "$ref":
        check(root.at(s.asText().substring(1)), v, path, faults);
        return true;
      case "type":
        return isOfType(v, s.asText());
      case "enum":
        return s.valueStream().anyMatch(v::equals);
      case "const":
        return s.equals(v);
      case "oneOf":
        return s.valueStream().filter(one -> holds(one, v)).count() == 1;
      case "required":
        return !v.isObject() || s.valueStream().allMatch(key -> v.has(key.asText()));
      case "properties":
        s.properties()
            .forEach(
                property -> {
                  if (v.has(property.getKey())) {
                    check(
                        property.getValue(),
                        v.get(property.getKey()),
                        path + "/" + property.getKey(),
                        faults);
                  }
                });
        return true;
      case "additionalProperties":
        return additional(schema, s, v, path, faults);
      case "items":
        v.elements().forEachRemaining(item -> check(s, item, path + "/*", faults));
        return true;
      case "minItems":
        return v.size() >= s.asInt();
      case "maxItems":
        return v.size() <= s.asInt();
      case "minProperties":
        return v.size() >= s.asInt();
      case "maxProperties":
        return v.size() <= s.asInt();
      case "minLength":
        return v.asText().length() >= s.asInt();
      case "maxLength":
        return v.asText().length() <= s.asInt();
      case "pattern":
        return v.asText().matches(s.asText() + ".*");
      case "minimum":
        return v.asDouble() >= s.asDouble();
      case "maximum":
        return v.asDouble() <= s.asDouble();
      case "exclusiveMinimum":
        return v.asDouble() > s.asDouble();
      case "exclusiveMaximum":
        return v.asDouble() < s.asDouble();
      default:
        throw new IllegalArgumentException("MiniSchema does not know " + keyword);
    }
  }

  private boolean additional(
      JsonNode schema, JsonNode s, JsonNode v, String path, List<String> faults) {
    for (Map.Entry<String, JsonNode> member : v.properties()) {
      if (!schema.path("properties").has(member.getKey())) {
        if (s.isBoolean() && !s.asBoolean()) {
          faults.add(path + "/" + member.getKey() + " is unknown");
        } else {
          check(s, member.getValue(), path + "/" + member.getKey(), faults);
        }
      }
    }
    return true;
  }

  private static boolean isOfType(JsonNode value, String type) {
    return switch (type) {
      case "object" -> value.isObject();
      case "array" -> value.isArray();
      case "string" -> value.isTextual();
      case "boolean" -> value.isBoolean();
      case "number" -> value.isNumber();
      case "integer" -> value.isNumber() && value.decimalValue().stripTrailingZeros().scale() <= 0;
      default -> throw new IllegalArgumentException("no type " + type);
    };
  }
}
