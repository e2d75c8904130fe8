package io.floorkeeper.ingest;

import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * The attribute keys that somebody asks for. All other attributes are skipped unread: this class is
 * where prompts and completions are kept out.
 */
final class KnownKeys {
  private final Set<String> exact;
  private final List<String> indexed;
  private final Set<String> resource;
  private final Set<String> events;
  private final Set<String> ofEvents;

  KnownKeys(Collection<Dialect> dialects) {
    exact =
        Stream.of(
                FloorkeeperKeys.SPAN.stream(),
                dialects.stream().flatMap(d -> d.keys().all()),
                dialects.stream()
                    .flatMap(Dialect::conditions)
                    .flatMap(
                        c ->
                            Stream.of(c.attribute().keySet(), c.present(), c.absent())
                                .flatMap(Collection::stream)))
            .flatMap(keys -> keys)
            .collect(Collectors.toUnmodifiableSet());
    indexed =
        dialects.stream()
            .flatMap(d -> d.evaluationAttributes().stream())
            .flatMap(Dialect.EvaluationKeys::all)
            .distinct()
            .toList();
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
                        d.evaluationEvents().values().stream()
                            .flatMap(Dialect.EvaluationKeys::all)))
            .collect(Collectors.toUnmodifiableSet());
  }

  boolean attribute(String key) {
    return exact.contains(key)
        || indexed.stream().anyMatch(pattern -> Dialect.EvaluationKeys.indexIn(pattern, key) >= 0);
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
