package io.floorkeeper.ingest;

import io.floorkeeper.policy.PolicyBook;
import io.floorkeeper.pricing.Catalogue;

/**
 * What records are judged by.
 *
 * @param policy with the numbers that names had then
 */
record Judging(PolicyBook.Published policy, Catalogue catalogue) {}
