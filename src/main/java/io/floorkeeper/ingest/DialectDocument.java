package io.floorkeeper.ingest;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * A dialect as it is written, with what it inherits filled in.
 *
 * @param whole the document with all that it inherits, for those that extend it
 */
record DialectDocument(Dialect dialect, ObjectNode whole) {
  private static final String EXTENDS = "extends";
  private static final String KEYS = "keys";
  private static final List<String> OWN = List.of("id", "about", "detect", EXTENDS);

  /**
   * @param origin where the document comes from, for the error
   * @param known those that it may extend, by their ids
   * @throws InvalidDialectException where it is not a dialect's
   */
  static DialectDocument parse(String origin, String document, Map<String, DialectDocument> known) {
    JsonNode tree = read(origin, document, JsonNode.class);
    if (!(tree instanceof ObjectNode own)) {
      throw new InvalidDialectException(origin, "", "a dialect is a JSON object");
    }
    ObjectNode whole = own.deepCopy();
    JsonNode extended = whole.remove(EXTENDS);
    if (extended != null) {
      DialectDocument base = extended.isTextual() ? known.get(extended.textValue()) : null;
      if (base == null) {
        throw new InvalidDialectException(
            origin,
            EXTENDS,
            "must be the id of one of " + known.keySet().stream().sorted().toList());
      }
      inherit(whole, base.whole);
    }
    return new DialectDocument(bind(origin, whole, Dialect.class), whole);
  }

  /** Member by member, and within {@code keys} once more; what is written stands. */
  private static void inherit(ObjectNode own, ObjectNode base) {
    for (Map.Entry<String, JsonNode> member : base.properties()) {
      String name = member.getKey();
      if (OWN.contains(name)) {
        continue;
      }
      if (!own.has(name)) {
        own.set(name, member.getValue().deepCopy());
      } else if (name.equals(KEYS)
          && own.get(name) instanceof ObjectNode ownKeys
          && member.getValue() instanceof ObjectNode baseKeys) {
        for (Map.Entry<String, JsonNode> key : baseKeys.properties()) {
          if (!ownKeys.has(key.getKey())) {
            ownKeys.set(key.getKey(), key.getValue().deepCopy());
          }
        }
      }
    }
  }

  /** A document of any kind, strictly. */
  static <T> T read(String origin, String document, Class<T> type) {
    try {
      T parsed = mapper().readValue(document, type);
      if (parsed == null
          || parsed instanceof JsonNode node && (node.isNull() || node.isMissingNode())) {
        throw new InvalidDialectException(origin, "", "is null");
      }
      return parsed;
    } catch (JsonProcessingException e) {
      throw invalid(origin, e);
    }
  }

  private static <T> T bind(String origin, ObjectNode tree, Class<T> type) {
    try {
      return mapper().treeToValue(tree, type);
    } catch (JsonProcessingException e) {
      throw invalid(origin, e);
    }
  }

  private static InvalidDialectException invalid(String origin, JsonProcessingException e) {
    if (e instanceof UnrecognizedPropertyException unknown) {
      return new InvalidDialectException(
          origin,
          path(unknown),
          "unknown key; known are "
              + unknown.getKnownPropertyIds().stream().map(String::valueOf).sorted().toList());
    }
    if (e instanceof MismatchedInputException mismatched) {
      return new InvalidDialectException(
          origin, path(mismatched), "is of the wrong type" + wanted(mismatched.getTargetType()));
    }
    if (e instanceof JsonMappingException mapping) {
      Throwable reason = e.getCause() instanceof IllegalArgumentException ? e.getCause() : e;
      String message =
          reason instanceof JsonProcessingException json
              ? json.getOriginalMessage()
              : reason.getMessage();
      return new InvalidDialectException(origin, path(mapping), message);
    }
    return new InvalidDialectException(origin, "", e.getOriginalMessage());
  }

  private static String wanted(Class<?> type) {
    if (type == null) {
      return "";
    }
    if (type.isEnum()) {
      return ": must be one of the words that are documented";
    }
    if (List.class.isAssignableFrom(type)) {
      return ": must be a list";
    }
    if (type == String.class) {
      return ": must be text";
    }
    return type == Boolean.class ? ": must be true or false" : ": must be an object";
  }

  private static String path(JsonMappingException e) {
    return e.getPath().stream()
        .map(at -> at.getFieldName() != null ? at.getFieldName() : "[" + at.getIndex() + "]")
        .collect(Collectors.joining("."))
        .replace(".[", "[");
  }

  private static JsonMapper mapper() {
    return JsonMapper.builder()
        .propertyNamingStrategy(PropertyNamingStrategies.SNAKE_CASE)
        .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
        .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
        .disable(MapperFeature.ALLOW_COERCION_OF_SCALARS)
        .build();
  }
}
