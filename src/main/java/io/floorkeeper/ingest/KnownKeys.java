package io.floorkeeper.ingest;

import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The attribute keys that somebody asks for. All other attributes are skipped unread: this class is
 * where prompts and completions are kept out.
 */
final class KnownKeys {
  private final Set<String> exact;
  private final Indexed[] indexed;
  private final Map<String, List<JsonMember>> json;
  private final Set<String> resource;
  private final Set<String> events;
  private final Set<String> ofEvents;

  /** A key that holds a number, by what stands before it. */
  private record Indexed(String beginning, String pattern) {
    Indexed(String pattern) {
      this(pattern.substring(0, pattern.indexOf(EvaluationKeys.INDEX)), pattern);
    }
  }

  /**
   * @param shared keys that are asked for whatever the dialect
   */
  KnownKeys(Collection<Dialect> dialects, Collection<String> shared) {
    Set<String> all =
        Stream.of(
                FloorkeeperKeys.SPAN.stream(),
                SamplingMark.KEYS.stream(),
                shared.stream(),
                dialects.stream().flatMap(Dialect::attributes))
            .flatMap(keys -> keys)
            .collect(Collectors.toSet());
    exact =
        all.stream()
            .filter(key -> !key.startsWith(JsonMember.PREFIX))
            .collect(Collectors.toCollection(HashSet::new)); // asked for every attribute
    Set<String> words =
        dialects.stream().flatMap(Dialect::keysButAmounts).collect(Collectors.toSet());
    Map<String, List<JsonMember>> members = new HashMap<>();
    all.stream()
        .filter(key -> key.startsWith(JsonMember.PREFIX))
        .sorted()
        .collect(Collectors.groupingBy(JsonMember::attributeOf))
        .forEach(
            (attribute, keys) ->
                members.put(
                    attribute,
                    keys.stream().map(key -> JsonMember.of(key, !words.contains(key))).toList()));
    json = members;
    indexed =
        dialects.stream()
            .flatMap(d -> d.evaluationAttributes().stream())
            .flatMap(EvaluationKeys::all)
            .filter(key -> key.contains(EvaluationKeys.INDEX))
            .distinct()
            .map(Indexed::new)
            .toArray(Indexed[]::new);
    resource =
        Stream.concat(
                FloorkeeperKeys.RESOURCE.stream(),
                dialects.stream()
                    .flatMap(Dialect::conditions)
                    .flatMap(c -> c.resource().keySet().stream()))
            .collect(Collectors.toUnmodifiableSet());
    events =
        dialects.stream()
            .flatMap(
                d ->
                    Stream.concat(
                        d.errorEvents().keySet().stream(), d.evaluationEvents().keySet().stream()))
            .collect(Collectors.toUnmodifiableSet());
    ofEvents =
        dialects.stream()
            .flatMap(
                d ->
                    Stream.concat(
                        d.errorEvents().values().stream().flatMap(List::stream),
                        d.evaluationEvents().values().stream().flatMap(EvaluationKeys::all)))
            .collect(Collectors.toUnmodifiableSet());
  }

  boolean attribute(String key) {
    if (exact.contains(key)) {
      return true;
    }
    for (Indexed one : indexed) {
      if (key.startsWith(one.beginning) && EvaluationKeys.indexIn(one.pattern, key) >= 0) {
        return true;
      }
    }
    return false;
  }

  /** What is asked for within an attribute that holds JSON; empty: nothing. */
  List<JsonMember> json(String key) {
    List<JsonMember> members = json.get(key);
    return members == null ? List.of() : members;
  }

  /** A log record is read as a span, as an event of one, or for its name. */
  boolean logAttribute(String key) {
    return attribute(key) || eventAttribute(key) || key.equals(SpanDraft.EVENT_NAME);
  }

  boolean resource(String key) {
    return resource.contains(key);
  }

  boolean event(String name) {
    return events.contains(name);
  }

  boolean eventAttribute(String key) {
    return ofEvents.contains(key);
  }
}
