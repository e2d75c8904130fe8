package io.floorkeeper.learning;

/**
 * A call's quality and what it weighs.
 *
 * @param weightMicros v = 1/p in 1e-6 units, p the probability with which its source labels; 1e6
 *     where the source labels all
 * @param qualityMicros q in 1e-6 units, 0 to 1e6
 */
record Label(long weightMicros, int qualityMicros) {
  /** The weight where the source labels all. */
  static final long WHOLE = 1_000_000;
}
