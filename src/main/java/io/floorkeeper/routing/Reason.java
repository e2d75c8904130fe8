package io.floorkeeper.routing;

import java.util.Locale;

/** Why an answer is what it is. */
enum Reason {
  /** Drawn from the allocation. */
  SAMPLED,
  /** Drawn from it while no label of the role is known. */
  COLD_START,
  /** Drawn from evidence older than the staleness limit. */
  STALE,
  /** The share that goes to the reference arm, to certify savings. */
  HOLDOUT,
  /** The share that goes to the preset arm, to compare with. */
  CONTROL,
  /** The share of a shadowed role's tasks that is drawn, to judge the bandit by. */
  EXPLORED,
  /** The arm of the task that this call continues. */
  STICKY,
  /** The next rung of the role's ladder: a check found the rung below wanting. */
  ESCALATED,
  /** A pin leaves this model only. */
  PINNED,
  /** Other constraints leave this arm only. */
  ONLY_ELIGIBLE,
  /** The role is not routed: always its preset tier. */
  FIXED,
  /** The policy's rules for this role. */
  RULE,
  /** Learning is off, shadowed, or has not gathered enough traces yet; or the kill switch is on. */
  PRESET,
  /** Spend has reached a ceiling: a cheaper arm than would have answered otherwise. */
  LOWERED,
  /** No allocation is at hand for what this request leaves eligible. */
  FALLBACK;

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
