package io.floorkeeper.truth;

import java.time.Instant;

/**
 * A decision, and everything that may hang on it.
 *
 * @param root tells tasks apart
 * @param arm that was decided for the first pass
 */
record PlannedDecision(
    String root,
    String role,
    int roleNo,
    int bucket,
    Models arm,
    int armNo,
    int block,
    Instant decidedAt) {}
