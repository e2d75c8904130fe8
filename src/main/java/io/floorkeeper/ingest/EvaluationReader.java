package io.floorkeeper.ingest;

import io.floorkeeper.ledger.Evaluation;
import io.floorkeeper.ledger.EvaluationTarget;
import io.floorkeeper.ledger.TargetedEvaluation;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The judgements that a span or a log record carries: of itself, or of somebody else. One without a
 * name, or with neither score nor label nor verdict, judges nothing and is passed over; of two of
 * one call with one name and identifier the later replaces the earlier. Throws {@link
 * DisbeliefException} where it cannot be told what is judged: that is never guessed.
 */
final class EvaluationReader {
  /** What a deterministic check is called that has no name. */
  static final String UNNAMED_CHECK = "floorkeeper.check";

  /** One label weighs 1/p: below this a single one would drown all others. */
  private static final double LEAST_PROBABILITY = .001;

  private static final String LINKS = "links";

  private final Map<String, EvaluationKeys> events;

  /**
   * @param events of all dialects: whoever judges need not speak the dialect of what is judged
   */
  EvaluationReader(Map<String, EvaluationKeys> events) {
    this.events = Map.copyOf(events);
  }

  /**
   * What a model call says of itself.
   *
   * @param responseId of the call
   * @param others is given what the call's span says of others
   */
  List<Evaluation> ofCall(
      RawSpan span,
      DialectRules rules,
      Optional<String> responseId,
      List<TargetedEvaluation> others) {
    Attributes attributes = new Attributes(span.attributes());
    boolean checked = attributes.value(FloorkeeperKeys.CHECK_PASSED) != null;
    boolean judged = rules.isJudged(span.attributes());
    Optional<Double> probability = labelProbability(attributes);
    if (!checked && !judged && span.events().isEmpty()) {
      return List.of();
    }
    List<Evaluation> own = new ArrayList<>();
    if (checked) {
      own.add(check(attributes, probability));
    }
    Carried carried = new Carried(span, rules, probability);
    if (judged) {
      carried.attributes(
          (keys, evaluation) -> {
            if (keys.of() == EvaluationKeys.Subject.SPAN) {
              own.add(evaluation);
            } else {
              others.add(carried.targeted(carried.session(), evaluation));
            }
          });
    }
    carried.events(
        (id, evaluation, at) -> {
          if (id.isEmpty() || responseId.isEmpty() || id.equals(responseId)) {
            own.add(evaluation);
          } else {
            others.add(carried.targeted(new EvaluationTarget.OfResponse(id.get()), evaluation, at));
          }
        });
    return own.size() < 2 ? own : latest(own);
  }

  /**
   * What a span that is no model call says of others, or of itself as others may know it.
   *
   * @param rules null: of a dialect that nobody knows
   */
  List<TargetedEvaluation> ofSpan(RawSpan span, DialectRules rules) {
    boolean judged = rules != null && rules.isJudged(span.attributes());
    if (!judged && !holdsEvaluationEvent(span)) {
      return List.of();
    }
    Attributes attributes = new Attributes(span.attributes());
    List<TargetedEvaluation> found = new ArrayList<>();
    Carried carried = new Carried(span, rules, labelProbability(attributes));
    if (judged) {
      carried.attributes(
          (keys, evaluation) ->
              found.add(
                  carried.targeted(
                      keys.of() == EvaluationKeys.Subject.SPAN ? carried.span() : carried.session(),
                      evaluation)));
    }
    carried.events(
        (id, evaluation, at) ->
            found.add(
                carried.targeted(
                    id.isPresent() ? new EvaluationTarget.OfResponse(id.get()) : carried.span(),
                    evaluation,
                    at)));
    return found;
  }

  /** Whether a log record of this name is a judgement. */
  boolean isEvaluation(String eventName) {
    return events.containsKey(eventName);
  }

  /**
   * A judgement that came as a log record: of the response that it names, else of the span that it
   * was written in, else of the session that it names.
   */
  List<TargetedEvaluation> ofLog(RawSpan log) {
    Attributes attributes = new Attributes(log.attributes());
    EvaluationKeys keys = events.get(log.name());
    Optional<Evaluation> evaluation = judgement(attributes, keys, labelProbability(attributes));
    if (evaluation.isEmpty()) {
      return List.of();
    }
    Optional<String> id = attributes.text(keys.responseId());
    Optional<String> session = attributes.text(FloorkeeperKeys.SESSIONS);
    EvaluationTarget target;
    if (id.isPresent()) {
      target = new EvaluationTarget.OfResponse(id.get());
    } else if (!log.traceId().isEmpty() && !log.spanId().isEmpty()) {
      target = new EvaluationTarget.OfSpan(log.traceId(), log.spanId());
    } else if (session.isPresent()) {
      target = new EvaluationTarget.OfSession(session.get());
    } else {
      throw new DisbeliefException(
          "no_target",
          keys.responseId().isEmpty() ? "spanId" : keys.responseId().get(0),
          "the judgement names neither a response nor a span nor a session");
    }
    Instant saidAt = CallFrame.endOf(log);
    // The score tells two apart that one evaluator gave at one moment.
    String source =
        "log:%s:%s:%s:%s"
            .formatted(
                log.traceId(),
                log.spanId(),
                Long.toUnsignedString(log.startUnixNano()),
                evaluation.get().score().map(String::valueOf).orElse(""));
    return List.of(new TargetedEvaluation(target, evaluation.get(), saidAt, source));
  }

