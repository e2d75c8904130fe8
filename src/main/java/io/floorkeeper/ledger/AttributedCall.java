package io.floorkeeper.ledger;

import java.util.Optional;

/**
 * A call and the decision that it carries, verified.
 *
 * @param decision empty where the call was not routed by us
 */
public record AttributedCall(Call call, Optional<DecisionId> decision) {}
