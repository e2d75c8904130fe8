package io.floorkeeper.trial;

import io.floorkeeper.policy.PolicyBook;

/** Where contenders are tried: recorded outcomes or invented ones. Immutable, for many threads. */
public interface World {

  String name();

  /** A run over the world's tasks; equal seeds give equal tasks and outcomes. */
  Run begin(long seed);

  /** The tasks of one run, in order. For one thread. */
  interface Run {
    /** Number of tasks. */
    int size();

    boolean hasNext();

    Draw next();

    /** The policy in force for the next task; another object from where it changes. */
    PolicyBook.Published policy();
  }
}
