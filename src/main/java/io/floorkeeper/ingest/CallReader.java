package io.floorkeeper.ingest;

import io.floorkeeper.ledger.Call;
import io.floorkeeper.ledger.Evaluation;
import io.floorkeeper.ledger.Tokens;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;

/** The facts of one model call, by its dialect. Throws {@link DisbeliefException}. */
final class CallReader {
  private static final long NONE = -1;

  private CallReader() {}

  /**
   * @param evaluations of this call
   */
  static Call read(
      RawSpan span,
      DialectRules rules,
      CallFrame frame,
      Optional<String> responseId,
      List<Evaluation> evaluations) {
    Attributes attributes = new Attributes(span.attributes());
    Optional<String> requestModel = attributes.text(rules.requestModel);
    Optional<String> responseModel = attributes.text(rules.responseModel);
    String named = attributes.textOf(attributes.key(rules.provider));
    // One provider is OpenAI to some and openai to others; twins are known by it.
    Optional<String> provider =
        Optional.ofNullable(
            named == null ? rules.dialect().defaults().provider() : named.toLowerCase(Locale.ROOT));
    Role role = Role.of(span, rules);
    Object failure = failure(attributes, rules);
    boolean error = failure != null || rules.isError(span);
    return new Call(
        frame.traceId(),
        frame.spanId(),
        frame.parentSpanId(),
        frame.startedAt(),
        frame.latencyMillis(),
        rules.id(),
        responseModel.isPresent() ? responseModel : requestModel,
        requestModel,
        provider,
        tokens(attributes, rules, span),
        cost(attributes, rules),
        Optional.ofNullable(attributes.textOf(FloorkeeperKeys.DECISION_ID)),
        role == null ? Optional.empty() : Optional.of(role.name()),
        role == null ? Optional.empty() : Optional.of(role.source()),
        attributes.text(rules.session),
        responseId,
        error,
        error ? errorType(failure, attributes, rules, span) : Optional.empty(),
        evaluations,
        attributes.text(rules.serviceTier));
  }

  /** Empty too where the id is one of those that several calls share. */
  static Optional<String> responseId(RawSpan span, DialectRules rules) {
    Optional<String> id = new Attributes(span.attributes()).text(rules.responseId);
    return id.isPresent() && rules.isSharedResponseId(id.get()) ? Optional.empty() : id;
  }

  /**
   * With I, O as reported: cache within the input makes the uncached input I - read - write, unless
   * that is below zero, which shows that the cache stood beside I. The same for reasoning and O.
   */
  private static Optional<Tokens> tokens(Attributes attributes, DialectRules rules, RawSpan span) {
    long input = count(attributes, rules.inputTokens);
    long read = count(attributes, rules.cacheReadTokens);
    long write = count(attributes, rules.cacheWriteTokens);
    long output = count(attributes, rules.outputTokens);
    long reasoning = count(attributes, rules.reasoningTokens);
    if ((input & read & write & output & reasoning) == NONE) { // all of them are
      return Optional.empty();
    }
    read = Math.max(0, read);
    write = Math.max(0, write);
    reasoning = Math.max(0, reasoning);
    long uncached = Math.max(0, input);
    if (read + write > 0 && read + write <= uncached && rules.inputIncludesCache(span)) {
      uncached -= read + write;
    }
    long out = Math.max(0, output);
    if (reasoning > out) {
      out += reasoning;
    }
    return Optional.of(new Tokens(uncached, read, write, out, reasoning));
  }

  private static long count(Attributes attributes, String[] keys) {
    String key = attributes.key(keys);
    return key == null ? NONE : Numbers.tokens(key, attributes.value(key));
  }

  private static OptionalLong cost(Attributes attributes, DialectRules rules) {
    String key = attributes.key(rules.costUsd);
    return key == null
        ? OptionalLong.empty()
        : Numbers.nanoUsd(key, attributes.value(key), attributes.text(rules.costCurrency));
  }

  /** What an attribute calls the failure; null: there was none that an attribute tells of. */
  private static Object failure(Attributes attributes, DialectRules rules) {
    String key = attributes.key(rules.errorType);
    Object value = key == null ? null : attributes.value(key);
    return Boolean.FALSE.equals(value) ? null : value;
  }

  /**
   * What the failure is called: a name for reports, so one that is too long or no text is no reason
   * to disbelieve the call.
   */
  private static Optional<String> errorType(
      Object failure, Attributes attributes, DialectRules rules, RawSpan span) {
    if (failure != null && !(failure instanceof Boolean) && Attributes.usable(failure)) {
      return Optional.of(failure.toString().strip());
    }
    String code = attributes.key(rules.errorCode);
    if (code != null && Attributes.usable(attributes.value(code))) {
      return Optional.of(attributes.value(code).toString().strip());
    }
    Optional<String> thrown = Optional.empty();
    for (RawSpan.Event event : span.events()) {
      List<String> keys = rules.dialect().errorEvents().get(event.name());
      if (keys != null) {
        Optional<String> type = new Attributes(event.attributes()).usableText(keys);
        thrown = type.isPresent() ? type : thrown;
      }
    }
    return thrown;
  }
}