  private boolean holdsEvaluationEvent(RawSpan span) {
    for (RawSpan.Event event : span.events()) {
      if (events.containsKey(event.name())) {
        return true;
      }
    }
    return false;
  }

  @FunctionalInterface
  private interface OfAttributes {
    void found(EvaluationKeys keys, Evaluation evaluation);
  }

  @FunctionalInterface
  private interface OfEvents {
    void found(Optional<String> responseId, Evaluation evaluation, Instant at);
  }

  /** The judgements on one span, numbered in the order in which they are read. */
  private final class Carried {
    private final RawSpan span;
    private final DialectRules rules;
    private final Optional<Double> probability;
    private int number;

    Carried(RawSpan span, DialectRules rules, Optional<Double> probability) {
      this.span = span;
      this.rules = rules;
      this.probability = probability;
    }

    void attributes(OfAttributes then) {
      Attributes attributes = new Attributes(span.attributes());
      for (EvaluationKeys keys : rules.dialect().evaluationAttributes()) {
        for (int i : keys.indices(span.attributes().keySet())) {
          judgement(attributes, keys.at(i), probability).ifPresent(e -> then.found(keys, e));
        }
      }
    }

    void events(OfEvents then) {
      for (RawSpan.Event event : span.events()) {
        EvaluationKeys keys = events.get(event.name());
        if (keys != null) {
          Attributes attributes = new Attributes(event.attributes());
          judgement(attributes, keys, probability)
              .ifPresent(
                  e ->
                      then.found(
                          attributes.text(keys.responseId()), e, CallFrame.timeOf(event, span)));
        }
      }
    }

    /** The span itself, or the one that a carrier links to. */
    EvaluationTarget span() {
      if (rules == null || !rules.isCarrier(span)) {
        return new EvaluationTarget.OfSpan(span.traceId(), span.spanId());
      }
      if (span.links().isEmpty()) {
        throw new DisbeliefException(
            "no_target", LINKS, "a span that carries judgements of another must link to it");
      }
      if (span.links().size() > 1) {
        throw new DisbeliefException(
            "ambiguous_target",
            LINKS,
            "a span that carries judgements of another must link to that one alone");
      }
      RawSpan.Link link = span.links().get(0);
      return new EvaluationTarget.OfSpan(link.traceId(), link.spanId());
    }

    EvaluationTarget session() {
      String[] keys = rules.session;
      return new Attributes(span.attributes())
          .text(keys)
          .map(EvaluationTarget.OfSession::new)
          .orElseThrow(
              () ->
                  new DisbeliefException(
                      "no_target",
                      keys.length == 0 ? "session.id" : keys[0],
                      "the judgement is of a session that the span does not name"));
    }

    TargetedEvaluation targeted(EvaluationTarget target, Evaluation evaluation) {
      return targeted(target, evaluation, CallFrame.endOf(span));
    }

    TargetedEvaluation targeted(EvaluationTarget target, Evaluation evaluation, Instant at) {
      return new TargetedEvaluation(
          target, evaluation, at, "span:" + span.traceId() + ":" + span.spanId() + ":" + number++);
    }
  }

  private static List<Evaluation> latest(List<Evaluation> found) {
    Map<List<Object>, Evaluation> latest = new LinkedHashMap<>();
    found.forEach(e -> latest.put(List.of(e.name(), e.identifier()), e));
    return List.copyOf(latest.values());
  }

  private static Evaluation check(Attributes attributes, Optional<Double> probability) {
    String name = attributes.textOf(FloorkeeperKeys.CHECK_NAME);
    return new Evaluation(
        name == null ? UNNAMED_CHECK : name,
        Optional.empty(),
        Optional.empty(),
        Optional.of(verdict(attributes.textOf(FloorkeeperKeys.CHECK_PASSED))),
        probability,
        Optional.empty());
  }

  private static boolean verdict(String text) {
    if (text.equalsIgnoreCase("true") || text.equalsIgnoreCase("false")) {
      return Boolean.parseBoolean(text);
    }
    throw new DisbeliefException(
        "wrong_type", FloorkeeperKeys.CHECK_PASSED, "neither true nor false");
  }

  private static Optional<Double> labelProbability(Attributes attributes) {
    String key = FloorkeeperKeys.LABEL_PROBABILITY;
    Object value = attributes.value(key);
    if (value == null) {
      return Optional.empty();
    }
    double probability = Numbers.finite(key, value);
    if (!(probability >= LEAST_PROBABILITY && probability <= 1)) {
      throw new DisbeliefException("out_of_range", key, "not in [0.001, 1]");
    }
    return Optional.of(probability);
  }

  private static Optional<Evaluation> judgement(
      Attributes attributes, EvaluationKeys keys, Optional<Double> probability) {
    Optional<String> name = attributes.text(keys.name());
    Optional<Double> score = score(attributes, keys.score());
    Optional<String> label = attributes.text(keys.label());
    if (name.isEmpty() || (score.isEmpty() && label.isEmpty())) {
      return Optional.empty();
    }
    return Optional.of(
        new Evaluation(
            name.get(),
            score,
            label,
            Optional.empty(),
            probability,
            attributes.text(keys.identifier())));
  }

  private static Optional<Double> score(Attributes attributes, List<String> keys) {
    for (String key : keys) {
      Object value = attributes.value(key);
      if (value != null) {
        return Optional.of(Numbers.finite(key, value));
      }
    }
    return Optional.empty();
  }
}
