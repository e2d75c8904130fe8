package io.floorkeeper.policy;

import java.math.BigDecimal;

/**
 * Dollars per million tokens, by kind. A local model of fixed cost has all of them 0: its marginal
 * cost is what routing weighs.
 */
public record Price(
    BigDecimal inputUsdPerMillion,
    BigDecimal cacheReadUsdPerMillion,
    BigDecimal cacheWriteUsdPerMillion,
    BigDecimal outputUsdPerMillion) {}
