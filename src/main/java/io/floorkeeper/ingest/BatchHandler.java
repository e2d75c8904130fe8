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
}
