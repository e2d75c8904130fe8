package io.floorkeeper.bandit;

/** What has to clear the floor. */
public enum FloorScope {
  /** Every arm: none that the evidence refutes is used beyond the bounded exploration. */
  PER_ARM,

  /** The mixture: an arm below the floor may take a share that better arms make up for. */
  ROLE
}
