package io.floorkeeper.policy;

import java.math.BigDecimal;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;

/**
 * Who says how complex a request of a role is, where the request itself does not.
 *
 * @param rules the built-in one
 * @param url of an external one, asked instead; empty: none
 * @param timeLimit of the external one: over it the preset answers
 * @param costUsdPerCall of the external one, where its answer does not say: booked to the decision
 */
public record Classifier(
    Complexity rules, Optional<URI> url, Duration timeLimit, BigDecimal costUsdPerCall) {}
