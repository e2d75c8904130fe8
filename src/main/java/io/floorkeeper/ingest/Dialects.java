package io.floorkeeper.ingest;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.exc.MismatchedInputException;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * The dialects, in the order to try: a span may be in several, the first that knows it reads it.
 * They are data ({@code dialects/*.json}, in the order of {@code dialects/order.json}); the code
 * names none of them. Immutable.
 */
public final class Dialects {
  private static final String FOLDER = "/dialects/";

  private final List<Dialect> ordered;
  private final KnownKeys knownKeys;

  private Dialects(List<Dialect> ordered) {
    this.ordered = List.copyOf(ordered);
    this.knownKeys = new KnownKeys(ordered);
  }

  /** Those that ship with the service. */
  public static Dialects bundled() {
    List<String> order = parse("order.json", resource("order.json"), new TypeReference<>() {});
    return new Dialects(
        order.stream()
            .map(id -> id + ".json")
            .map(file -> Dialects.<Dialect>parse(file, resource(file), new TypeReference<>() {}))
            .toList());
  }

  /**
   * These and another one in front of them; one of the same id is replaced.
   *
   * @param origin where the document comes from, for the error
   * @throws InvalidDialectException where the document is not a dialect's
   */
  public Dialects with(String origin, String document) {
    Dialect added = parse(origin, document, new TypeReference<>() {});
    List<Dialect> all = new ArrayList<>(ordered);
    all.removeIf(dialect -> dialect.id().equals(added.id()));
    all.add(0, added);
    return new Dialects(all);
  }

  public List<String> ids() {
    return ordered.stream().map(Dialect::id).toList();
  }

  Optional<Dialect> of(RawSpan span) {
    return ordered.stream().filter(dialect -> dialect.detects(span)).findFirst();
  }

  KnownKeys knownKeys() {
    return knownKeys;
  }

  private static String resource(String file) {
    try (InputStream in = Dialects.class.getResourceAsStream(FOLDER + file)) {
      if (in == null) {
        throw new InvalidDialectException(file, "", "is not on the class path");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static <T> T parse(String origin, String document, TypeReference<T> type) {
    try {
      T parsed = mapper().readValue(document, type);
      if (parsed == null) {
        throw new InvalidDialectException(origin, "", "is null");
      }
      return parsed;
    } catch (UnrecognizedPropertyException e) {
      throw new InvalidDialectException(
          origin, path(e), "unknown key; known are " + e.getKnownPropertyIds());
    } catch (MismatchedInputException e) {
      throw new InvalidDialectException(origin, path(e), "is of the wrong type");
    } catch (JsonMappingException e) {
      Throwable reason = e.getCause() instanceof IllegalArgumentException ? e.getCause() : e;
      String message =
          reason instanceof JsonProcessingException json
              ? json.getOriginalMessage()
              : reason.getMessage();
      throw new InvalidDialectException(origin, path(e), message);
    } catch (JsonProcessingException e) {
      throw new InvalidDialectException(origin, "", e.getOriginalMessage());
    }
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
