package io.floorkeeper.policy;

import java.math.BigDecimal;

/**
 * What a model of one's own can take; beyond it calls spill to the other arms.
 *
 * @param callsPerMinute on all replicas together, above 0
 * @param monthlyUsd what it costs whether used or not; 0 where nobody says
 */
public record Capacity(double callsPerMinute, BigDecimal monthlyUsd) {}
