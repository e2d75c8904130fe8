package io.floorkeeper.ingest;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Looks facts up by ordered keys: the first key that has a value wins. Blank text is no value. */
final class Attributes {
  private final Map<String, Object> values;

  Attributes(Map<String, Object> values) {
    this.values = values;
  }

  /** A value and the key that held it. */
  record Found(String key, Object value) {
    String text() {
      if (value instanceof RawSpan.Unusable unusable) {
        throw DisbeliefException.of(key, unusable);
      }
      String text = value.toString().strip();
      if (text.indexOf('\0') >= 0) { // which no database stores
        throw new DisbeliefException("wrong_type", key, "holds a NUL character");
      }
      return text;
    }
  }

  Optional<Found> first(List<String> keys) {
    for (String key : keys) {
      Object value = values.get(key);
      if (value != null && !(value instanceof String text && text.isBlank())) {
        return Optional.of(new Found(key, value));
      }
    }
    return Optional.empty();
  }

  Optional<Found> first(String key) {
    return first(List.of(key));
  }

  Optional<String> text(List<String> keys) {
    return first(keys).map(Found::text);
  }

  Optional<String> text(String key) {
    return text(List.of(key));
  }
}
