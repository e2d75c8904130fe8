package io.floorkeeper.ledger;

import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.annotation.JsonNaming;
import java.time.Instant;
import java.util.List;
import java.util.Map;

/**
 * One answer of {@code /route} or {@code /escalate} as the decision log keeps it.
 *
 * @param decisionId the 64 characters that the caller got
 * @param replica and {@code sequence} tell apart the answers that share an id (a continued task)
 * @param mask bit k: candidate k of the policy's role was eligible
 * @param shadowArm what the bandit would have chosen where it does not answer yet; else null
 * @param ceiling JSON: what spend ceilings had to do with it, and what would have been answered
 *     otherwise; null: nothing
 * @param snapshotAgeMillis how old the evidence behind the answer was
 * @param tenant of the credentials that asked; null in what was logged before there were any
 * @param check that failed on the rung below, where the answer is an escalation; else null
 * @param classifierMillis how long an external classifier was waited for; null: none was asked
 * @param classifierNanoUsd what its answer cost, in 1e-9 USD
 * @param shadow of the bandit where it does not answer yet; null where it does, or nothing was
 *     shadowed
 * @param pace the step of a task's budget that the allocation was made for; 0: none bound the role,
 *     or nothing was drawn
 * @param prices a number of the catalogue's prices that the allocation was made at; 0: of none
 */
@JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
public record DecisionRecord(
    String decisionId,
    int replica,
    long sequence,
    Instant decidedAt,
    int roleNo,
    String role,
    String arm,
    String tier,
    String model,
    String reason,
    double propensity,
    int policyVersion,
    long epoch,
    int bucket,
    long mask,
    boolean evaluate,
    String learning,
    List<String> constraints,
    long snapshotAgeMillis,
    String collaboration,
    String sessionId,
    String runId,
    String step,
    String dataClass,
    Map<String, String> tags,
    String shadowArm,
    Double shadowPropensity,
    String tenant,
    String check,
    Integer classifierMillis,
    Long classifierNanoUsd,
    String ceiling,
    ShadowOdds shadow,
    int pace,
    int prices) {}
