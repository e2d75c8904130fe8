package io.floorkeeper.ingest;

import io.floorkeeper.ingest.SpanExplanation.Fact;
import io.floorkeeper.learning.CallPrice;
import io.floorkeeper.ledger.Call;
import io.floorkeeper.ledger.Tokens;
import io.floorkeeper.policy.Tariff;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * The facts of a call that was read, each with the attribute that held it: the same look-up over
 * the same ordered keys that {@link CallReader} did.
 */
final class CallFacts {
  private final Attributes attributes;
  private final DialectRules rules;
  private final Call call;
  private final CallPrices prices;
  private final List<Fact> facts = new ArrayList<>();

  private CallFacts(RawSpan span, DialectRules rules, Call call, CallPrices prices) {
    this.prices = prices;
    this.attributes = new Attributes(span.attributes());
    this.rules = rules;
    this.call = call;
  }

  static List<Fact> of(RawSpan span, DialectRules rules, Call call, CallPrices prices) {
    CallFacts facts = new CallFacts(span, rules, call, prices);
    facts.names();
    facts.tokens(span);
    facts.cost();
    facts.rest(span);
    return facts.facts;
  }

  private void names() {
    text("decision_id", call.decisionId(), FloorkeeperKeys.DECISION_ID);
    String response = attributes.key(rules.responseModel);
    text("model", call.model(), response == null ? attributes.key(rules.requestModel) : response);
    text("request_model", call.requestModel(), attributes.key(rules.requestModel));
    String provider = attributes.key(rules.provider);
    text("provider", call.provider(), provider == null ? "default of the dialect" : provider);
    call.role().ifPresent(role -> add("role", role, call.roleSource().orElse("")));
    text("session_id", call.sessionId(), attributes.key(rules.session));
    text("response_id", call.responseId(), attributes.key(rules.responseId));
    text("service_tier", call.serviceTier(), attributes.key(rules.serviceTier));
  }

  private void tokens(RawSpan span) {
    String input = reported("input", rules.inputTokens);
    reported("cache_read", rules.cacheReadTokens);
    reported("cache_write", rules.cacheWriteTokens);
    reported("output", rules.outputTokens);
    reported("reasoning", rules.reasoningTokens);
    if (call.tokens().isEmpty()) {
      add("tokens", "none", "no attribute of the dialect holds any");
      return;
    }
    Tokens tokens = call.tokens().get();
    add("tokens.input", "" + tokens.input(), cacheRule(span, input, tokens));
    add("tokens.cache_read", "" + tokens.cacheRead(), "as reported");
    add("tokens.cache_write", "" + tokens.cacheWrite(), "as reported");
    add("tokens.output", "" + tokens.output(), reasoningRule(tokens));
    add("tokens.reasoning", "" + tokens.reasoning(), "a part of the output");
  }

  /** Told from what came out, so that it says what was done and not what should have been. */
  private String cacheRule(RawSpan span, String inputKey, Tokens tokens) {
    long cache = tokens.cacheRead() + tokens.cacheWrite();
    if (cache == 0 || inputKey == null) {
      return "as reported: no cache in it";
    }
    long reported = Numbers.tokens(inputKey, attributes.value(inputKey));
    if (tokens.input() != reported) {
      return "reported less " + cache + " of cache, which this dialect's input includes";
    }
    return rules.inputIncludesCache(span)
        ? "as reported: more cache than input, so it stands beside it"
        : "as reported: in this dialect the cache stands beside it";
  }

  private String reasoningRule(Tokens tokens) {
    String key = attributes.key(rules.outputTokens);
    long reported = key == null ? 0 : Numbers.tokens(key, attributes.value(key));
    return tokens.output() == reported
        ? "as reported"
        : "reported and reasoning, which is more and so stands beside it";
  }

  private void cost() {
    OptionalLong nanoUsd = call.reportedNanoUsd();
    if (nanoUsd.isPresent()) {
      add("cost.reported_usd", usd(nanoUsd.getAsLong()), attributes.key(rules.costUsd));
    } else if (attributes.key(rules.costUsd) != null) {
      add("cost.reported_usd", "none", attributes.key(rules.costUsd) + ", which is not in dollars");
    }
    if (call.tokens().isEmpty()) {
      return;
    }
    Optional<CallPrice> price = prices.of(call);
    if (price.isEmpty() || price.get().nanoUsd().isEmpty()) {
      add("cost.usd", "unpriced", "neither the policy nor the catalogue knows this model");
    } else {
      Tariff.Quote quote = price.get().quote();
      add(
          "cost.usd",
          usd(price.get().nanoUsd().getAsLong()),
          "tokens at the price of " + quote.provider() + "/" + quote.model());
    }
  }

  private void rest(RawSpan span) {
    add("trace_id", call.traceId(), idSource(span, span.traceId().equals(call.traceId())));
    add("span_id", call.spanId(), idSource(span, span.spanId().equals(call.spanId())));
    call.parentSpanId().ifPresent(id -> add("parent_span_id", id, "the " + signal(span)));
    String ended = span.signal() == RawSpan.Signal.LOG ? attributes.key(rules.endedAt) : null;
    add("started_at", call.startedAt().toString(), ended == null ? "the " + signal(span) : ended);
    String latency =
        span.signal() == RawSpan.Signal.LOG ? attributes.key(rules.latencyMillis) : null;
    add("latency_ms", "" + call.latencyMillis(), latency == null ? "the " + signal(span) : latency);
    if (call.error()) {
      add("error", call.errorType().orElse("unnamed"), errorSource(span));
    }
  }

  private String errorSource(RawSpan span) {
    String key = attributes.key(rules.errorType);
    if (key != null && !Boolean.FALSE.equals(attributes.value(key))) {
      return key;
    }
    return span.status() == RawSpan.Status.ERROR
        ? "the span's status"
        : "a condition or an event of the dialect";
  }

  private static String idSource(RawSpan span, boolean own) {
    return own ? "the " + signal(span) : "derived from what tells the record apart";
  }

  private static String signal(RawSpan span) {
    return span.signal() == RawSpan.Signal.LOG ? "log record" : "span";
  }

  /** As it stands there; null: it does not. */
  private String reported(String name, String[] keys) {
    String key = attributes.key(keys);
    if (key != null) {
      add("reported." + name, attributes.value(key).toString(), key);
    }
    return key;
  }

  private void text(String name, Optional<String> value, String from) {
    value.ifPresent(v -> add(name, v, from));
  }

  private void add(String name, String value, String from) {
    facts.add(new Fact(name, value, from == null ? "" : from));
  }

  private static String usd(long nanoUsd) {
    return BigDecimal.valueOf(nanoUsd, 9).stripTrailingZeros().toPlainString();
  }
}
