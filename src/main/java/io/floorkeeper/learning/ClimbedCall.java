package io.floorkeeper.learning;

import io.floorkeeper.bandit.Evidence;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.util.Optional;

/**
 * A call of a higher rung, as far as its label is evidence of the arm that ran it.
 *
 * @param failed whether it ended in an error that counts as 0 where nobody judges it
 */
record ClimbedCall(ByteBuffer root, byte[] rank, int armNo, boolean failed, Optional<Label> label) {

  ClimbedCall withLabel(Optional<Label> another) {
    return new ClimbedCall(root, rank, armNo, failed, another);
  }

  /** What its label alone adds. */
  Evidence evidence() {
    Optional<Label> counts =
        label.or(() -> failed ? Optional.of(new Label(Label.WHOLE, 0)) : Optional.empty());
    if (counts.isEmpty()) {
      return Evidence.ZERO;
    }
    BigInteger v = BigInteger.valueOf(counts.get().weightMicros());
    return new Evidence(
        0,
        1,
        v,
        v.multiply(v),
        v.multiply(BigInteger.valueOf(counts.get().qualityMicros())),
        0,
        0,
        0,
        0,
        0,
        0,
        0,
        BigInteger.ZERO,
        BigInteger.ZERO,
        0,
        0,
        0);
  }
}
