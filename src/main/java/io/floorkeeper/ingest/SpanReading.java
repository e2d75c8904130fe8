package io.floorkeeper.ingest;

import io.floorkeeper.ledger.Call;
import io.floorkeeper.ledger.SpanLink;
import io.floorkeeper.ledger.TargetedEvaluation;
import java.util.List;
import java.util.Optional;

/** What one span was taken for, and why. */
public sealed interface SpanReading {

  /**
   * A leaf model call.
   *
   * @param evaluations judgements of others that its span carries
   */
  record ModelCall(Call call, List<TargetedEvaluation> evaluations) implements SpanReading {
    public ModelCall {
      evaluations = List.copyOf(evaluations);
    }

    /** One that says nothing of others. */
    public ModelCall(Call call) {
      this(call, List.of());
    }
  }

  /**
   * Not a model call (an agent, a tool, a chain, somebody's HTTP request): it repeats its
   * children's usage or has none, so it counts for nothing.
   *
   * @param link what model calls below it may need of it
   * @param evaluations judgements of other spans that it carries
   */
  record NotACall(String reason, Optional<SpanLink> link, List<TargetedEvaluation> evaluations)
      implements SpanReading {
    public NotACall {
      evaluations = List.copyOf(evaluations);
    }

    /** One that says nothing to anybody. */
    public NotACall(String reason) {
      this(reason, Optional.empty(), List.of());
    }
  }

  /**
   * A model call that cannot be believed: goes to the dead letter, nothing of it is applied.
   *
   * @param traceId empty where it could not be read; so is {@code spanId}
   * @param code stable: {@code negative_tokens}, {@code not_a_number}, ...
   * @param field the attribute or span field at fault
   * @param message for people; never holds prompt text or the value itself where it is text
   */
  record Rejected(String traceId, String spanId, String code, String field, String message)
      implements SpanReading {}
}
