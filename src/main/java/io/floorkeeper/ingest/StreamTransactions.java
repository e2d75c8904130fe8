package io.floorkeeper.ingest;

import io.agroal.api.AgroalDataSource;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.KafkaException;
import org.jboss.logging.Logger;

/**
 * What the records do and where the stream stands, in one Postgres transaction per polled batch. A
 * batch that the database refuses for its content is applied record by record, and the one at fault
 * becomes a dead letter.
 */
final class StreamTransactions {
  private static final Logger LOG = Logger.getLogger(StreamTransactions.class);

  /**
   * Classes of SQL states that say something of the database and nothing of the records: connection
   * lost, not authorised, rolled back for others' sake, out of resources, in no state for it,
   * stopped, failing, misconfigured, broken; and a schema or rights that are not there (yet).
   */
  private static final List<String> PASSING =
      List.of("08", "28", "3D", "40", "42", "53", "55", "57", "58", "F0", "XX", "25");

  private final String stream;
  private final StreamCursor cursor;
  private final AgroalDataSource database;
  private final BatchHandler handler;
  private final DeadLetterOffice deadLetters;
  private final StreamMetrics metrics;

  StreamTransactions(
      String stream,
      StreamCursor cursor,
      AgroalDataSource database,
      BatchHandler handler,
      DeadLetterOffice deadLetters,
      StreamMetrics metrics) {
    this.stream = stream;
    this.cursor = cursor;
    this.database = database;
    this.handler = handler;
    this.deadLetters = deadLetters;
    this.metrics = metrics;
  }

  /**
   * Reads records, without the database. A defect that they bring to light is thrown when they are
   * applied.
   */
  PreparedBatch prepare(List<ConsumerRecord<byte[], byte[]>> records) {
    long startNanos = System.nanoTime();
    StreamBatch batch = cursor.batch(records);
    BatchHandler.Prepared work;
    try {
      work = handler.prepare(batch);
    } catch (RuntimeException e) {
      work =
          connection -> {
            throw e;
          };
    }
    return new PreparedBatch(batch, work, bytes(records), System.nanoTime() - startNanos);
  }

  /** Of the records' values. */
  static long bytes(List<ConsumerRecord<byte[], byte[]>> records) {
    long bytes = 0;
    for (ConsumerRecord<byte[], byte[]> record : records) {
      bytes += Math.max(0, record.serializedValueSize());
    }
    return bytes;
  }

  /**
   * @throws SQLException where the database does not answer: nothing, or only the first of the
   *     records are applied, and the cursor says which
   */
  void apply(PreparedBatch prepared) throws SQLException {
    try {
      commit(prepared, null);
    } catch (SQLException | RuntimeException e) {
      if (!isOfContent(e)) {
        throw e;
      }
      List<ConsumerRecord<byte[], byte[]>> all = prepared.batch().records();
      LOG.warnf(
          "stream %s: a batch of %d cannot be applied (%s), record by record then",
          stream, all.size(), kind(e));
      for (ConsumerRecord<byte[], byte[]> record : all) {
        applyAlone(record);
      }
    }
  }

  private void applyAlone(ConsumerRecord<byte[], byte[]> record) throws SQLException {
    PreparedBatch alone = prepare(List.of(record));
    try {
      commit(alone, null);
    } catch (SQLException | RuntimeException e) {
      if (!isOfContent(e)) {
        throw e;
      }
      if (e instanceof RuntimeException) {
        LOG.errorf(
            e,
            "stream %s: the record %s-%d at %d cannot be applied and becomes a dead letter",
            stream,
            record.topic(),
            record.partition(),
            record.offset());
      }
      commit(alone, DeadLetter.record(record, DeadLetter.UNPROCESSABLE, kind(e)));
    }
  }

  /**
   * One transaction.
   *
   * @param instead of applying the records: this dead letter; null: apply them
   */
  private void commit(PreparedBatch prepared, DeadLetter instead) throws SQLException {
    long startNanos = System.nanoTime();
    StreamBatch batch = prepared.batch();
    try (Connection connection = database.getConnection()) {
      connection.setAutoCommit(false);
      try {
        planByTheTablesAsTheyAre(connection);
        cursor.move(connection, batch);
        List<DeadLetter> unreadable =
            instead == null
                ? prepared.work().apply(connection)
                : handler.giveUp(connection, instead);
        deadLetters.put(connection, batch, unreadable);
        long appliedNanos = System.nanoTime();
        connection.commit();
        cursor.moved(batch);
        metrics.committed(
            stream,
            prepared,
            unreadable,
            appliedNanos - startNanos,
            System.nanoTime() - appliedNanos);
      } catch (SQLException | RuntimeException | Error e) {
        // Also after an Error: to set auto-commit on an open transaction would commit it.
        rollback(connection, e);
        throw e;
      }
      connection.setAutoCommit(true);
    }
  }

  /**
   * A statement that is prepared once is planned for the table as it was then. A stream's tables
   * grow by thousands of rows a second, and a plan that reads all of an almost empty table stays in
   * use until statistics are gathered: a minute in which each batch reads everything.
   */
  private static void planByTheTablesAsTheyAre(Connection connection) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute("set local plan_cache_mode = force_custom_plan");
    }
  }

  /** What went wrong before is what is told. */
  private static void rollback(Connection connection, Throwable because) {
    try {
      connection.rollback();
      connection.setAutoCommit(true);
    } catch (SQLException e) {
      because.addSuppressed(e);
    }
  }

  /**
   * Whether the records themselves are at fault: to try again would not help. What is not known to
   * pass by itself counts as that, and so does a defect of ours that one record brings to light:
   * one dead letter, and not a stream that stands still.
   */
  private static boolean isOfContent(Exception e) {
    if (e instanceof SQLException sql) {
      return sql.getSQLState() != null && PASSING.stream().noneMatch(sql.getSQLState()::startsWith);
    }
    return !(e instanceof KafkaException
        || e instanceof StreamPositions.FencedException
        || e instanceof StreamCursor.MustStopException);
  }

  /** What went wrong, without the message: that may quote values. */
  private static String kind(Exception e) {
    return e instanceof SQLException sql
        ? "the database refused it, SQL state " + sql.getSQLState()
        : "it cannot be applied, " + e.getClass().getSimpleName();
  }
}
