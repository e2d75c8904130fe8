package io.floorkeeper.ingest;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * What the records of a dialect's data have in common: what is absent is empty, and nothing is
 * null.
 */
final class Data {
  private Data() {}

  static <T> List<T> listOf(List<T> list) {
    if (list == null) {
      return List.of();
    }
    require(list.stream().noneMatch(Objects::isNull), "a list holds null");
    return List.copyOf(list);
  }

  /** Names of attributes, or of members of attributes that hold JSON. */
  static List<String> keysOf(List<String> keys) {
    List<String> all = listOf(keys);
    for (String key : all) {
      require(!key.isBlank(), "a list of keys holds an empty one");
      require(
          !key.startsWith(JsonMember.PREFIX) || JsonMember.isWellFormed(key),
          key + " must be json:attribute or json:attribute member.member");
    }
    return all;
  }

  static Map<String, List<String>> mapOf(Map<String, List<String>> map) {
    Map<String, List<String>> copy = new HashMap<>();
    if (map != null) {
      map.forEach(
          (key, values) -> {
            copy.put(key, listOf(values));
            require(!copy.get(key).isEmpty(), key + " has no values");
          });
    }
    return Map.copyOf(copy);
  }

  static void require(boolean holds, String otherwise) {
    if (!holds) {
      throw new IllegalArgumentException(otherwise);
    }
  }
}
