package io.floorkeeper.ingest;

import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Looks facts up by ordered keys: the first key that has a value wins. Blank text is no value. Asks
 * for everything that is read of a span, so it makes nothing anew.
 */
final class Attributes {
  private final Map<String, Object> values;

  Attributes(Map<String, Object> values) {
    this.values = values;
  }

  /** The first of these keys that has a value; null: none has. */
  String key(String[] keys) {
    for (String key : keys) {
      if (value(key) != null) {
        return key;
      }
    }
    return null;
  }

  /** Null where there is none. */
  Object value(String key) {
    Object value = values.get(key);
    return value instanceof String text && text.isBlank() ? null : value;
  }

  /** The text under a key; null where there is none. */
  String textOf(String key) {
    Object value = key == null ? null : value(key);
    return value == null ? null : text(key, value);
  }

  Optional<String> text(String[] keys) {
    return Optional.ofNullable(textOf(key(keys)));
  }

  Optional<String> text(List<String> keys) {
    for (int i = 0; i < keys.size(); i++) {
      Object value = value(keys.get(i));
      if (value != null) {
        return Optional.of(text(keys.get(i), value));
      }
    }
    return Optional.empty();
  }

  /** The text under the first of these keys that has one; empty too where it cannot be used. */
  Optional<String> usableText(List<String> keys) {
    for (int i = 0; i < keys.size(); i++) {
      Object value = value(keys.get(i));
      if (value != null) {
        return usable(value) ? Optional.of(value.toString().strip()) : Optional.empty();
      }
    }
    return Optional.empty();
  }

  /** Whether text can be made of it and stored. */
  static boolean usable(Object value) {
    return !(value instanceof RawSpan.Unusable)
        && !(value instanceof String text && text.indexOf('\0') >= 0);
  }

  private static String text(String key, Object value) {
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
