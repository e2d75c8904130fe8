package io.floorkeeper.ingest;

import java.sql.SQLException;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.common.errors.InterruptException;

/**
 * Applies one batch on a thread of its own while the stream's thread fetches and reads the next. At
 * most one is in hand, so what is in memory is bounded: a batch that is applied, one that is read,
 * and what the client has fetched. Used by the stream's thread only.
 */
final class StreamApplier implements AutoCloseable {
  private final StreamTransactions transactions;
  private final ExecutorService thread;
  private List<ConsumerRecord<byte[], byte[]>> inHand = List.of();
  private Future<?> applying;

  StreamApplier(String stream, StreamTransactions transactions) {
    this.transactions = transactions;
    this.thread =
        Executors.newSingleThreadExecutor(
            task -> {
              Thread created = new Thread(task, "stream-" + stream + "-apply");
              created.setDaemon(true);
              return created;
            });
  }

  /** The batch before must have been {@linkplain #collect collected}. */
  void hand(PreparedBatch batch) {
    if (applying != null) {
      throw new IllegalStateException("a batch is in hand");
    }
    inHand = batch.batch().records();
    applying =
        thread.submit(
            () -> {
              transactions.apply(batch);
              return null;
            });
  }

  /** The records whose end is not known yet, or that failed; else none. */
  List<ConsumerRecord<byte[], byte[]>> inHand() {
    return inHand;
  }

  /** Whether {@link #collect} would not wait. */
  boolean isDone() {
    return applying == null || applying.isDone();
  }

  /** Waits until nothing is under way; what became of it {@link #collect} says. */
  void settle() {
    if (applying == null) {
      return;
    }
    try {
      applying.get();
    } catch (ExecutionException | CancellationException e) {
      // kept
    } catch (InterruptedException e) {
      throw interrupted(e);
    }
  }

  /**
   * Waits for the batch in hand.
   *
   * @return its records; none where there was none
   * @throws SQLException and whatever else applying it threw; its records stay {@link #inHand}
   *     until they are given {@link #back}
   */
  List<ConsumerRecord<byte[], byte[]>> collect() throws SQLException {
    List<ConsumerRecord<byte[], byte[]>> records = inHand;
    if (applying != null) {
      try {
        applying.get();
        inHand = List.of();
      } catch (InterruptedException e) {
        throw interrupted(e);
      } catch (ExecutionException e) {
        throw thrown(e.getCause());
      } finally {
        applying = null;
      }
    }
    return records;
  }

  /** The records in hand if they failed, which they are no longer; waits for them. */
  List<ConsumerRecord<byte[], byte[]>> back() {
    settle();
    boolean succeeded = applying != null && !hasFailed();
    List<ConsumerRecord<byte[], byte[]>> records = succeeded ? List.of() : inHand;
    inHand = List.of();
    applying = null;
    return records;
  }

  private boolean hasFailed() {
    try {
      applying.get();
      return false;
    } catch (ExecutionException | CancellationException e) {
      return true;
    } catch (InterruptedException e) {
      throw interrupted(e);
    }
  }

  private static SQLException thrown(Throwable cause) {
    if (cause instanceof RuntimeException unchecked) {
      throw unchecked;
    }
    if (cause instanceof Error error) {
      throw error;
    }
    return cause instanceof SQLException sql ? sql : new SQLException(cause);
  }

  /** Somebody wants the stream to end, and the database keeps it. */
  private InterruptException interrupted(InterruptedException e) {
    thread.shutdownNow();
    return new InterruptException(e); // which also sets the thread's mark again
  }

  /** Waits for the batch in hand; what became of it stands in the database. */
  @Override
  public void close() {
    try {
      settle();
    } finally {
      thread.shutdownNow();
    }
  }
}
