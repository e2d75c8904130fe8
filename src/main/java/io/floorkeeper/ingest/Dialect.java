package io.floorkeeper.ingest;

import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;

/**
 * How one family of instrumentation writes a model call down. This is the document of a dialect,
 * field for field: {@code inclCache} is {@code incl_cache} there.
 *
 * @param about for people: which software, where the names were read
 * @param detect any of these: the span is in this dialect
 * @param modelCallWhen any of these: the span is a leaf model call
 * @param neverCountWhen any of these: it is none, whatever else it says
 * @param inclCache whether the input tokens include those read from and written to a cache
 * @param scopes exceptions by instrumentation scope; the first that matches holds
 * @param keys where each fact stands, in the order to try
 * @param errorWhen any of these: the call failed
 * @param errorEvents a span event of this name: the call failed; with the keys of the error's type
 * @param evaluationAttributes judgements on the span itself, with {@code {i}} for a number
 * @param evaluationEvents judgements as span events, by the event's name
 */
record Dialect(
    String id,
    String about,
    List<Condition> detect,
    List<Condition> modelCallWhen,
    List<Condition> neverCountWhen,
    Boolean inclCache,
    List<ScopeRule> scopes,
    Keys keys,
    List<Condition> errorWhen,
    Map<String, List<String>> errorEvents,
    List<EvaluationKeys> evaluationAttributes,
    Map<String, EvaluationKeys> evaluationEvents) {

  Dialect {
    Data.require(id != null && id.matches("[a-z0-9-]{1,40}"), "id must match [a-z0-9-]{1,40}");
    about = about == null ? "" : about;
    detect = Data.listOf(detect);
    modelCallWhen = Data.listOf(modelCallWhen);
    neverCountWhen = Data.listOf(neverCountWhen);
    scopes = Data.listOf(scopes);
    errorWhen = Data.listOf(errorWhen);
    errorEvents = Data.mapOf(errorEvents);
    evaluationAttributes = Data.listOf(evaluationAttributes);
    Data.require(
        evaluationEvents == null || evaluationEvents.values().stream().noneMatch(Objects::isNull),
        "evaluation_events holds null");
    evaluationEvents = evaluationEvents == null ? Map.of() : Map.copyOf(evaluationEvents);
    Data.require(!detect.isEmpty(), "detect is missing");
    Data.require(!modelCallWhen.isEmpty(), "model_call_when is missing");
    Data.require(inclCache != null, "incl_cache is missing");
    Data.require(keys != null, "keys is missing");
    evaluationAttributes.forEach(EvaluationKeys::requireIndex);
  }

  boolean detects(RawSpan span) {
    return detect.stream().anyMatch(condition -> condition.holds(span));
  }

  Optional<Condition> neverCounts(RawSpan span) {
    return neverCountWhen.stream().filter(condition -> condition.holds(span)).findFirst();
  }

  boolean isModelCall(RawSpan span) {
    return modelCallWhen.stream().anyMatch(condition -> condition.holds(span));
  }

  boolean inputIncludesCache(RawSpan span) {
    return scopes.stream()
        .filter(rule -> Condition.isNamed(span.scope(), rule.scope()))
        .findFirst()
        .map(ScopeRule::inclCache)
        .orElse(inclCache);
  }

  /** All conditions, for whoever must know the keys they test. */
  Stream<Condition> conditions() {
    return Stream.of(detect, modelCallWhen, neverCountWhen, errorWhen).flatMap(List::stream);
  }

  /** An exception for the scopes of these names; a trailing {@code *} stands for any ending. */
  record ScopeRule(List<String> scope, Boolean inclCache) {
    ScopeRule {
      scope = Data.listOf(scope);
      Data.require(!scope.isEmpty(), "scope is missing");
      Data.require(inclCache != null, "incl_cache is missing");
    }
  }

  /** The ordered keys of each fact; the first that is there wins. */
  record Keys(
      List<String> requestModel,
      List<String> responseModel,
      List<String> provider,
      List<String> inputTokens,
      List<String> cacheReadTokens,
      List<String> cacheWriteTokens,
      List<String> outputTokens,
      List<String> reasoningTokens,
      List<String> costUsd,
      List<String> costCurrency,
      List<String> agent,
      List<String> session,
      List<String> responseId,
      List<String> errorType) {

    Keys {
      requestModel = Data.listOf(requestModel);
      responseModel = Data.listOf(responseModel);
      provider = Data.listOf(provider);
      inputTokens = Data.listOf(inputTokens);
      cacheReadTokens = Data.listOf(cacheReadTokens);
      cacheWriteTokens = Data.listOf(cacheWriteTokens);
      outputTokens = Data.listOf(outputTokens);
      reasoningTokens = Data.listOf(reasoningTokens);
      costUsd = Data.listOf(costUsd);
      costCurrency = Data.listOf(costCurrency);
      agent = Data.listOf(agent);
      session = Data.listOf(session);
      responseId = Data.listOf(responseId);
      errorType = Data.listOf(errorType);
      Data.require(
          !(requestModel.isEmpty() && responseModel.isEmpty()), "a dialect must name the model");
    }

    Stream<String> all() {
      return Stream.of(
              requestModel,
              responseModel,
              provider,
              inputTokens,
              cacheReadTokens,
              cacheWriteTokens,
              outputTokens,
              reasoningTokens,
              costUsd,
              costCurrency,
              agent,
              session,
              responseId,
              errorType)
          .flatMap(List::stream);
    }
  }

  /** The keys of one judgement. */
  record EvaluationKeys(
      List<String> name, List<String> score, List<String> label, List<String> identifier) {

    static final String INDEX = "{i}";

    EvaluationKeys {
      name = Data.listOf(name);
      score = Data.listOf(score);
      label = Data.listOf(label);
      identifier = Data.listOf(identifier);
      Data.require(!name.isEmpty(), "an evaluation must have a name");
      Data.require(
          !(score.isEmpty() && label.isEmpty()), "an evaluation must have a score or a label");
    }

    /** The numbers that the names of judgements among these attributes bear, in order. */
    List<Integer> indices(Set<String> attributes) {
      return attributes.stream()
          .flatMap(key -> name.stream().map(pattern -> indexIn(pattern, key)))
          .filter(index -> index >= 0)
          .distinct()
          .sorted()
          .toList();
    }

    /** The number, 0 to 99, that stands in {@code key} for {@code {i}}; -1: it is another key. */
    static int indexIn(String pattern, String key) {
      int head = pattern.indexOf(INDEX);
      int tail = pattern.length() - head - INDEX.length();
      int digits = key.length() - head - tail;
      if (digits < 1
          || digits > 2
          || !key.regionMatches(0, pattern, 0, head)
          || !key.regionMatches(key.length() - tail, pattern, head + INDEX.length(), tail)) {
        return -1;
      }
      int index = 0;
      for (int at = head; at < head + digits; at++) {
        int digit = key.charAt(at) - '0';
        if (digit < 0 || digit > 9 || (digit == 0 && at == head && digits > 1)) {
          return -1;
        }
        index = index * 10 + digit;
      }
      return index;
    }

    /** The keys of the judgement number {@code index}. */
    EvaluationKeys at(int index) {
      Function<List<String>, List<String>> indexed =
          keys -> keys.stream().map(k -> k.replace(INDEX, Integer.toString(index))).toList();
      return new EvaluationKeys(
          indexed.apply(name),
          indexed.apply(score),
          indexed.apply(label),
          indexed.apply(identifier));
    }

    Stream<String> all() {
      return Stream.of(name, score, label, identifier).flatMap(List::stream);
    }

    private void requireIndex() {
      all()
          .forEach(
              key ->
                  Data.require(
                      key.indexOf(INDEX) >= 0 && key.indexOf(INDEX) == key.lastIndexOf(INDEX),
                      key + " must hold {i} once"));
    }
  }
}
