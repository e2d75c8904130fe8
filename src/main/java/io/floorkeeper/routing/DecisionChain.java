package io.floorkeeper.routing;

import io.floorkeeper.ledger.ChainLink;
import io.floorkeeper.ledger.ChainMark;
import io.floorkeeper.ledger.DecisionBytes;
import io.floorkeeper.ledger.DecisionRecord;
import io.floorkeeper.platform.CanonicalBytes;
import io.floorkeeper.platform.HashChain;
import java.util.HexFormat;
import java.util.UUID;

/**
 * The chain of this run of this replica: gives every record that the decision log takes its place
 * and hash. A link counts once it is {@link #accept accepted}. For one thread.
 */
final class DecisionChain {
  private final HashChain hashes = new HashChain();
  private final CanonicalBytes bytes = new CanonicalBytes();
  private final UUID id;
  private long position;
  private byte[] hash;
  private byte[] next;

  DecisionChain(UUID id) {
    this.id = id;
    this.hash = hashes.beforeFirst(id);
  }

  UUID id() {
    return id;
  }

  /** Whether nothing was linked yet. */
  boolean isNew() {
    return position == 0;
  }

  /** The hash of the last accepted record, 32 bytes. */
  byte[] hash() {
    return hash;
  }

  ChainLink link(DecisionRecord record) {
    return link(DecisionBytes.of(record, bytes));
  }

  ChainLink link(ChainMark mark) {
    return link(mark.canonical(bytes));
  }

  /** The record of the last link is in the chain. */
  void accept() {
    position++;
    hash = next;
  }

  private ChainLink link(CanonicalBytes record) {
    next = hashes.next(hash, record);
    return new ChainLink(id, position + 1, HexFormat.of().formatHex(next));
  }
}
