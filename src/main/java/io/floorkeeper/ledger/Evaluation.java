package io.floorkeeper.ledger;

import java.util.Optional;

/**
 * Somebody's judgement of a call, as it was sent: not yet normalised (the policy knows the scales).
 *
 * @param name of the evaluation; {@code floorkeeper.check} where a deterministic check has none
 * @param score as sent, on whatever scale
 * @param label as sent
 * @param passed the verdict of a deterministic check
 * @param labelProbability with which the source asks for a label given the outcome; empty: 1
 * @param identifier of the evaluator: a later score of the same name and identifier replaces this
 *     one
 */
public record Evaluation(
    String name,
    Optional<Double> score,
    Optional<String> label,
    Optional<Boolean> passed,
    Optional<Double> labelProbability,
    Optional<String> identifier) {}
