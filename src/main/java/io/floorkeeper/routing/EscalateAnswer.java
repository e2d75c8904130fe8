package io.floorkeeper.routing;

import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import java.time.Instant;
import java.util.List;

/**
 * The answer of {@code /escalate}: that of {@code /route} for the next rung, or why there is none.
 *
 * @param outcome {@code escalated}: call this model under this id; {@code passed}: by the policy's
 *     measure the check has not failed; {@code exhausted}: there is nothing to climb to
 * @param reason {@code escalated}; {@code confidence_met, nothing_missing}; {@code ladder_end,
 *     max_escalations, no_eligible_rung, same_model}
 * @param advice what to do now, in a sentence
 * @param decisionId of the next rung, or the one that was asked about
 * @param tier and {@code model}, {@code provider}: to be called, or whose answer stands; null where
 *     the policy in force knows it no more
 * @param rung of {@code decisionId} on the ladder, counted in its arms; 0: the first pass
 * @param rungsLeft so many tiers may still be climbed to
 * @param propensity of the task's first draw
 * @param epoch of the task's first decision
 * @param escalation these tiers, in the order in which they would be climbed
 * @param estimate of the arm to be called, quality and dollars per task, from its own first passes:
 *     a task that a cheaper model failed is harder than those; null where nothing is to be called
 */
@JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
public record EscalateAnswer(
    String outcome,
    String reason,
    String advice,
    String check,
    String decisionId,
    String tier,
    String model,
    String provider,
    int rung,
    int rungsLeft,
    double propensity,
    int policyVersion,
    long epoch,
    String learning,
    boolean evaluate,
    List<String> escalation,
    List<String> constraints,
    RouteAnswer.Estimate estimate,
    Instant expiresAt) {

  static EscalateAnswer of(Escalation escalation, String check, long idLifeMillis) {
    ArmView arm =
        escalation.candidate() < 0 ? null : escalation.routes().arms().get(escalation.candidate());
    boolean climbed = escalation.climbed() != null;
    return new EscalateAnswer(
        escalation.outcome().toString(),
        escalation.reason(),
        escalation.advice(),
        check,
        escalation.decisionId(),
        arm == null ? null : arm.arm().tier(),
        arm == null ? null : arm.arm().model().name(),
        arm == null ? null : arm.arm().model().provider(),
        escalation.id().rung(),
        escalation.above().size(),
        escalation.id().propensity(),
        escalation.snapshot().published().version(),
        escalation.id().epoch(),
        Learnings.of(escalation.routes()),
        climbed && escalation.climbed().evaluate(),
        escalation.above(),
        escalation.constraints(),
        climbed && arm != null ? arm.estimate() : null,
        Instant.ofEpochMilli(escalation.id().epochMillis() + idLifeMillis));
  }
}
