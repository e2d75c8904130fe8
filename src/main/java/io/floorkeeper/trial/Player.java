package io.floorkeeper.trial;

import io.floorkeeper.policy.PolicyBook;
import io.floorkeeper.posterior.PosteriorSnapshot;
import org.apache.commons.rng.UniformRandomProvider;

/** A contender within one run: state and all. For one thread. */
interface Player {

  /** The policy in force from the next task on. */
  default void follow(PolicyBook.Published policy) {}

  /** What it makes of the world's policy: by that it is judged. */
  default PolicyBook.Published inForce(PolicyBook.Published policy) {
    return policy;
  }

  /** What is known from here on. */
  default void publish(PosteriorSnapshot evidence) {}

  /**
   * The index of the candidate for this task.
   *
   * @param draw of which a contender that learns reads the role alone, and the context where it can
   *     use it
   */
  int choose(Draw draw, UniformRandomProvider random);

  /** The bucket that the latest choice is evidence of; 0: no context. */
  default int bucket() {
    return 0;
  }

  /** Whether the latest choice was made by its context. */
  default boolean byContext() {
    return false;
  }

  /** Whether a call on the candidate should be labelled besides the base rate. */
  default boolean wantsLabel(String role, int candidate) {
    return false;
  }

  /** What a call cost, at once. */
  default void paid(String role, int candidate, double costUsd) {}

  /** A label of an earlier call, when it arrives. */
  default void labelled(String role, int candidate, double quality) {}
}
