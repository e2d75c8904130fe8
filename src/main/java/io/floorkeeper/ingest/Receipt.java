package io.floorkeeper.ingest;

/**
 * What became of a batch that came over HTTP.
 *
 * @param message for people; never quotes the batch
 */
record Receipt(Kind kind, String message) {

  /** With the HTTP status and the code of {@code google.rpc.Code} that say it. */
  enum Kind {
    /** The broker has it. */
    TAKEN(200, 0),
    UNREADABLE(400, 3),
    TOO_LARGE(413, 3),
    UNKNOWN_CODING(415, 12),
    /** Too much is under way: come again. */
    BUSY(429, 8),
    /** The broker does not answer: come again. */
    UNAVAILABLE(503, 14);

    private final int status;
    private final int rpcCode;

    Kind(int status, int rpcCode) {
      this.status = status;
      this.rpcCode = rpcCode;
    }

    int status() {
      return status;
    }

    int rpcCode() {
      return rpcCode;
    }

    /** Whether the same batch may be taken a moment later. */
    boolean isPassing() {
      return this == BUSY || this == UNAVAILABLE;
    }
  }

  static Receipt taken() {
    return new Receipt(Kind.TAKEN, "");
  }
}
