package io.floorkeeper.ledger;

/**
 * A decision with its place in a chain.
 *
 * @param link null: from before there were chains
 */
public record LoggedDecision(DecisionRecord record, ChainLink link) {}
