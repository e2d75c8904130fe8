package io.floorkeeper.ingest;

import io.floorkeeper.policy.PolicyBook;

/**
 * What records are judged by.
 *
 * @param policy with the numbers that names had then
 */
record Judging(PolicyBook.Published policy) {
  /** Of the price catalogue; empty: there is none. */
  String catalogueDigest() {
    return "";
  }
}
