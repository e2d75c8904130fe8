package io.floorkeeper.routing;

import io.floorkeeper.ledger.DecisionKeys;
import io.floorkeeper.policy.KillSwitch;
import io.floorkeeper.policy.PolicyBook;
import io.floorkeeper.posterior.PosteriorSnapshot;

/** What a restart needs to answer while the database is away: inputs, not results. */
record StoredSnapshot(
    PolicyBook.Published published,
    DecisionKeys keys,
    PosteriorSnapshot posteriors,
    KillSwitch killSwitch) {}
