package io.floorkeeper.attribution;

import io.floorkeeper.bandit.PolicyPanel;
import java.util.List;
import java.util.Optional;

/**
 * All that a role's shadowed tasks say.
 *
 * @param tasks first draws, estimated or not
 * @param supported those of them that are estimated
 * @param latestFrom the place in {@code supported} of the first of the latest
 * @param weighted whether labels weigh by how probable they were
 * @param unknownMeans arms, of every kind of request: what the present allocation was chosen among
 * @param lostShare the present allocation's share on arms that tasks could not draw
 * @param shift how far, on average, the allocations of the latest tasks are from the last one: 0
 *     the same, 1 disjoint. A quality under the last one differs from the latest's by that at most
 */
public record ShadowFindings(
    List<String> arms,
    List<ShadowTask> tasks,
    List<ShadowTask> supported,
    int latestFrom,
    long repeats,
    boolean weighted,
    Axis quality,
    Axis usd,
    int unknownMeans,
    double lostShare,
    double shift) {

  /** Fewer effective draws tell nothing, nor do fewer tasks. */
  static final int LEAST_EFFECTIVE = 30;

  /** An arm that the bandit gives this share or more was seen so often at least. */
  static final double USED_SHARE = .02;

  static final int LEAST_DRAWN = 5;

  static final double MOST_LOST = .001;

  /**
   * Quality, or dollars per task.
   *
   * @param happened all shadowed tasks as they were served; its one policy is what ran
   * @param path the supported tasks, by the policies of {@link ShadowTally}
   * @param latest the last third of them
   * @param identified the mean over all shadowed tasks of the bandit's probability of the arm that
   *     ran times its reward: where nothing else could be served, all that is known of the bandit
   */
  public record Axis(
      PolicyPanel happened, PolicyPanel path, PolicyPanel latest, double identified) {}

  /** The bandit's share on arms that could not be served, over all shadowed tasks. */
  public double unsupportedShare() {
    return tasks.stream().mapToDouble(ShadowTask::unsupported).average().orElse(0);
  }

  /** The bandit's mean probability of an arm, over all shadowed tasks. */
  double banditShare(int arm) {
    return tasks.stream().mapToDouble(t -> ShadowTally.at(t.bandit(), arm)).average().orElse(0);
  }

  /** The bandit's mean probability of what the rules might have given. */
  double agreedShare() {
    double sum = 0;
    for (ShadowTask t : tasks) {
      for (int k = 0; k < t.bandit().length; k++) {
        sum += ShadowTally.at(t.rules(), k) > 0 ? t.bandit()[k] : 0;
      }
    }
    return tasks.isEmpty() ? 0 : sum / tasks.size();
  }

  /**
   * Why a panel's tasks are no ground for a number of a policy; empty: they are.
   *
   * @param policy of {@link ShadowTally}
   */
  public Optional<String> whyNot(PolicyPanel panel, int policy, String rewards) {
    if (supported.isEmpty()) {
      return Optional.of(
          "every arm but the rules' was out of reach of every task: nothing is known of them under"
              + " this role. Set shadow_share, for instance to 0.1");
    }
    if (panel.n() < LEAST_EFFECTIVE || panel.effectiveN(policy) < LEAST_EFFECTIVE) {
      return Optional.of(
          "fewer than "
              + LEAST_EFFECTIVE
              + " effective draws with "
              + rewards
              + ": "
              + panel.n()
              + " tasks, worth "
              + Math.round(panel.n() == 0 ? 0 : panel.effectiveN(policy)));
    }
    if (policy == ShadowTally.PRESENT && lostShare > MOST_LOST) {
      return Optional.of("the present allocation uses arms that earlier tasks could not draw");
    }
    for (int k = 0; k < arms.size(); k++) {
      if (panel.share(policy, k) >= USED_SHARE && panel.drawn(k) < LEAST_DRAWN) {
        return Optional.of(
            "the bandit gives "
                + arms.get(k)
                + " "
                + Math.round(100 * panel.share(policy, k))
                + " % of the tasks, and it was drawn for "
                + panel.drawn(k)
                + " of them with "
                + rewards);
      }
    }
    return Optional.empty();
  }
}
