package io.floorkeeper.ingest;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * A test of a span in a dialect's data. All members that are given must hold.
 *
 * @param attribute every one of these attributes has one of its values (letter case does not
 *     matter)
 * @param resource the same of the resource's attributes
 * @param present all of these attributes are there
 * @param absent none of these attributes is there
 * @param scope the instrumentation scope has one of these names; a trailing {@code *} stands for
 *     any ending
 * @param spanName the span has one of these names, likewise
 */
record Condition(
    Map<String, List<String>> attribute,
    Map<String, List<String>> resource,
    List<String> present,
    List<String> absent,
    List<String> scope,
    List<String> spanName) {

  Condition {
    attribute = Data.mapOf(attribute);
    resource = Data.mapOf(resource);
    present = Data.listOf(present);
    absent = Data.listOf(absent);
    scope = Data.listOf(scope);
    spanName = Data.listOf(spanName);
    Data.require(
        !(attribute.isEmpty()
            && resource.isEmpty()
            && present.isEmpty()
            && absent.isEmpty()
            && scope.isEmpty()
            && spanName.isEmpty()),
        "a condition must test something");
  }

  boolean holds(RawSpan span) {
    return attribute.entrySet().stream().allMatch(e -> isOneOf(span.attributes(), e))
        && resource.entrySet().stream().allMatch(e -> isOneOf(span.resource(), e))
        && span.attributes().keySet().containsAll(present)
        && absent.stream().noneMatch(span.attributes()::containsKey)
        && (scope.isEmpty() || isNamed(span.scope(), scope))
        && (spanName.isEmpty() || isNamed(span.name(), spanName));
  }

  /** What it tests, in words of the data, never of a span. */
  String summary() {
    if (!attribute.isEmpty()) {
      return attribute.keySet().stream().sorted().collect(Collectors.joining("+"));
    }
    if (!resource.isEmpty()) {
      return resource.keySet().stream().sorted().collect(Collectors.joining("+"));
    }
    if (!present.isEmpty() || !absent.isEmpty()) {
      return String.join("+", present.isEmpty() ? absent : present);
    }
    return scope.isEmpty() ? "span name" : "scope";
  }

  private static boolean isOneOf(Map<String, Object> actual, Map.Entry<String, List<String>> want) {
    Object value = actual.get(want.getKey());
    if (value == null || value instanceof RawSpan.Unusable) {
      return false;
    }
    String text = value.toString().strip().toLowerCase(Locale.ROOT);
    return want.getValue().stream().anyMatch(w -> w.toLowerCase(Locale.ROOT).equals(text));
  }

  static boolean isNamed(String actual, List<String> names) {
    return names.stream()
        .anyMatch(
            name ->
                name.endsWith("*")
                    ? actual.startsWith(name.substring(0, name.length() - 1))
                    : actual.equals(name));
  }
}
