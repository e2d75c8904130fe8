package io.floorkeeper.routing;

import io.floorkeeper.policy.Numbers;
import io.floorkeeper.policy.RolePolicy;
import io.floorkeeper.posterior.ArmStanding;
import io.floorkeeper.posterior.Beliefs;
import io.floorkeeper.posterior.RoleEvidence;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Which arms an alarm has taken out of exploitation: one that fell from its own baseline, or that
 * fell below the floor that each arm has to keep. It is back when it drifts up, or on its first
 * {@value #LEAST_LABELS} labels since: from then on the floor's own rule judges it as any other.
 * (Asking for proof as well, L_k &gt;= f, cost 2 to 6 points of savings and kept no floor that was
 * not kept without: architecture decision record 12.) A function of policy and evidence alone, so
 * that replicas agree.
 */
final class Demotion {
  static final int LEAST_LABELS = 50;

  private Demotion() {}

  /** Positions among {@code candidates} of the demoted; never the last, the strongest. */
  static Set<Integer> positions(
      Numbers numbers, RolePolicy policy, RoleEvidence evidence, List<Integer> candidates) {
    if (evidence.standings().isEmpty()) {
      return Set.of();
    }
    Set<Integer> demoted = new HashSet<>();
    for (int position = 0; position < candidates.size() - 1; position++) {
      int candidate = candidates.get(position);
      int block =
          evidence.standing(numbers.armNo(policy.candidates().get(candidate))).demotedFromBlock();
      if (block != ArmStanding.NOT_DEMOTED
          && Beliefs.labelsSince(numbers, policy, evidence, candidate, block) < LEAST_LABELS) {
        demoted.add(position);
      }
    }
    return Set.copyOf(demoted);
  }
}
