package io.floorkeeper.ingest;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;

/** What a stream does with its records. */
interface BatchHandler {

  /**
   * Applies the batch in the transaction of {@code connection}; the stream commits it together with
   * its position.
   *
   * @return what could not be read, to be put on record in the same transaction
   */
  List<DeadLetter> apply(Connection connection, StreamBatch batch) throws SQLException;

  /**
   * Does what needs no database, while the batch before is in its transaction: on another thread
   * than {@link Prepared#apply}.
   */
  default Prepared prepare(StreamBatch batch) {
    return connection -> apply(connection, batch);
  }

  /**
   * Counts a record that cannot be applied at all.
   *
   * @return the dead letter in its place
   */
  default List<DeadLetter> giveUp(Connection connection, DeadLetter letter) throws SQLException {
    return List.of(letter);
  }

  /** A batch that is read and not applied yet; for one transaction, which may be rolled back. */
  @FunctionalInterface
  interface Prepared {
    /** As {@link BatchHandler#apply}. */
    List<DeadLetter> apply(Connection connection) throws SQLException;

    /** How many spans and log records it holds. */
    default long items() {
      return 0;
    }

    /** How many of its calls were there already; known once it is applied. */
    default long duplicates() {
      return 0;
    }
  }
}
