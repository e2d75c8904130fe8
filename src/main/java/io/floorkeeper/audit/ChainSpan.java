package io.floorkeeper.audit;

import java.util.UUID;

/**
 * What of a chain is to be verified.
 *
 * @param start the position of the anchor to begin from; 0: the beginning
 * @param startHash of that anchor; null at 0
 * @param end the last position; {@link Long#MAX_VALUE}: to the end of the chain
 * @param newestMillisAgo how long ago the newest sign of life was, by the database's clock
 */
record ChainSpan(
    UUID chain, long start, byte[] startHash, long end, boolean announced, long newestMillisAgo) {

  boolean isToTheEnd() {
    return end == Long.MAX_VALUE;
  }
}
