package io.floorkeeper.ingest;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * A test of a span in a dialect's data. All members that are given must hold.
 *
 * @param attribute every one of these attributes has one of its values; letter case does not
 *     matter, and a trailing {@code *} stands for any ending
 * @param resource the same of the resource's attributes
 * @param present all of these attributes are there
 * @param absent none of these attributes is there
 * @param scope the instrumentation scope has one of these names; a trailing {@code *} stands for
 *     any ending
 * @param spanName the span has one of these names, likewise; of a log record its event's name
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
    present = Data.keysOf(present);
    absent = Data.keysOf(absent);
    scope = Data.listOf(scope);
    spanName = Data.listOf(spanName);
    Data.keysOf(List.copyOf(attribute.keySet()));
    Data.require(
        !(attribute.isEmpty()
            && resource.isEmpty()
            && present.isEmpty()
            && absent.isEmpty()
            && scope.isEmpty()
            && spanName.isEmpty()),
        "a condition must test something");
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

  /** Made ready to be asked for every span: arrays, and nothing is made anew per span. */
  static final class Test {
    final Condition condition;
    private final Values[] attribute;
    private final Values[] resource;
    private final String[] present;
    private final String[] absent;
    private final Names scope;
    private final Names spanName;

    Test(Condition condition) {
      this.condition = condition;
      this.attribute = values(condition.attribute);
      this.resource = values(condition.resource);
      this.present = condition.present.toArray(String[]::new);
      this.absent = condition.absent.toArray(String[]::new);
      this.scope = new Names(condition.scope);
      this.spanName = new Names(condition.spanName);
    }

    static Test[] all(List<Condition> conditions) {
      return conditions.stream().map(Test::new).toArray(Test[]::new);
    }

    boolean holds(RawSpan span) {
      for (Values one : attribute) {
        if (!one.holds(span.attributes())) {
          return false;
        }
      }
      for (String key : present) {
        if (!span.attributes().containsKey(key)) {
          return false;
        }
      }
      for (String key : absent) {
        if (span.attributes().containsKey(key)) {
          return false;
        }
      }
      for (Values one : resource) {
        if (!one.holds(span.resource())) {
          return false;
        }
      }
      return (scope.isEmpty() || scope.hold(span.scope()))
          && (spanName.isEmpty() || spanName.hold(span.name()));
    }

    /** The first of these that holds; null: none does. */
    static Test first(Test[] tests, RawSpan span) {
      for (Test test : tests) {
        if (test.holds(span)) {
          return test;
        }
      }
      return null;
    }

    private static Values[] values(Map<String, List<String>> wanted) {
      return wanted.entrySet().stream()
          .sorted(Map.Entry.comparingByKey())
          .map(e -> new Values(e.getKey(), new Names(e.getValue())))
          .toArray(Values[]::new);
    }
  }

  private record Values(String key, Names names) {
    boolean holds(Map<String, Object> actual) {
      Object value = actual.get(key);
      if (value == null || value instanceof RawSpan.Unusable) {
        return false;
      }
      String text = value instanceof String string ? string : value.toString();
      return names.holdInAnyCase(text.strip());
    }
  }

  /** Names of which one must be it; a trailing {@code *} stands for any ending. */
  static final class Names {
    private final String[] whole;
    private final String[] beginnings;

    Names(List<String> names) {
      this.whole = names.stream().filter(n -> !n.endsWith("*")).toArray(String[]::new);
      this.beginnings =
          names.stream()
              .filter(n -> n.endsWith("*"))
              .map(n -> n.substring(0, n.length() - 1))
              .toArray(String[]::new);
    }

    boolean isEmpty() {
      return whole.length == 0 && beginnings.length == 0;
    }

    boolean hold(String actual) {
      for (String name : whole) {
        if (name.equals(actual)) {
          return true;
        }
      }
      return beginningOf(actual) != null;
    }

    boolean holdInAnyCase(String actual) {
      for (String name : whole) {
        if (name.equalsIgnoreCase(actual)) {
          return true;
        }
      }
      for (String name : beginnings) {
        if (actual.regionMatches(true, 0, name, 0, name.length())) {
          return true;
        }
      }
      return false;
    }

    /** The part before the {@code *} of the first name that fits; null: none does. */
    String beginningOf(String actual) {
      for (String name : beginnings) {
        if (actual.startsWith(name)) {
          return name;
        }
      }
      return null;
    }

    @Override
    public String toString() {
      return Arrays.toString(whole) + Arrays.toString(beginnings);
    }
  }
}
