package io.floorkeeper.ingest;

import com.fasterxml.jackson.annotation.JsonProperty;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Stream;

/**
 * How one family of instrumentation writes a model call down. This is the document of a dialect,
 * field for field: {@code inclCache} is {@code incl_cache} there. What a document that {@code
 * extends} another does not say stands in that one, but for {@code id}, {@code about} and {@code
 * detect}.
 *
 * @param about for people: which software, where the names were read
 * @param signal what it is written as; absent: spans
 * @param detect any of these: the span is in this dialect
 * @param modelCallWhen any of these: the span is a leaf model call
 * @param neverCountWhen any of these: it is none, whatever else it says
 * @param carrierWhen any of these: judgements on a span that is no model call are of the one span
 *     that it links to, not of itself
 * @param inclCache whether the input tokens include those read from and written to a cache
 * @param scopes exceptions by instrumentation scope; the first that matches holds
 * @param defaults what holds where no key says it
 * @param keys where each fact stands, in the order to try; {@code json:attribute member.member}
 *     stands for a number or a word within an attribute that holds JSON
 * @param sharedResponseIds response ids of these names are of several calls: not believed
 * @param agentSpanNames a span of such a name is that of the agent whose name stands for the {@code
 *     *}
 * @param identity of a call that has no span of its own: the first of these groups of attributes
 *     that is there whole tells it from all others
 * @param errorWhen any of these: the call failed
 * @param errorEvents a span event of this name: the call failed; with the keys of the error's type
 * @param evaluationAttributes judgements on the span itself, with {@code {i}} for a number
 * @param evaluationEvents judgements as span events, by the event's name
 */
