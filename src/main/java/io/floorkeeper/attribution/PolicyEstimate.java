package io.floorkeeper.attribution;

import io.floorkeeper.bandit.OffPolicyEstimate;
import java.util.Optional;

/**
 * What one policy would have earned per first draw, by several estimators of one log.
 *
 * @param drawn first draws that fell as the policy would have it
 * @param n first draws in all
 * @param meanWeight of p_pred/p_log: about 1 where the policy's arm could be drawn at every time,
 *     less where it was not eligible or not yet a candidate, for which IPS is then too low
 * @param effectiveN what the log is worth in draws of the policy's own
 * @param cressieRead only for rewards within known bounds
 * @param doublyRobust only where the policy's probabilities of all arms are known
 */
record PolicyEstimate(
    long drawn,
    long n,
    double meanWeight,
    double effectiveN,
    OffPolicyEstimate ips,
    OffPolicyEstimate snips,
    Optional<OffPolicyEstimate> cressieRead,
    Optional<OffPolicyEstimate> doublyRobust) {}
