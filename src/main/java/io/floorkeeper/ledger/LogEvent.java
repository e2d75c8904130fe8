package io.floorkeeper.ledger;

import com.fasterxml.jackson.annotation.JsonInclude;

/** One record of the decision log's topic: exactly one of the two is there. */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record LogEvent(DecisionRecord decision, AllocationRecord allocation) {}
