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
   * Counts a record that cannot be applied at all.
   *
   * @return the dead letter in its place
   */
  default List<DeadLetter> giveUp(Connection connection, DeadLetter letter) throws SQLException {
    return List.of(letter);
  }
}
