package io.floorkeeper.ingest;

import io.floorkeeper.ingest.SpanExplanation.Judgement;
import io.floorkeeper.ingest.SpanExplanation.TakenFor;
import io.floorkeeper.ledger.Call;
import io.floorkeeper.ledger.CallWindow;
import io.floorkeeper.ledger.DecisionKeys;
import io.floorkeeper.ledger.Evaluation;
import io.floorkeeper.ledger.EvaluationTarget;
import io.floorkeeper.ledger.InvalidDecisionIdException;
import io.floorkeeper.ledger.TargetedEvaluation;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.TreeMap;

/**
 * Tells of any payload what its spans are taken for, and why. It decides nothing: it asks the
 * decoder, the reader and the rules of the dialects that the streams ask, and says which of their
 * tests held. Immutable and safe to share.
 */
public final class SpanExplainer {
  private final Dialects dialects;
  private final OtlpDecoder decoder;
  private final SpanReader reader;
  private final CallPrices prices;

  /**
   * @param dialects that spans may be written in
   * @param prices by which calls are priced
   */
  public SpanExplainer(Dialects dialects, CallPrices prices) {
    this.prices = prices;
    this.dialects = dialects;
    this.decoder = new OtlpDecoder(dialects);
    this.reader = new SpanReader(dialects);
  }

  /** Never throws for what the bytes hold. */
  public PayloadExplanation explain(byte[] payload) {
    Decoded decoded = decoder.decode(payload);
    if (decoded instanceof Decoded.Undecodable undecodable) {
      return new PayloadExplanation(
          Optional.of(undecodable.code() + ": " + undecodable.message()), List.of());
    }
    Decoded.Spans spans = (Decoded.Spans) decoded;
    List<SpanExplanation> items = new ArrayList<>();
    spans.spans().forEach(span -> items.add(explain(span)));
    spans.rejected().forEach(rejected -> items.add(undecoded(rejected)));
    return new PayloadExplanation(Optional.empty(), items);
  }

  private SpanExplanation explain(RawSpan span) {
    SpanReading reading = refused(reader.read(span));
    DialectRules rules = dialects.of(span);
    List<String> why = new ArrayList<>();
    why.add(detection(span, rules));
    if (reading instanceof SpanReading.ModelCall call) {
      why.add("model call: " + words(holding(rules.dialect().modelCallWhen(), span)));
      List<Judgement> judgements = new ArrayList<>();
      call.call().evaluations().forEach(e -> judgements.add(judgement(e, "this call")));
      call.evaluations().forEach(e -> judgements.add(judgement(e)));
      return explanation(
          span,
          TakenFor.MODEL_CALL,
          rules,
          why,
          CallFacts.of(span, rules, call.call(), prices),
          judgements);
    }
    if (reading instanceof SpanReading.NotACall notACall) {
      why.add(notACall.reason());
      why.addAll(notCounted(span, rules));
      return explanation(
          span,
          notACall.evaluations().isEmpty() ? TakenFor.NOT_A_CALL : TakenFor.EVALUATION_CARRIER,
          rules,
          why,
          List.of(),
          notACall.evaluations().stream().map(SpanExplainer::judgement).toList());
    }
    SpanReading.Rejected rejected = (SpanReading.Rejected) reading;
    why.add(words(rejected));
    return explanation(span, TakenFor.REJECTED, rules, why, List.of(), List.of());
  }

  /** What the streams ask of a call besides, as far as that can be told without their database. */
  private static SpanReading refused(SpanReading reading) {
    if (!(reading instanceof SpanReading.ModelCall read)) {
      return reading;
    }
    Call call = read.call();
    if (CallWindow.isAhead(call.startedAt())) {
      return rejected(
          call,
          CallWindow.Refusal.FUTURE.code(),
          "startTimeUnixNano",
          CallWindow.Refusal.FUTURE.message());
    }
    try {
      call.decisionId().ifPresent(DecisionKeys::requireShape);
      return reading;
    } catch (InvalidDecisionIdException e) {
      return rejected(call, "invalid_decision_id", FloorkeeperKeys.DECISION_ID, e.getMessage());
    }
  }

