package io.floorkeeper.ingest;

import io.floorkeeper.ledger.Call;
import io.floorkeeper.ledger.Tokens;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * A span to a fact, by the dialect it is written in. Only leaf model calls count (embeddings too):
 * an agent, workflow, chain or tool span repeats the usage of its children. A model call that says
 * something impossible is rejected whole. Immutable and safe to share.
 */
public final class SpanReader {
  /** Says in {@link Call#roleSource} that a resource attribute named the role. */
  public static final String OF_RESOURCE = "resource:";

  private static final Instant EARLIEST = Instant.parse("2015-01-01T00:00:00Z");
  private static final Instant LATEST = Instant.parse("2100-01-01T00:00:00Z");
  private static final Duration LONGEST = Duration.ofDays(7);
  private static final String START = "startTimeUnixNano";
  private static final String END = "endTimeUnixNano";

  private final Dialects dialects;

  /**
   * @param dialects that spans may be written in
   */
  public SpanReader(Dialects dialects) {
    this.dialects = dialects;
  }

  /** Never throws for what the span holds. */
  public SpanReading read(RawSpan span) {
    Optional<Dialect> detected = dialects.of(span);
    if (detected.isEmpty()) {
      return new SpanReading.NotACall("unknown_dialect");
    }
    Dialect dialect = detected.get();
    Optional<Condition> never = dialect.neverCounts(span);
    if (never.isPresent()) {
      return new SpanReading.NotACall("never_counts:" + dialect.id() + ":" + never.get().summary());
    }
    try {
      if (!dialect.isModelCall(span)) {
        requireUsableKind(span, dialect);
        return new SpanReading.NotACall("no_model_call:" + dialect.id());
      }
      return new SpanReading.ModelCall(call(span, dialect));
    } catch (DisbeliefException e) {
      return new SpanReading.Rejected(
          span.traceId(), span.spanId(), e.code(), e.field(), e.getMessage());
    }
  }

  /** A kind that cannot be used is no reason to believe that this is not a model call. */
  private static void requireUsableKind(RawSpan span, Dialect dialect) {
    dialect.modelCallWhen().stream()
        .flatMap(condition -> condition.attribute().keySet().stream())
        .forEach(
            key -> {
              if (span.attributes().get(key) instanceof RawSpan.Unusable unusable) {
                throw DisbeliefException.of(key, unusable);
              }
            });
  }

  private static Call call(RawSpan span, Dialect dialect) {
    Attributes attributes = new Attributes(span.attributes());
    Dialect.Keys keys = dialect.keys();
    Instant startedAt = start(span);
    Optional<String> requestModel = attributes.text(keys.requestModel());
    Optional<Role> role = role(span, keys);
    Optional<String> errorType = errorType(span, dialect, attributes);
    return new Call(
        span.traceId(),
        span.spanId(),
        Optional.of(span.parentSpanId()).filter(id -> !id.isEmpty()),
        startedAt,
        latencyMillis(span),
        dialect.id(),
        attributes.text(keys.responseModel()).or(() -> requestModel),
        requestModel,
        attributes.text(keys.provider()),
        tokens(attributes, keys, dialect.inputIncludesCache(span)),
        cost(attributes, keys),
        attributes.text(FloorkeeperKeys.DECISION_ID),
        role.map(Role::name),
        role.map(Role::source),
        attributes.text(keys.session()),
        attributes.text(keys.responseId()),
        errorType.isPresent() || isError(span, dialect),
        errorType,
        EvaluationReader.read(span, dialect),
        attributes.text(FloorkeeperKeys.SERVICE_TIER));
  }

  private static Instant start(RawSpan span) {
    if (span.startUnixNano() == 0) {
      throw new DisbeliefException("missing_time", START, "the span does not say when it began");
    }
    Instant start =
        Instant.ofEpochSecond(
            span.startUnixNano() / 1_000_000_000L, span.startUnixNano() % 1_000_000_000L);
    if (start.isBefore(EARLIEST) || !start.isBefore(LATEST)) {
      throw new DisbeliefException("absurd_time", START, "not between 2015 and 2100");
    }
    return start;
  }

