package io.floorkeeper.ingest;

import io.floorkeeper.ledger.Call;
import io.floorkeeper.ledger.Evaluation;
import io.floorkeeper.ledger.SpanLink;
import io.floorkeeper.ledger.TargetedEvaluation;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A span or a log record to a fact, by the dialect it is written in. Only leaf model calls count
 * (embeddings too): an agent, workflow, chain or tool span repeats the usage of its children. A
 * model call that says something impossible is rejected whole. Immutable and safe to share.
 */
public final class SpanReader {
  /** Says in {@link Call#roleSource} that a resource attribute named the role. */
  public static final String OF_RESOURCE = "resource:";

  private static final String UNKNOWN = "unknown_dialect";

  private final Dialects dialects;
  private final EvaluationReader evaluations;
  private final String[] agent;

  /**
   * @param dialects that spans may be written in
   */
  public SpanReader(Dialects dialects) {
    this.dialects = dialects;
    this.evaluations = new EvaluationReader(dialects.evaluationEvents());
    this.agent = dialects.agentKeys().toArray(String[]::new);
  }

  /** Never throws for what the span holds. */
  public SpanReading read(RawSpan span) {
    try {
      return span.signal() == RawSpan.Signal.LOG ? log(span) : span(span);
    } catch (DisbeliefException e) {
      return new SpanReading.Rejected(
          span.traceId(), span.spanId(), e.code(), e.field(), e.getMessage());
    }
  }

  private SpanReading span(RawSpan span) {
    DialectRules rules = dialects.of(span);
    if (rules == null) {
      return notACall(UNKNOWN, span, null);
    }
    String never = rules.neverCounts(span);
    if (never != null) {
      return notACall(never, span, rules);
    }
    if (!rules.isModelCall(span)) {
      requireUsableKind(span, rules);
      return notACall(rules.noModelCall, span, rules);
    }
    return call(span, rules, CallFrame.ofSpan(span));
  }

  private SpanReading log(RawSpan log) {
    if (evaluations.isEvaluation(log.name())) {
      List<TargetedEvaluation> found = evaluations.ofLog(log);
      return new SpanReading.NotACall(
          found.isEmpty() ? "no_judgement" : "evaluation", Optional.empty(), found);
    }
    DialectRules rules = dialects.of(log);
    if (rules == null) {
      return new SpanReading.NotACall(UNKNOWN);
    }
    String never = rules.neverCounts(log);
    if (never != null) {
      return new SpanReading.NotACall(never);
    }
    if (!rules.isModelCall(log)) {
      requireUsableKind(log, rules);
      return new SpanReading.NotACall(rules.noModelCall);
    }
    return call(log, rules, CallFrame.ofLog(log, rules));
  }

  private SpanReading call(RawSpan span, DialectRules rules, CallFrame frame) {
    Optional<String> responseId = CallReader.responseId(span, rules);
    List<TargetedEvaluation> others = new ArrayList<>(0);
    List<Evaluation> own = evaluations.ofCall(span, rules, responseId, others);
    return new SpanReading.ModelCall(CallReader.read(span, rules, frame, responseId, own), others);
  }

  private SpanReading notACall(String reason, RawSpan span, DialectRules rules) {
    return new SpanReading.NotACall(reason, link(span, rules), evaluations.ofSpan(span, rules));
  }

  /** Empty where nobody knows when the span was: nothing could forget it again. */
  private Optional<SpanLink> link(RawSpan span, DialectRules rules) {
    Optional<Instant> startedAt = CallFrame.startOf(span);
    if (startedAt.isEmpty()) {
      return Optional.empty();
    }
    Role role = Role.ofAncestor(span, rules == null ? agent : rules.agent, rules);
    return Optional.of(
        new SpanLink(
            span.traceId(),
            span.spanId(),
            CallFrame.parent(span),
            startedAt.get(),
            role == null ? Optional.empty() : Optional.of(role.name()),
            role == null ? Optional.empty() : Optional.of(role.source())));
  }

  /** A kind that cannot be used is no reason to believe that this is not a model call. */
  private static void requireUsableKind(RawSpan span, DialectRules rules) {
    for (String key : rules.kind) {
      if (span.attributes().get(key) instanceof RawSpan.Unusable unusable) {
        throw DisbeliefException.of(key, unusable);
      }
    }
  }
}