  private static SpanReading rejected(Call call, String code, String field, String message) {
    return new SpanReading.Rejected(call.traceId(), call.spanId(), code, field, message);
  }

  private static SpanExplanation undecoded(SpanReading.Rejected rejected) {
    return new SpanExplanation(
        "",
        rejected.traceId(),
        rejected.spanId(),
        "",
        TakenFor.REJECTED,
        "",
        List.of(words(rejected)),
        List.of(),
        List.of());
  }

  private static SpanExplanation explanation(
      RawSpan span,
      TakenFor takenFor,
      DialectRules rules,
      List<String> why,
      List<SpanExplanation.Fact> facts,
      List<Judgement> judgements) {
    return new SpanExplanation(
        span.signal().name().toLowerCase(Locale.ROOT),
        span.traceId(),
        span.spanId(),
        span.name(),
        takenFor,
        rules == null ? "" : rules.id(),
        why,
        facts,
        judgements);
  }

  private String detection(RawSpan span, DialectRules rules) {
    return rules == null
        ? "no dialect: none of the "
            + dialects.ids().size()
            + " knows it, by its attributes or its scope"
        : "dialect " + rules.id() + ": " + words(holding(rules.dialect().detect(), span));
  }

  /** What the dialect's own conditions say where it is no call; nothing where none was asked. */
  private static List<String> notCounted(RawSpan span, DialectRules rules) {
    if (rules == null) {
      return List.of();
    }
    Condition never = holding(rules.dialect().neverCountWhen(), span);
    if (never != null) {
      return List.of("never counts: " + words(never));
    }
    return holding(rules.dialect().modelCallWhen(), span) == null
        ? rules.dialect().modelCallWhen().stream()
            .map(condition -> "would be a call where " + words(condition))
            .toList()
        : List.of();
  }

  /** The first that holds, as it is asked while reading; null: none. */
  private static Condition holding(List<Condition> conditions, RawSpan span) {
    Condition.Test test = Condition.Test.first(Condition.Test.all(conditions), span);
    return test == null ? null : test.condition;
  }

  private static String words(SpanReading.Rejected rejected) {
    return rejected.code() + " (" + rejected.field() + "): " + rejected.message();
  }

  /** A condition as the dialect's data says it. */
  private static String words(Condition condition) {
    List<String> words = new ArrayList<>();
    new TreeMap<>(condition.attribute())
        .forEach((key, values) -> words.add(key + " is " + any(values)));
    new TreeMap<>(condition.resource())
        .forEach((key, values) -> words.add("the resource's " + key + " is " + any(values)));
    condition.present().forEach(key -> words.add(key + " is there"));
    condition.absent().forEach(key -> words.add(key + " is not there"));
    if (!condition.scope().isEmpty()) {
      words.add("the scope is " + any(condition.scope()));
    }
    if (!condition.spanName().isEmpty()) {
      words.add("the name is " + any(condition.spanName()));
    }
    return String.join(" and ", words);
  }

  private static String any(List<String> values) {
    return String.join("|", values);
  }

  private static Judgement judgement(TargetedEvaluation targeted) {
    return judgement(targeted.evaluation(), words(targeted.target()));
  }

  private static Judgement judgement(Evaluation evaluation, String of) {
    List<String> said = new ArrayList<>();
    evaluation.score().ifPresent(score -> said.add("score " + score));
    evaluation.label().ifPresent(label -> said.add("label " + label));
    evaluation.passed().ifPresent(passed -> said.add(passed ? "passed" : "failed"));
    evaluation.labelProbability().ifPresent(p -> said.add("asked for with probability " + p));
    return new Judgement(evaluation.name(), String.join(", ", said), of);
  }

  private static String words(EvaluationTarget target) {
    if (target instanceof EvaluationTarget.OfSpan span) {
      return "span " + span.traceId() + " " + span.spanId();
    }
    if (target instanceof EvaluationTarget.OfResponse response) {
      return "response " + response.responseId();
    }
    if (target instanceof EvaluationTarget.OfSession session) {
      return "session " + session.sessionId();
    }
    return "a decision";
  }
}
