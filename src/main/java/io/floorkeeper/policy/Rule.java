package io.floorkeeper.policy;

/**
 * "Where this holds, that tier": what answers for roles of strategy {@code rules}, and for learning
 * roles in place of their preset while the bandit does not answer. The first rule that matches
 * counts.
 *
 * @param name shown with the decision
 * @param tier which answers; where the role has no candidate of it, the next stronger one
 */
public record Rule(String name, Conditions conditions, String tier) {}
