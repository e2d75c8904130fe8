package io.floorkeeper.ingest;

import java.util.List;
import java.util.SortedMap;

/**
 * What a rebuild came to.
 *
 * @param records that were read again
 * @param generations in which they were judged
 * @param unrecorded records from before it was recorded what they were judged by: taken for the
 *     first recorded
 */
record RebuildReport(
    long records,
    int generations,
    long unrecorded,
    Missing missing,
    List<RebuildComparison.Result> compared,
    long tookMillis) {

  /**
   * Records that were read once and are not there any more.
   *
   * @param records by partition, beyond the topic's retention
   * @param foreign of topics that were deleted since, or of another cluster
   */
  record Missing(SortedMap<String, Long> records, long foreign) {}

  /** Whether everything that was compared is the same to the last unit. */
  boolean isEqual() {
    return compared.stream().allMatch(one -> one.differences() == 0);
  }
}
