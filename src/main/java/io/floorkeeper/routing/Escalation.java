package io.floorkeeper.routing;

import io.floorkeeper.ledger.DecisionId;
import java.util.List;
import java.util.Locale;

/**
 * What a failed check leads to, before anybody is told.
 *
 * @param reason in one word, and {@code advice} in a sentence
 * @param check its name where the policy knows it; else null
 * @param id the next rung's, or, where nothing is climbed, the one that was asked about
 * @param candidate to be called, or whose answer stands; -1: it is no candidate any more
 * @param above the tiers that may still be climbed to after this one
 * @param climbed the decision to log; null: nothing was climbed
 * @param recordedFirst whether its record has to be safe before the answer is given
 */
record Escalation(
    Outcome outcome,
    String reason,
    String advice,
    String check,
    AllocationSnapshot snapshot,
    RoleRoutes routes,
    DecisionId id,
    String decisionId,
    int candidate,
    List<String> above,
    List<String> constraints,
    Decision climbed,
    boolean recordedFirst) {

  /** How it ends. */
  enum Outcome {
    /** The task goes on at a higher rung. */
    ESCALATED,
    /** By the policy's own measure the check has not failed. */
    PASSED,
    /** There is nothing to climb to. */
    EXHAUSTED;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }
}
