package io.floorkeeper.ledger;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.PropertyNamingStrategies;
import com.fasterxml.jackson.databind.annotation.JsonNaming;

/**
 * Why: one allocation that answered at least once, explained by the function that decided.
 *
 * @param pace the step of a task's budget that it was made for; 0: none bound the role
 * @param prices a number of the catalogue's prices that it was made at; 0: of none
 * @param explanation candidates, posteriors, bounds and propensities
 */
@JsonNaming(PropertyNamingStrategies.SnakeCaseStrategy.class)
public record AllocationRecord(
    int roleNo,
    int bucket,
    long mask,
    int policyVersion,
    long epoch,
    int pace,
    int prices,
    JsonNode explanation) {}
