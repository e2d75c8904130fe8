package io.floorkeeper.policy;

/**
 * How the scores of one evaluation become quality in [0, 1]: scores are not normalised by those who
 * send them.
 *
 * @param name the evaluation's name as spans carry it
 * @param low the worst (or best, where {@code higherIsBetter} is false) score of the scale
 * @param high the other end, above {@code low}
 * @param weight its share beside the role's other evaluations, above 0
 */
public record EvaluationRule(
    String name, double low, double high, boolean higherIsBetter, double weight) {}
