package io.floorkeeper.ingest;

import io.floorkeeper.bandit.BernoulliInterval;
import io.floorkeeper.ledger.HeardRepository;
import java.util.List;

/**
 * What speaks for a stream being sampled: marks on its spans, and decisions that nothing was ever
 * heard of.
 *
 * <p>The share of those has an interval that holds at every number of decisions at once. Alarm is
 * given where its lower end, at a level of {@value #ALARM_ALPHA}, is above what is tolerated: asked
 * every minute for a year about tasks that are independent and of which no more than that share
 * goes unheard, it is wrong once in two thousand years at most.
 *
 * @param spans that came lately
 * @param marked those of them that say that they were sampled
 */
record SamplingEvidence(
    long spans, long marked, List<HeardRepository.OfRole> roles, double toleratedShare) {
  static final double ALARM_ALPHA = 1e-9;
  static final double SHOWN_ALPHA = .05;
  private static final double BEST_AT_TASKS = 200;

  SamplingEvidence {
    roles = List.copyOf(roles);
  }

  /** What is to be thought of it. */
  enum Verdict {
    /** Nothing was decided that is old enough, and no span has a mark. */
    UNKNOWN,
    NONE,
    /** Too many decisions are without a call: sampled, or not followed by those who ask. */
    UNHEARD,
    /** Spans say so themselves. */
    MARKED
  }

  long tasks() {
    return roles.stream().mapToLong(HeardRepository.OfRole::tasks).sum();
  }

  long unheard() {
    return roles.stream().mapToLong(HeardRepository.OfRole::unheard).sum();
  }

  /** Of the decisions that are old enough; NaN where there is none. */
  double share() {
    return (double) unheard() / tasks();
  }

  /** Of the share, at 95 %; wants a task. */
  BernoulliInterval interval() {
    return BernoulliInterval.of(unheard(), tasks(), SHOWN_ALPHA, BEST_AT_TASKS);
  }

  boolean isTooMuchUnheard() {
    return tasks() > 0
        && BernoulliInterval.of(unheard(), tasks(), ALARM_ALPHA, BEST_AT_TASKS).low()
            > toleratedShare;
  }

  Verdict verdict() {
    if (marked > 0) {
      return Verdict.MARKED;
    }
    if (tasks() == 0) {
      return Verdict.UNKNOWN;
    }
    return isTooMuchUnheard() ? Verdict.UNHEARD : Verdict.NONE;
  }

  /** For people. */
  String message() {
    return switch (verdict()) {
      case UNKNOWN -> "no decision is old enough to have been heard of, and no span has a mark";
      case NONE -> "nothing speaks for a sampled stream";
      case MARKED ->
          "spans say that others like them were dropped: calls, tokens and dollars are too low, and"
              + " what runs away may be among the dropped; sample nothing on this pipeline";
      case UNHEARD ->
          "too many decisions have no call at all. Either the stream is sampled (then all roles are"
              + " about equally silent) or those who ask do not follow, or do not put the decision"
              + " id on the span (then single roles are silent and others are not)";
    };
  }
}
