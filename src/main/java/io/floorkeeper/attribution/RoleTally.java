package io.floorkeeper.attribution;

import io.floorkeeper.bandit.CressieRead;
import io.floorkeeper.bandit.ReferenceCost;
import io.floorkeeper.ledger.DecisionId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A role's logged tasks, in the order in which they were decided, to all that is claimed of them.
 * Pure. Not safe for use by several threads.
 *
 * <p><b>The unit</b> is the first draw: of a session where there is one, else of the task. Later
 * tasks of a session repeat its draw; they are counted and left out. So are decisions that were not
 * drawn (preset, pinned, the only eligible) or not served (shadow): no propensity stands behind
 * them.
 *
 * <p><b>Quality</b> is that of base labels only, which were asked for at random, at one rate for
 * all arms: boosted ones favour arms in doubt. <b>Dollars</b> are those of draws of which all calls
 * are priced; a partial sum would pass for a cheap task. The reference is the last candidate.
 */
final class RoleTally {
  private static final double MICROS = 1e6;
  private static final double NANOS = 1e9;

  private final List<CandidateArm> candidates;
  private final Map<Integer, Integer> places = new HashMap<>();
  private final Set<Long> sessions = new HashSet<>();
  private final RewardTally quality;
  private final RewardTally dollars;
  private final ReferenceCost reference = new ReferenceCost();
  private long notDrawn;
  private long repeats;
  private long firstDraws;
  private long asked;
  private long spentNanoUsd;
  private long fromMillis;
  private long toMillis;

  RoleTally(List<CandidateArm> candidates) {
    this.candidates = List.copyOf(candidates);
    for (int k = 0; k < candidates.size(); k++) {
      places.put(candidates.get(k).armNo(), k);
    }
    quality = new RewardTally(candidates.size(), Optional.of(CressieRead.QUALITY));
    dollars = new RewardTally(candidates.size(), Optional.empty());
  }

  /**
   * Adds one more.
   *
   * @param task decided no earlier than those before
   * @throws ArithmeticException where all dollars together fit into no long any more
   */
  void add(LoggedTask task) {
    if (!task.isDrawn()) {
      notDrawn++;
    } else if (task.drewBefore() || task.session() != null && !sessions.add(task.session())) {
      repeats++;
    } else {
      addFirstDraw(task);
    }
  }

  /**
   * What routing itself cost: external classifiers. Spent for whatever task it was, so it stands
   * against the saving; the reference would not have needed them.
   */
  void addRouting(long nanoUsd) {
    spentNanoUsd = Math.addExact(spentNanoUsd, nanoUsd);
  }

  /** When the first of the first draws was decided; 0: there is none. */
  long fromMillis() {
    return fromMillis;
  }

  private void addFirstDraw(LoggedTask task) {
    DecisionId decision = task.decision();
    fromMillis = firstDraws == 0 ? decision.epochMillis() : fromMillis;
    toMillis = decision.epochMillis();
    firstDraws++;
    int candidate = places.getOrDefault(decision.armNo(), -1);
    double pLog = decision.propensity();
    int fold = task.fold();
    spentNanoUsd = Math.addExact(spentNanoUsd, task.nanoUsd());
    if (task.dollarsKnown()) {
      dollars.add(candidate, fold, decision.bucket(), pLog, 1, task.nanoUsd() / NANOS);
    }
    if (task.dollarsKnown() && candidate == candidates.size() - 1) {
      reference.add(task.nanoUsd() / NANOS, pLog);
    } else {
      reference.addOther();
    }
    if (!decision.has(DecisionId.BASE_LABEL)) {
      return;
    }
    asked++;
    if (task.label().isEmpty()) {
      quality.addUnseen(fold, decision.bucket());
      return;
    }
    LoggedTask.TaskLabel label = task.label().get();
    quality.add(
        candidate,
        fold,
        decision.bucket(),
        pLog,
        label.weightMicros() / MICROS,
        label.qualityMicros() / MICROS);
  }

  /**
   * Everything so far.
   *
   * @param presetIndex the preset's place among the candidates, or -1
   * @param alpha in (0, 1): of every interval two-sided, of the saving one-sided
   */
  RoleClaims claims(int presetIndex, double alpha) {
    List<RoleClaims.OfPolicy> policies = new ArrayList<>();
    policies.add(
        new RoleClaims.OfPolicy(
            RoleClaims.Kind.LOGGED,
            Optional.empty(),
            quality.seen() > 0 ? Optional.of(quality.logged(alpha)) : Optional.empty(),
            dollars.seen() > 0 ? Optional.of(dollars.logged(alpha)) : Optional.empty(),
            RoleClaims.Support.FULL,
            RoleClaims.Support.FULL));
    if (presetIndex >= 0) {
      policies.add(always(RoleClaims.Kind.PRESET, presetIndex, alpha));
    }
    policies.add(always(RoleClaims.Kind.UNIFORM_REFERENCE, candidates.size() - 1, alpha));
    for (int k = 0; k < candidates.size(); k++) {
      policies.add(always(RoleClaims.Kind.ALWAYS, k, alpha));
    }
    return new RoleClaims(
        new RoleClaims.Sample(firstDraws, repeats, notDrawn, fromMillis, toMillis),
        new RoleClaims.Labels(asked, quality.seen(), quality.isWeighted()),
        policies,
        SavingClaim.of(
            spentNanoUsd / NANOS, dollars.seen(), firstDraws - dollars.seen(), reference, alpha));
  }

  private RoleClaims.OfPolicy always(RoleClaims.Kind kind, int k, double alpha) {
    CandidateArm arm = candidates.get(k);
    return new RoleClaims.OfPolicy(
        kind,
        Optional.of(arm.key()),
        always(quality, k, arm.priorQuality(), alpha),
        always(dollars, k, arm.priorUsd().orElse(Double.NaN), alpha),
        new RoleClaims.Support(quality.drawn(k), quality.undrawnShare(k)),
        new RoleClaims.Support(dollars.drawn(k), dollars.undrawnShare(k)));
  }

  private static Optional<PolicyEstimate> always(
      RewardTally tally, int k, double prior, double alpha) {
    return tally.drawn(k) > 0 && tally.undrawnShare(k) == 0
        ? Optional.of(tally.always(k, prior, alpha))
        : Optional.empty();
  }
}
