package io.floorkeeper.ledger;

import com.fasterxml.jackson.annotation.JsonInclude;

/**
 * One record of the decision log's topic: a decision, an allocation, or a mark of the chain.
 *
 * @param link the place in the chain of a decision or mark; null where there is none: an
 *     allocation, or a decision from before there were chains
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record LogEvent(
    DecisionRecord decision, AllocationRecord allocation, ChainMark mark, ChainLink link) {

  public static LogEvent of(AllocationRecord allocation) {
    return new LogEvent(null, allocation, null, null);
  }
}
