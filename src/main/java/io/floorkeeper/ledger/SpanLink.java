package io.floorkeeper.ledger;

import java.time.Instant;
import java.util.Optional;

/**
 * A span, a model call's or another, as far as model calls below it need it: their role may stand
 * on an ancestor, which ends and so arrives after them.
 *
 * @param traceId 32 lower-case hex digits
 * @param spanId 16 lower-case hex digits
 * @param parentSpanId empty: a root
 * @param role that it names itself; not what its resource says
 * @param roleSource the attribute that named it
 */
public record SpanLink(
    String traceId,
    String spanId,
    Optional<String> parentSpanId,
    Instant startedAt,
    Optional<String> role,
    Optional<String> roleSource) {}
