package io.floorkeeper.ingest;

/**
 * A batch that is read, and waits for its transaction.
 *
 * @param bytes of its records' values
 * @param decodeNanos that reading it took
 */
record PreparedBatch(StreamBatch batch, BatchHandler.Prepared work, long bytes, long decodeNanos) {}
