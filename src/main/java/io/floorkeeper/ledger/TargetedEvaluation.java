package io.floorkeeper.ledger;

import java.time.Instant;
import java.util.OptionalInt;

/**
 * A judgement that came by itself, before or after what it judges.
 *
 * <p>Of several with one target, name and identifier the latest counts, by {@code saidAt} and then
 * by {@code source}: so whatever the order of their arrival, the same one stays.
 *
 * @param saidAt when its source says that it was given
 * @param source what brought it, to tell two of one moment apart: {@code span:<trace>:<span>},
 *     {@code log:...}, {@code outcome:<idempotency key>/<item>/<source of the outcome>}
 * @param tenantNo whose decisions alone it may judge; empty: those of all
 */
public record TargetedEvaluation(
    EvaluationTarget target,
    Evaluation evaluation,
    Instant saidAt,
    String source,
    OptionalInt tenantNo) {

  /** From telemetry, or by a caller of all tenants. */
  public TargetedEvaluation(
      EvaluationTarget target, Evaluation evaluation, Instant saidAt, String source) {
    this(target, evaluation, saidAt, source, OptionalInt.empty());
  }
}
