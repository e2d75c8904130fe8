package io.floorkeeper.attribution;

import java.util.OptionalDouble;

/**
 * An arm that a role may use, and what its policy expects of it before any outcome.
 *
 * @param armNo its number in decision ids
 * @param key tier/model
 * @param priorQuality the policy's prior mean
 * @param priorUsd dollars of the role's expected tokens at the catalogue's price; empty: unpriced
 */
record CandidateArm(int armNo, String key, double priorQuality, OptionalDouble priorUsd) {}