record Dialect(
    String id,
    String about,
    Signal signal,
    List<Condition> detect,
    List<Condition> modelCallWhen,
    List<Condition> neverCountWhen,
    List<Condition> carrierWhen,
    Boolean inclCache,
    List<ScopeRule> scopes,
    Defaults defaults,
    Keys keys,
    List<String> sharedResponseIds,
    List<String> agentSpanNames,
    List<List<String>> identity,
    List<Condition> errorWhen,
    Map<String, List<String>> errorEvents,
    List<EvaluationKeys> evaluationAttributes,
    Map<String, EvaluationKeys> evaluationEvents) {

  /** Tells people, and the ledger, that its calls were written as log records. */
  static final String OF_LOGS = "-logs";

  Dialect {
    Data.require(id != null && id.matches("[a-z0-9-]{1,40}"), "id must match [a-z0-9-]{1,40}");
    about = about == null ? "" : about;
    signal = signal == null ? Signal.SPANS : signal;
    Data.require(
        id.endsWith(OF_LOGS) == (signal == Signal.LOGS),
        "the id of a dialect of logs, and of no other, must end in " + OF_LOGS);
    detect = Data.listOf(detect);
    modelCallWhen = Data.listOf(modelCallWhen);
    neverCountWhen = Data.listOf(neverCountWhen);
    carrierWhen = Data.listOf(carrierWhen);
    scopes = Data.listOf(scopes);
    defaults = defaults == null ? new Defaults(null) : defaults;
    sharedResponseIds = Data.listOf(sharedResponseIds);
    agentSpanNames = Data.listOf(agentSpanNames);
    identity = Data.listOf(identity).stream().map(Data::listOf).toList();
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
    Data.require(
        identity.stream().noneMatch(List::isEmpty), "a group of identity must name an attribute");
    Data.require(
        agentSpanNames.stream().allMatch(n -> n.endsWith("*") && n.length() > 1),
        "agent_span_names must end in *, which stands for the agent");
    evaluationAttributes.forEach(EvaluationKeys::requireIndex);
  }

  /** What a dialect is written as. */
  enum Signal {
    @JsonProperty("spans")
    SPANS,
    @JsonProperty("logs")
    LOGS
  }

  /** All conditions, for whoever must know the keys they test. */
  Stream<Condition> conditions() {
    return Stream.of(detect, modelCallWhen, neverCountWhen, carrierWhen, errorWhen)
        .flatMap(List::stream);
  }

  /** All attributes that it looks at, with {@code json:} where it looks into one. */
  Stream<String> attributes() {
    return Stream.concat(keys.amounts(), attributesButAmounts());
  }

  private Stream<String> attributesButAmounts() {
    return Stream.of(
            keys.words(),
            identity.stream().flatMap(List::stream),
            conditions()
                .flatMap(
                    c ->
                        Stream.of(
                                c.attribute().keySet().stream(),
                                c.present().stream(),
                                c.absent().stream())
                            .flatMap(names -> names)))
        .flatMap(names -> names);
  }

  /**
   * The same and those of events and judgements, all that is ever read of a span; but for those of
   * which a number alone is taken ({@link Keys#amounts}).
   */
  Stream<String> keysButAmounts() {
    return Stream.of(
            attributesButAmounts(),
            errorEvents.values().stream().flatMap(List::stream),
            evaluationAttributes.stream().flatMap(EvaluationKeys::all),
            evaluationEvents.values().stream().flatMap(EvaluationKeys::all),
            conditions().flatMap(c -> c.resource().keySet().stream()))
        .flatMap(names -> names);
  }

  /** An exception for the scopes of these names; a trailing {@code *} stands for any ending. */
  record ScopeRule(List<String> scope, Boolean inclCache) {
    ScopeRule {
      scope = Data.listOf(scope);
      Data.require(!scope.isEmpty(), "scope is missing");
      Data.require(inclCache != null, "incl_cache is missing");
    }
  }

  /**
   * Facts that are the same for all calls of a dialect.
   *
   * @param provider null: none
   */
  record Defaults(String provider) {}

  /**
   * The ordered keys of each fact; the first that is there wins.
   *
   * @param errorType where one is there, the call failed
   * @param errorCode names the failure of a call that is known to have failed
   * @param endedAt an ISO 8601 time, where the record does not say when it was written
   * @param latencyMillis of a call that is written down as a log record when it ends
   */
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
      List<String> errorType,
      List<String> errorCode,
      List<String> endedAt,
      List<String> latencyMillis,
      List<String> serviceTier) {

    Keys {
      requestModel = Data.keysOf(requestModel);
      responseModel = Data.keysOf(responseModel);
      provider = Data.keysOf(provider);
      inputTokens = Data.keysOf(inputTokens);
      cacheReadTokens = Data.keysOf(cacheReadTokens);
      cacheWriteTokens = Data.keysOf(cacheWriteTokens);
      outputTokens = Data.keysOf(outputTokens);
      reasoningTokens = Data.keysOf(reasoningTokens);
      costUsd = Data.keysOf(costUsd);
      costCurrency = Data.keysOf(costCurrency);
      agent = Data.keysOf(agent);
      session = Data.keysOf(session);
      responseId = Data.keysOf(responseId);
      errorType = Data.keysOf(errorType);
      errorCode = Data.keysOf(errorCode);
      endedAt = Data.keysOf(endedAt);
      latencyMillis = Data.keysOf(latencyMillis);
      serviceTier = Data.keysOf(serviceTier);
      Data.require(
          !(requestModel.isEmpty() && responseModel.isEmpty()), "a dialect must name the model");
    }

    /** Of tokens and of costs: whatever else stands there than a number is never kept. */
    Stream<String> amounts() {
      return Stream.of(
              inputTokens,
              cacheReadTokens,
              cacheWriteTokens,
              outputTokens,
              reasoningTokens,
              costUsd)
          .flatMap(List::stream);
    }

    /** All others. */
    Stream<String> words() {
      return Stream.of(
              requestModel,
              responseModel,
              provider,
              costCurrency,
              agent,
              session,
              responseId,
              errorType,
              errorCode,
              endedAt,
              latencyMillis,
              serviceTier)
          .flatMap(List::stream);
    }
  }
}
