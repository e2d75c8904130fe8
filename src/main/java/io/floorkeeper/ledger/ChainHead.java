package io.floorkeeper.ledger;

import java.time.Instant;
import java.util.UUID;

/**
 * How far a chain has come, as far as the broker has it.
 *
 * @param hash 32 bytes
 * @param answered decisions that the replica had answered by then
 * @param at by the replica's clock: all up to the head was decided before this
 * @param topic where the head's record lies, with {@code partition} and {@code offset}; null at
 *     position 0
 */
public record ChainHead(
    UUID chain,
    int replica,
    long position,
    byte[] hash,
    long answered,
    Instant at,
    String topic,
    int partition,
    long offset) {}
