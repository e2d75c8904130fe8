package io.floorkeeper.ledger;

/** Characters that are no decision id of this installation. The message never repeats them. */
public final class InvalidDecisionIdException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** What is wrong with it. */
  public enum Why {
    MALFORMED,
    UNKNOWN_KEY,
    /**
     * Signed by a replica that could not reach the stored keys; it cannot be checked, nor is it
     * forged.
     */
    UNSTORED_KEY,
    FORGED
  }

  private final Why why;

  public InvalidDecisionIdException(Why why, String message) {
    super(message, null, false, false); // no stack trace: a forger must not buy CPU with it
    this.why = why;
  }

  public Why why() {
    return why;
  }
}
