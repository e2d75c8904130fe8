package io.floorkeeper.attribution;

import java.util.List;
import java.util.Optional;

/** All that a role's log says of policies and savings. */
record RoleClaims(Sample sample, Labels labels, List<OfPolicy> policies, SavingClaim saving) {

  RoleClaims {
    policies = List.copyOf(policies);
  }

  /** A policy that may be asked after. */
  enum Kind {
    /** What was in force, whatever it was. */
    LOGGED,
    /** Always the preset tier: what rules alone would do. */
    PRESET,
    /** Always the strongest candidate. */
    UNIFORM_REFERENCE,
    /** Always one candidate. */
    ALWAYS
  }

  /**
   * What was looked at.
   *
   * @param firstDraws the units of all estimates
   * @param repeats later tasks of a session, left out
   * @param notDrawn decisions without a draw of the bandit's that was served, left out
   * @param fromMillis when the first of them was decided, 0 where there is none
   */
  record Sample(long firstDraws, long repeats, long notDrawn, long fromMillis, long toMillis) {}

  /**
   * Whose judgement the qualities are.
   *
   * @param asked first draws that were asked for a base label
   * @param labelled of them have one
   * @param declared whether sources declared with which probability they judge
   */
  record Labels(long asked, long labelled, boolean declared) {}

  /**
   * Why there may be no estimate of "always this arm".
   *
   * @param drawn first draws of it with the reward
   * @param undrawnShare of the tasks whose context hardly ever drew it: {@link BucketSupport}
   */
  record Support(long drawn, double undrawnShare) {
    /** Of the policy that was logged: it drew what it drew. */
    static final Support FULL = new Support(0, 0);
  }

  /**
   * One policy.
   *
   * @param arm empty for the logged one
   * @param quality empty: its arm was never drawn with a base label, or hardly ever for a share of
   *     the tasks
   * @param usd dollars per task; empty: the same with known dollars
   */
  record OfPolicy(
      Kind kind,
      Optional<String> arm,
      Optional<PolicyEstimate> quality,
      Optional<PolicyEstimate> usd,
      Support qualitySupport,
      Support usdSupport) {}
}
