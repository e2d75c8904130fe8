package io.floorkeeper.learning;

import io.floorkeeper.ledger.AttributedCall;
import io.floorkeeper.ledger.SpanLink;
import io.floorkeeper.ledger.TargetedEvaluation;
import java.util.List;

/**
 * What a batch of telemetry says, in the order in which it was read.
 *
 * @param calls leaf model calls; their own evaluations are theirs
 * @param links spans that are no model calls and may be above one
 * @param evaluations that name what they judge
 */
public record Facts(
    List<AttributedCall> calls, List<SpanLink> links, List<TargetedEvaluation> evaluations) {
  public Facts {
    calls = List.copyOf(calls);
    links = List.copyOf(links);
    evaluations = List.copyOf(evaluations);
  }
}
