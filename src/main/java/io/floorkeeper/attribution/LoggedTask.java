package io.floorkeeper.attribution;

import io.floorkeeper.ledger.DecisionId;
import java.util.Arrays;
import java.util.Optional;

/**
 * One decision and what its task came to: a row of {@code episode}.
 *
 * @param session the hash of its session; null: none
 * @param drewBefore whether that session drew before the earliest task that is looked at
 * @param nanoUsd the dollars that are known of it, all calls, in 1e-9 USD
 * @param dollarsKnown whether they are known of every call
 * @param label of what was delivered; empty: nobody has judged it
 */
record LoggedTask(
    DecisionId decision,
    Long session,
    boolean drewBefore,
    long nanoUsd,
    boolean dollarsKnown,
    Optional<TaskLabel> label) {

  /** Flags of decisions that the bandit did not draw, or whose draw was not served. */
  static final int NO_DRAW = DecisionId.NOT_DRAWN | DecisionId.SHADOW;

  /**
   * A judgement.
   *
   * @param weightMicros v = 1/p in 1e-6, where the source said with which probability p it judges
   *     such results; else 1,000,000
   */
  record TaskLabel(long weightMicros, int qualityMicros) {}

  /** Whether an exact propensity stands behind it: the bandit drew, and its draw was served. */
  boolean isDrawn() {
    return !decision.has(NO_DRAW);
  }

  /**
   * 0 or 1, by a hash of the root: known before the outcome, and the same at every reading.
   *
   * <p>The bits of {@code Arrays.hashCode} are mixed as MurmurHash3 does at its end: the lowest is
   * but the parity of the bytes.
   */
  int fold() {
    int h = Arrays.hashCode(decision.root());
    h = (h ^ h >>> 16) * 0x85EBCA6B;
    h = (h ^ h >>> 13) * 0xC2B2AE35;
    return (h ^ h >>> 16) >>> 31;
  }
}
