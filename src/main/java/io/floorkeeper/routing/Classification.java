package io.floorkeeper.routing;

/**
 * What an external classifier said of a request, or why it did not.
 *
 * @param complexity one that the policy knows; null: none
 * @param constraint {@code classifier_timeout, classifier_failed, classifier_busy} (too many wait
 *     already) or {@code classifier_down} (nobody asks it at present); null: it said
 * @param millis how long it was waited for
 * @param nanoUsd what its answer cost, or would have: over the time limit it has worked all the
 *     same
 */
record Classification(String complexity, String constraint, int millis, long nanoUsd) {
  static final String TIMEOUT = "classifier_timeout";
  static final String FAILED = "classifier_failed";
  static final String BUSY = "classifier_busy";
  static final String DOWN = "classifier_down";

  DecisionLog.Aside aside() {
    return new DecisionLog.Aside(null, millis, nanoUsd);
  }
}
