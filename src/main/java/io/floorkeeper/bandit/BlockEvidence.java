package io.floorkeeper.bandit;

import java.util.Objects;

/**
 * The sums of one evidence block with what is needed to forget it.
 *
 * @param block the block's number, counted from 0 within the role
 * @param openedAtCalls N_b, the role's call count when the block was opened
 * @param resetsSince the arm's resets recorded since the block was opened
 * @param sums what was observed while the block was the current one
 * @param climbed whether the sums are what climbing a ladder added, on other arms than the one that
 *     they are kept under
 */
public record BlockEvidence(
    int block, long openedAtCalls, int resetsSince, Evidence sums, boolean climbed) {

  /** Of first passes. */
  public BlockEvidence(int block, long openedAtCalls, int resetsSince, Evidence sums) {
    this(block, openedAtCalls, resetsSince, sums, false);
  }

  /** The same sums, as what climbing a ladder added. */
  public BlockEvidence asClimbed() {
    return new BlockEvidence(block, openedAtCalls, resetsSince, sums, true);
  }

  public BlockEvidence {
    Objects.requireNonNull(sums, "sums");
    if (openedAtCalls < 0) {
      throw new IllegalArgumentException("openedAtCalls must not be negative: " + openedAtCalls);
    }
    if (resetsSince < 0) {
      throw new IllegalArgumentException("resetsSince must not be negative: " + resetsSince);
    }
  }
}
