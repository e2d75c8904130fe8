package io.floorkeeper.ledger;

import java.util.UUID;

/**
 * The place of a record in the chain of the replica that made it.
 *
 * @param chain one run of one replica
 * @param position 1 and up, without holes
 * @param hash of this record and all before it: 64 lower-case hex digits
 */
public record ChainLink(UUID chain, long position, String hash) {}
