package io.floorkeeper.learning;

import io.floorkeeper.ledger.DecisionId;
import io.floorkeeper.ledger.StoredEvaluation;
import io.floorkeeper.policy.RolePolicy;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/**
 * What a session was judged, shared over its decisions. Pure: a function of what was said and of
 * the decisions that have come, so shares are replaced as the session grows.
 *
 * <pre>
 * v = round(1e6 / (p * n))      n: decisions of the session; p: the source's label probability
 * </pre>
 *
 * <p>Each decision is given the session's quality, by the rules of its role, with an n-th of the
 * weight: together they weigh as much as the one judgement that there was. A decision that has a
 * label of its own keeps that, and still counts in n: what others are given must not depend on it.
 *
 * @param judged by telemetry for all tenants, or by a tenant for its own
 */
record SessionCredit(List<StoredEvaluation> judged, int decisions, boolean isShared) {

  /** A judgement of more decisions says nothing of any of them. */
  static final int MOST_DECISIONS = 1_000;

  /**
   * @param said all that was said of the session
   * @param decisions of it, at most one more than {@link #MOST_DECISIONS}
   */
  static SessionCredit of(List<StoredEvaluation> said, Collection<Episode> decisions) {
    long tenants = decisions.stream().map(SessionCredit::tenantNo).distinct().count();
    return new SessionCredit(said, decisions.size(), tenants > 1);
  }

  /**
   * The share of one of its decisions; empty: none. Two tenants may call their sessions alike: what
   * telemetry says of such a one is given to neither, for it does not say whose it is.
   */
  Optional<Label> share(Episode decision, Optional<RolePolicy> role) {
    if (role.isEmpty() || decisions > MOST_DECISIONS) {
      return Optional.empty();
    }
    return RewardModel.label(OwnLabels.latest(of(tenantNo(decision))), role.get())
        .map(
            label ->
                new Label(
                    Math.max(1, Math.round((double) label.weightMicros() / decisions)),
                    label.qualityMicros()));
  }

  /** Whether it is said of any of these. */
  boolean reachesAny(Collection<Episode> of) {
    return decisions <= MOST_DECISIONS && of.stream().anyMatch(d -> !of(tenantNo(d)).isEmpty());
  }

  private List<StoredEvaluation> of(int tenantNo) {
    return judged.stream()
        .filter(
            s ->
                s.key().scope() == tenantNo
                    || s.key().scope() == StoredEvaluation.ALL_TENANTS && !isShared)
        .toList();
  }

  private static int tenantNo(Episode decision) {
    return DecisionId.ofRoot(decision.root(), 0).tenantNo();
  }
}