  private static long latencyMillis(RawSpan span) {
    if (span.endUnixNano() == 0) {
      throw new DisbeliefException("missing_time", END, "the span does not say when it ended");
    }
    if (Long.compareUnsigned(span.endUnixNano(), span.startUnixNano()) < 0) {
      throw new DisbeliefException("negative_latency", END, "the span ends before it begins");
    }
    long nanos = span.endUnixNano() - span.startUnixNano();
    if (Long.compareUnsigned(nanos, LONGEST.toNanos()) > 0) {
      throw new DisbeliefException("absurd_latency", END, "the span lasts longer than 7 days");
    }
    return Duration.ofNanos(nanos).toMillis();
  }

  /**
   * With I, O as reported: cache within the input makes the uncached input I - read - write, unless
   * that is below zero, which shows that the cache stood beside I. The same for reasoning and O.
   */
  private static Optional<Tokens> tokens(
      Attributes attributes, Dialect.Keys keys, boolean inputIncludesCache) {
    OptionalLong input = count(attributes, keys.inputTokens());
    OptionalLong read = count(attributes, keys.cacheReadTokens());
    OptionalLong write = count(attributes, keys.cacheWriteTokens());
    OptionalLong output = count(attributes, keys.outputTokens());
    OptionalLong reasoning = count(attributes, keys.reasoningTokens());
    if (List.of(input, read, write, output, reasoning).stream().allMatch(OptionalLong::isEmpty)) {
      return Optional.empty();
    }
    long cache = read.orElse(0) + write.orElse(0);
    long uncached = input.orElse(0);
    if (inputIncludesCache && cache <= uncached) {
      uncached -= cache;
    }
    long out = output.orElse(0);
    if (reasoning.orElse(0) > out) {
      out += reasoning.orElse(0);
    }
    return Optional.of(
        new Tokens(uncached, read.orElse(0), write.orElse(0), out, reasoning.orElse(0)));
  }

  private static OptionalLong count(Attributes attributes, List<String> keys) {
    return attributes
        .first(keys)
        .map(found -> OptionalLong.of(Numbers.tokens(found.key(), found.value())))
        .orElse(OptionalLong.empty());
  }

  private static OptionalLong cost(Attributes attributes, Dialect.Keys keys) {
    return attributes
        .first(keys.costUsd())
        .map(
            found ->
                Numbers.nanoUsd(found.key(), found.value(), attributes.text(keys.costCurrency())))
        .orElse(OptionalLong.empty());
  }

  private record Role(String name, String source) {
    static Optional<Role> of(Optional<Attributes.Found> found, String prefix) {
      return found.map(f -> new Role(f.text(), prefix + f.key()));
    }
  }

  private static Optional<Role> role(RawSpan span, Dialect.Keys keys) {
    Attributes own = new Attributes(span.attributes());
    Attributes resource = new Attributes(span.resource());
    return Role.of(own.first(FloorkeeperKeys.ROLE), "")
        .or(() -> Role.of(own.first(keys.agent()), ""))
        .or(() -> Role.of(resource.first(FloorkeeperKeys.ROLE), OF_RESOURCE))
        .or(
            () ->
                Role.of(resource.first(FloorkeeperKeys.SERVICE_NAME), OF_RESOURCE)
                    .filter(role -> !isUnknownService(role.name())));
  }

  /** What OpenTelemetry's SDKs write where nobody named the service. */
  private static boolean isUnknownService(String name) {
    return name.equals("unknown_service") || name.startsWith("unknown_service:");
  }

  private static boolean isError(RawSpan span, Dialect dialect) {
    return span.status() == RawSpan.Status.ERROR
        || dialect.errorWhen().stream().anyMatch(condition -> condition.holds(span))
        || (span.status() != RawSpan.Status.OK
            && span.events().stream().anyMatch(e -> dialect.errorEvents().containsKey(e.name())));
  }

  private static Optional<String> errorType(RawSpan span, Dialect dialect, Attributes attributes) {
    return attributes
        .text(dialect.keys().errorType())
        .or(
            () ->
                isError(span, dialect)
                    ? span.events().stream()
                        .filter(e -> dialect.errorEvents().containsKey(e.name()))
                        .flatMap(
                            e ->
                                new Attributes(e.attributes())
                                    .text(dialect.errorEvents().get(e.name())).stream())
                        .reduce((earlier, later) -> later)
                    : Optional.empty());
  }
}
