package io.floorkeeper.learning;

import io.floorkeeper.ledger.CorrelationRepository.Delta;
import io.floorkeeper.ledger.StoredEvaluation;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What judgements of a batch ask of the learner. Not safe for use by several threads.
 *
 * <p>{@code roots}: episodes whose labels are to be worked out from all that was said of them.
 * {@code sessions}: whose judgement is to be shared out anew.
 */
final class Joined {
  final Set<ByteBuffer> roots = new TreeSet<>();
  final Set<Long> sessions = new TreeSet<>();

  /** Of {@code roots} those that have no episode (any more). */
  final Set<ByteBuffer> gone = new TreeSet<>();

  /** Judgements that have found their decision in this transaction. */
  final Set<StoredEvaluation.Key> found = new TreeSet<>();

  final TreeMap<String, Long> totals = new TreeMap<>();
  final TreeMap<Instant, Delta> hours = new TreeMap<>();

  /** Of a batch in which nothing was judged out of turn. */
  static Joined nothing() {
    return new Joined();
  }

  void count(String name) {
    totals.merge(name, 1L, Long::sum);
  }

  /** Counts a judgement that has found its decision, in the hour in which it came. */
  void correlated(Instant toldAt) {
    count("evaluations_correlated");
    add(toldAt, new Delta(0, 1, 0, 0));
  }

  /** Takes that back. */
  void uncorrelated(Instant toldAt) {
    totals.merge("evaluations_correlated", -1L, Long::sum);
    add(toldAt, new Delta(0, -1, 0, 0));
  }

  void add(Instant at, Delta delta) {
    hours.merge(Delta.hour(at), delta, Delta::plus);
  }
}
