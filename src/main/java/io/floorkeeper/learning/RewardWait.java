package io.floorkeeper.learning;

import io.floorkeeper.ledger.CorrelationRepository;
import io.floorkeeper.ledger.DecisionId;
import io.floorkeeper.ledger.TotalsRepository;
import io.floorkeeper.policy.PolicyBook;
import io.floorkeeper.policy.RolePolicy;
import io.floorkeeper.pricing.Catalogue;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.inject.Inject;
import java.nio.ByteBuffer;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Ends reward waits: an episode that was to be judged, and was not within its role's {@code
 * reward_wait}, is taken for the role's {@code reward_default}. That it was is a recorded fact,
 * once whatever the number of replicas; should a judgement follow, it takes the default's place.
 *
 * <p>As with judgements, the policy that made the decision says it: a default that is published
 * later speaks for later decisions alone, and one that is changed or taken out leaves those before
 * as they were judged.
 *
 * <p>Episodes are walked in the order of their decisions, from a mark behind which all have had
 * their wait. One whose first call comes when its wait is over already is noted by the learner
 * ({@link LateEpisodes}) and taken at the next look.
 */
@ApplicationScoped
class RewardWait {
  private static final int MOST = 2_000;

  /** A transaction that is open now may have opened an episode just before its wait was over. */
  private static final Duration SLACK = Duration.ofMinutes(1);

  private final WaitRepository waits;
  private final EpisodeRepository episodes;
  private final EpisodeLearner learner;
  private final DecidingRoles roles;
  private final CorrelationRepository correlation;
  private final TotalsRepository totals;
  private final PolicyBook policies;
  private final Clock clock;

  @Inject
  RewardWait(
      WaitRepository waits,
      EpisodeRepository episodes,
      EpisodeLearner learner,
      DecidingRoles roles,
      CorrelationRepository correlation,
      TotalsRepository totals,
      PolicyBook policies) {
    this(waits, episodes, learner, roles, correlation, totals, policies, Clock.systemUTC());
  }

  RewardWait(
      WaitRepository waits,
      EpisodeRepository episodes,
      EpisodeLearner learner,
      DecidingRoles roles,
      CorrelationRepository correlation,
      TotalsRepository totals,
      PolicyBook policies,
      Clock clock) {
    this.waits = waits;
    this.episodes = episodes;
    this.learner = learner;
    this.roles = roles;
    this.correlation = correlation;
    this.totals = totals;
    this.policies = policies;
    this.clock = clock;
  }

  /**
   * One look, in the caller's transaction.
   *
   * @return whether there may be more that is due
   */
  boolean look(Connection connection) throws SQLException {
    PolicyView policy = PolicyView.of(policies.current(), Catalogue.NONE);
    TreeSet<ByteBuffer> due = new TreeSet<>();
    boolean more = false;
    for (Map.Entry<Integer, RolePolicy> entry : waiting(policy).entrySet()) {
      RolePolicy role = entry.getValue();
      Instant until = clock.instant().minus(role.rewardWait()).minus(SLACK);
      List<ByteBuffer> ofRole = waits.walk(connection, entry.getKey(), until, MOST);
      more |= ofRole.size() == MOST;
      due.addAll(ofRole);
      due.addAll(waits.takeLate(connection, entry.getKey(), MOST));
    }
    if (!due.isEmpty()) {
      end(connection, due, policy);
    }
    return more;
  }

  private void end(Connection connection, TreeSet<ByteBuffer> due, PolicyView policy)
      throws SQLException {
    Map<ByteBuffer, Episode> locked = episodes.lock(connection, due);
    List<EpisodeChange> changes = new ArrayList<>();
    for (ByteBuffer root : due) {
      Episode episode = locked.get(root);
      if (episode != null
          && episode.isAsked()
          && episode.deliveredLabel().isEmpty()
          && episode.defaultMicros().isEmpty()) {
        roles
            .of(connection, DecisionId.ofRoot(episode.root(), 0), policy)
            .flatMap(RolePolicy::rewardDefault)
            .map(quality -> (int) Math.round(1e6 * quality))
            .ifPresent(
                micros ->
                    changes.add(
                        new EpisodeChange(
                            episode, episode.withDefault(micros), List.of(), Map.of())));
      }
    }
    List<Episode> after = changes.stream().map(EpisodeChange::after).toList();
    waits.record(connection, after);
    episodes.update(connection, after);
    Joined joined = Joined.nothing();
    TreeMap<String, Long> moved = new TreeMap<>();
    learner
        .apply(connection, changes, joined, policy)
        .totals()
        .forEach((name, by) -> moved.merge(name, by, Long::sum));
    moved.merge("reward_defaults", (long) changes.size(), Long::sum);
    correlation.add(connection, joined.hours);
    totals.add(connection, moved);
  }

  /** The roles that have a default, by number. */
  private static SortedMap<Integer, RolePolicy> waiting(PolicyView policy) {
    TreeMap<Integer, RolePolicy> waiting = new TreeMap<>();
    policy
        .roleNames()
        .forEach(
            (no, name) ->
                policy
                    .role(name)
                    .filter(role -> role.rewardDefault().isPresent())
                    .ifPresent(role -> waiting.put(no, role)));
    return waiting;
  }
}
