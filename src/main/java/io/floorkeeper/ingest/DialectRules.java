package io.floorkeeper.ingest;

import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * A dialect made ready to read spans, some ten thousand a second: arrays instead of lists, tests
 * and texts made once, and what all dialects share added behind what this one says. Immutable.
 */
final class DialectRules {
  private final Dialect dialect;
  private final Condition.Test[] never;
  private final String[] neverReasons;
  private final Condition.Test[] modelCall;
  private final Condition.Test[] carrier;
  private final Condition.Test[] error;
  private final Condition.Names[] scopes;
  private final Condition.Names sharedResponseIds;
  private final Condition.Names agentSpanNames;
  private final String[] evaluationBeginnings;

  final String noModelCall;
  final String[] kind;
  final String[] requestModel;
  final String[] responseModel;
  final String[] provider;
  final String[] inputTokens;
  final String[] cacheReadTokens;
  final String[] cacheWriteTokens;
  final String[] outputTokens;
  final String[] reasoningTokens;
  final String[] costUsd;
  final String[] costCurrency;
  final String[] agent;
  final String[] session;
  final String[] responseId;
  final String[] errorType;
  final String[] errorCode;
  final String[] endedAt;
  final String[] latencyMillis;
  final String[] serviceTier;

  /**
   * @param agent where a role may stand whatever the dialect; come before the dialect's own keys
   * @param costUsd where a cost may stand whatever the dialect; come after the dialect's own
   */
  DialectRules(Dialect dialect, List<String> agent, List<String> costUsd) {
    this.dialect = dialect;
    this.never = Condition.Test.all(dialect.neverCountWhen());
    this.neverReasons =
        Arrays.stream(never)
            .map(test -> "never_counts:" + dialect.id() + ":" + test.condition.summary())
            .toArray(String[]::new);
    this.noModelCall = "no_model_call:" + dialect.id();
    this.modelCall = Condition.Test.all(dialect.modelCallWhen());
    this.carrier = Condition.Test.all(dialect.carrierWhen());
    this.error = Condition.Test.all(dialect.errorWhen());
    this.scopes =
        dialect.scopes().stream()
            .map(rule -> new Condition.Names(rule.scope()))
            .toArray(Condition.Names[]::new);
    this.sharedResponseIds = new Condition.Names(dialect.sharedResponseIds());
    this.agentSpanNames = new Condition.Names(dialect.agentSpanNames());
    this.evaluationBeginnings =
        dialect.evaluationAttributes().stream()
            .flatMap(keys -> keys.name().stream())
            .map(name -> name.substring(0, name.indexOf(EvaluationKeys.INDEX)))
            .distinct()
            .toArray(String[]::new);
    this.kind =
        dialect.modelCallWhen().stream()
            .flatMap(condition -> condition.attribute().keySet().stream())
            .distinct()
            .toArray(String[]::new);
    Dialect.Keys keys = dialect.keys();
    this.requestModel = array(keys.requestModel());
    this.responseModel = array(keys.responseModel());
    this.provider = array(keys.provider());
    this.inputTokens = array(keys.inputTokens());
    this.cacheReadTokens = array(keys.cacheReadTokens());
    this.cacheWriteTokens = array(keys.cacheWriteTokens());
    this.outputTokens = array(keys.outputTokens());
    this.reasoningTokens = array(keys.reasoningTokens());
    this.costUsd = joined(keys.costUsd(), costUsd);
    this.costCurrency = array(keys.costCurrency());
    this.agent = joined(agent, keys.agent());
    this.session = array(keys.session());
    this.responseId = array(keys.responseId());
    this.errorType = array(keys.errorType());
    this.errorCode = array(keys.errorCode());
    this.endedAt = array(keys.endedAt());
    this.latencyMillis = array(keys.latencyMillis());
    this.serviceTier = joined(keys.serviceTier(), FloorkeeperKeys.SERVICE_TIER);
  }

  Dialect dialect() {
    return dialect;
  }

  String id() {
    return dialect.id();
  }

  /** Why it is none, whatever else it says; null: nothing says so. */
  String neverCounts(RawSpan span) {
    for (int i = 0; i < never.length; i++) {
      if (never[i].holds(span)) {
        return neverReasons[i];
      }
    }
    return null;
  }

  boolean isModelCall(RawSpan span) {
    return Condition.Test.first(modelCall, span) != null;
  }

  boolean isCarrier(RawSpan span) {
    return Condition.Test.first(carrier, span) != null;
  }

  boolean inputIncludesCache(RawSpan span) {
    for (int i = 0; i < scopes.length; i++) {
      if (scopes[i].hold(span.scope())) {
        return dialect.scopes().get(i).inclCache();
      }
    }
    return dialect.inclCache();
  }

  boolean isSharedResponseId(String id) {
    return !sharedResponseIds.isEmpty() && sharedResponseIds.hold(id);
  }

  /** The agent that a span's name names; null: none. */
  String agentIn(String spanName) {
    String beginning = agentSpanNames.beginningOf(spanName);
    return beginning == null || beginning.length() == spanName.length()
        ? null
        : spanName.substring(beginning.length());
  }

  /** Whether it says itself that it failed, but for its error type. */
  boolean isError(RawSpan span) {
    if (span.status() == RawSpan.Status.ERROR || Condition.Test.first(error, span) != null) {
      return true;
    }
    if (span.status() != RawSpan.Status.OK && !span.events().isEmpty()) {
      for (RawSpan.Event event : span.events()) {
        if (dialect.errorEvents().containsKey(event.name())) {
          return true;
        }
      }
    }
    return false;
  }

  /** Whether an attribute may be of a judgement. */
  boolean isJudged(Map<String, Object> attributes) {
    if (evaluationBeginnings.length == 0) {
      return false;
    }
    for (String key : attributes.keySet()) {
      for (String beginning : evaluationBeginnings) {
        if (key.startsWith(beginning)) {
          return true;
        }
      }
    }
    return false;
  }

  private static String[] array(List<String> keys) {
    return keys.toArray(String[]::new);
  }

  private static String[] joined(List<String> first, List<String> then) {
    return Stream.concat(first.stream(), then.stream()).distinct().toArray(String[]::new);
  }
}
