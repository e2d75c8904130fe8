package io.floorkeeper.learning;

import io.floorkeeper.ledger.AttributedCall;
import io.floorkeeper.ledger.Call;
import io.floorkeeper.ledger.DecisionId;
import io.floorkeeper.ledger.DecisionKeys;
import io.floorkeeper.ledger.Evaluation;
import io.floorkeeper.ledger.SpanLink;
import io.floorkeeper.ledger.Tokens;
import io.floorkeeper.policy.Numbers;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;

/** Calls and links between spans, made by hand. */
final class CallFacts {
  private static final DecisionKeys KEYS = new DecisionKeys(Map.of(0, new byte[32]));

  private CallFacts() {}

  /** A call that is put together; what is not said is as of an unrouted call of tiny-1. */
  static final class Draft {
    private final String trace;
    private final String span;
    private final Instant startedAt;
    private String parent;
    private String dialect = "otel-genai";
    private String model = "tiny-1";
    private Tokens tokens = new Tokens(1_000, 0, 0, 200, 0);
    private OptionalLong reported = OptionalLong.empty();
    private String role;
    private String roleSource;
    private String responseId;
    private String session;
    private String provider = "acme";
    private boolean error;
    private List<Evaluation> evaluations = List.of();
    private Optional<DecisionId> decision = Optional.empty();

    private Draft(int trace, int span, Instant startedAt) {
      this.trace = CallFacts.trace(trace);
      this.span = CallFacts.span(span);
      this.startedAt = startedAt;
    }

    Draft below(int parentSpan) {
      this.parent = CallFacts.span(parentSpan);
      return this;
    }

    Draft dialect(String id) {
      this.dialect = id;
      return this;
    }

    Draft model(String name) {
      this.model = name;
      return this;
    }

    Draft provider(String name) {
      this.provider = name;
      return this;
    }

    Draft tokens(Tokens of) {
      this.tokens = of;
      return this;
    }

    Draft reported(long nanoUsd) {
      this.reported = OptionalLong.of(nanoUsd);
      return this;
    }

    Draft role(String name, String source) {
      this.role = name;
      this.roleSource = source;
      return this;
    }

    Draft response(String id) {
      this.responseId = id;
      return this;
    }

    Draft session(String id) {
      this.session = id;
      return this;
    }

    Draft failed() {
      this.error = true;
      return this;
    }

    Draft decided(DecisionId by) {
      this.decision = Optional.of(by);
      return this;
    }

    Draft passed(boolean check) {
      this.evaluations =
          List.of(
              new Evaluation(
                  "floorkeeper.check",
                  Optional.empty(),
                  Optional.empty(),
                  Optional.of(check),
                  Optional.empty(),
                  Optional.empty()));
      return this;
    }

    AttributedCall build() {
      return new AttributedCall(
          new Call(
              trace,
              span,
              Optional.ofNullable(parent),
              startedAt,
              800,
              dialect,
              Optional.ofNullable(model),
              Optional.empty(),
              Optional.of(provider),
              Optional.ofNullable(tokens),
              reported,
              decision.map(KEYS::sign),
              Optional.ofNullable(role),
              Optional.ofNullable(roleSource),
              Optional.ofNullable(session),
              Optional.ofNullable(responseId),
              error,
              Optional.empty(),
              evaluations,
              Optional.empty()),
          decision);
    }
  }

  static Draft call(int trace, int span, Instant startedAt) {
    return new Draft(trace, span, startedAt);
  }

  /** The sequence tells decisions apart. */
  static DecisionId decision(String role, String arm, int sequence, Instant at) {
    Numbers numbers = LearningParts.published().numbers();
    return new DecisionId(
        0,
        DecisionId.BASE_LABEL,
        0,
        at.toEpochMilli(),
        1,
        sequence,
        0,
        numbers.roleNo(role),
        0,
        numbers.arms().get(arm),
        1,
        255,
        1,
        0,
        0);
  }

  /** A span that is no call. */
  static SpanLink link(int trace, int span, Integer parent, String role, Instant startedAt) {
    return new SpanLink(
        trace(trace),
        span(span),
        Optional.ofNullable(parent).map(CallFacts::span),
        startedAt,
        Optional.ofNullable(role),
        Optional.ofNullable(role).map(r -> "gen_ai.agent.name"));
  }

  static String trace(int number) {
    return "%032x".formatted(number);
  }

  static String span(int number) {
    return "%016x".formatted(number);
  }
}
