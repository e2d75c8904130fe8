package io.floorkeeper.learning;

import io.floorkeeper.bandit.Evidence;
import io.floorkeeper.ledger.DecisionId;
import io.floorkeeper.ledger.EvaluationRepository;
import io.floorkeeper.ledger.StoredEvaluation;
import io.floorkeeper.ledger.TargetKey;
import io.floorkeeper.policy.RolePolicy;
import io.floorkeeper.posterior.EvidenceKey;
import jakarta.enterprise.context.ApplicationScoped;
import java.nio.ByteBuffer;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * What a batch makes of its episodes. In the usual case calls are added to what is stored. Where a
 * judgement came out of turn, the episode's labels are worked out from all that was said of it: so
 * they are a function of its calls and judgements, and not of their order.
 *
 * <p>Rows are locked in one order: judgements by their keys ({@link EvaluationJoin} locks all that
 * a batch may touch at once, before it writes any), then episodes by their roots. What was said of
 * an episode is read when its row is locked: whoever adds to it adds behind that lock.
 */
@ApplicationScoped
class EpisodeChanges {
  private final EpisodeRepository episodes;
  private final EvaluationRepository evaluations;
  private final ClimbedCallRepository climbedCalls;
  private final DecidingRoles roles;
  private final LatestCalls latest;

  EpisodeChanges(
      EpisodeRepository episodes,
      EvaluationRepository evaluations,
      ClimbedCallRepository climbedCalls,
      DecidingRoles roles,
      LatestCalls latest) {
    this.episodes = episodes;
    this.evaluations = evaluations;
    this.climbedCalls = climbedCalls;
    this.roles = roles;
    this.latest = latest;
  }

  /**
   * Those that there are, written: first those of the calls in their order, then others by root.
   */
  List<EpisodeChange> write(
      Connection connection,
      List<JudgedCall> calls,
      List<EpisodeCorrection> corrections,
      Joined joined,
      PolicyView policy)
      throws SQLException {
    Map<ByteBuffer, List<EpisodeCorrection>> corrected = new TreeMap<>();
    for (EpisodeCorrection one : corrections) {
      corrected.computeIfAbsent(one.root(), r -> new ArrayList<>()).add(one);
    }
    Map<ByteBuffer, List<JudgedCall>> byRoot = new LinkedHashMap<>();
    for (JudgedCall call : calls) {
      byRoot
          .computeIfAbsent(ByteBuffer.wrap(call.decision().root()), r -> new ArrayList<>())
          .add(call);
    }
    Set<ByteBuffer> others = new TreeSet<>(joined.roots);
    others.addAll(corrected.keySet());
    List<StoredEvaluation> ofSessions = sessions(connection, byRoot.keySet(), joined, others);
    others.removeAll(byRoot.keySet());
    Map<ByteBuffer, Episode> before = new HashMap<>();
    Map<ByteBuffer, Episode> after = new LinkedHashMap<>();
    byRoot.forEach(
        (root, ofEpisode) -> {
          before.put(root, opened(ofEpisode.get(0)));
          after.put(root, added(before.get(root), ofEpisode));
        });
    // Most are new: they are written complete and once.
    Map<ByteBuffer, Episode> written = new HashMap<>(after);
    written.replaceAll((root, episode) -> episode.asWatched());
    written.keySet().retainAll(episodes.open(connection, List.copyOf(written.values())));
    Set<ByteBuffer> known = new TreeSet<>(others);
    byRoot.keySet().stream().filter(root -> !written.containsKey(root)).forEach(known::add);
    before.putAll(episodes.lock(connection, known));
    for (ByteBuffer root : known) {
      if (before.containsKey(root)) {
        after.put(
            root,
            changed(
                connection,
                before.get(root),
                corrected.getOrDefault(root, List.of()),
                byRoot.getOrDefault(root, List.of())));
      }
    }
    climbedCalls.insert(connection, calls);
    Map<ByteBuffer, Map<EvidenceKey, Evidence>> climbed = label(connection, joined, after, policy);
    forget(connection, corrections, before, climbed);
    credit(connection, ofSessions, before, after, joined, policy);
    List<EpisodeChange> changes = new ArrayList<>();
    after.forEach(
        (root, episode) -> {
          EpisodeChange change =
              new EpisodeChange(
                  before.get(root),
                  episode.asWatched(),
                  byRoot.getOrDefault(root, List.of()),
                  corrected.getOrDefault(root, List.of()),
                  climbed.getOrDefault(root, Map.of()));
          if (change.isAny()) {
            changes.add(change);
          }
        });
    episodes.update(
        connection,
        changes.stream()
            .map(EpisodeChange::after)
            .filter(e -> e.all().calls() > 0)
            .filter(e -> !e.equals(written.get(ByteBuffer.wrap(e.root()))))
            .toList());
    episodes.delete(
        connection,
        changes.stream().filter(EpisodeChange::isEnded).map(EpisodeChange::after).toList());
    return changes;
  }

  private static Episode opened(JudgedCall first) {
    return Episode.opened(
        first.decision(),
        session(first),
        first.role().map(RolePolicy::errorsCountAsZero).orElse(false));
  }

  private Episode changed(
      Connection connection,
      Episode before,
      List<EpisodeCorrection> corrections,
      List<JudgedCall> calls)
      throws SQLException {
    Episode left = before;
    for (EpisodeCorrection correction : corrections) {
      left = left.corrected(correction);
    }
    Episode after = added(left, calls);
    boolean unsureFirst = isUnsure(left.first(), before.first(), after.first());
    boolean unsureAll = isUnsure(left.all(), before.all(), after.all());
    return unsureFirst || unsureAll
        ? after.withLatest(
            unsureFirst ? latest.of(connection, after, true) : null,
            unsureAll ? latest.of(connection, after, false) : null)
        : after;
  }

  /** Whether the latest call was taken back, others are left, and none came that is later still. */
  private static boolean isUnsure(Chain left, Chain before, Chain after) {
    return left.calls() > 0
        && left.lastRank().length == 0
        && Arrays.compareUnsigned(after.lastRank(), before.lastRank()) <= 0;
  }

  /** Takes back what the labels of climbed calls have added that count no more. */
  private void forget(
      Connection connection,
      List<EpisodeCorrection> corrections,
      Map<ByteBuffer, Episode> before,
      Map<ByteBuffer, Map<EvidenceKey, Evidence>> climbed)
      throws SQLException {
    for (EpisodeCorrection lost : corrections) {
      Episode episode = before.get(lost.root());
      if (lost.isLost() && lost.rung() > 0 && episode != null) {
        Optional<ClimbedCall> call = climbedCalls.remove(connection, lost.root(), lost.rank());
        call.ifPresent(
            c ->
                climbed
                    .computeIfAbsent(lost.root(), r -> new TreeMap<>())
                    .merge(
                        episode.startKey().arm(c.armNo()).part(EvidenceKey.CLIMBED),
                        Evidence.ZERO.minus(c.evidence()),
                        Evidence::plus));
      }
    }
  }

  private static Episode added(Episode before, List<JudgedCall> calls) {
    Episode after = before;
    for (JudgedCall call : calls) {
      after =
          after
              .plus(call.ofEpisode(), call.rung().map(LadderBook.Rung::ladder).orElse(0))
              .seen(call.decision().flags(), session(call));
    }
    return after;
  }

  /**
   * What was said of the sessions that this batch touches, locked; their decisions go to {@code
   * others}. Where nobody scores sessions, nothing is asked.
   */
  private List<StoredEvaluation> sessions(
      Connection connection, Set<ByteBuffer> roots, Joined joined, Set<ByteBuffer> others)
      throws SQLException {
    if (joined.sessions.isEmpty()) {
      return List.of();
    }
    Set<Long> touched = new TreeSet<>(joined.sessions);
    touched.addAll(episodes.sessions(connection, roots)); // a call may take its task elsewhere
    List<StoredEvaluation> said = evaluations.ofSessions(connection, touched);
    Set<Long> judged = new TreeSet<>();
    said.forEach(one -> judged.add(one.key().target().session().orElseThrow()));
    others.addAll(episodes.ofSessions(connection, judged, SessionCredit.MOST_DECISIONS + 1));
    return said;
  }

  /** Labels by all that was said; returns what that changes for climbed calls. */
  private Map<ByteBuffer, Map<EvidenceKey, Evidence>> label(
      Connection connection, Joined joined, Map<ByteBuffer, Episode> after, PolicyView policy)
      throws SQLException {
    Set<ByteBuffer> roots = joined.roots;
    Map<ByteBuffer, Map<EvidenceKey, Evidence>> climbed = new HashMap<>();
    if (roots.isEmpty()) {
      return climbed;
    }
    Collection<byte[]> arrays = EvaluationJoin.arrays(roots);
    Map<ByteBuffer, List<StoredEvaluation>> said = new HashMap<>();
    for (StoredEvaluation one : evaluations.ofEpisodes(connection, arrays)) {
      said.computeIfAbsent(one.place().orElseThrow().root(), r -> new ArrayList<>()).add(one);
    }
    List<ClimbedCall> moved = new ArrayList<>();
    Map<ByteBuffer, List<ClimbedCall>> ofRoots = climbedCalls.read(connection, arrays);
    for (ByteBuffer root : roots) {
      Episode episode = after.get(root);
      if (episode == null || episode.all().calls() == 0) {
        joined.gone.add(root); // nothing is left that could be told apart; it may come again
      }
      if (episode == null) {
        continue;
      }
      List<StoredEvaluation> ofIt = said.getOrDefault(root, List.of());
      Optional<RolePolicy> role = role(connection, root, policy);
      // Found and yet of no use: the rate of those that are found would hide it.
      ofIt.stream()
          .filter(one -> joined.found.contains(one.key()))
          .flatMap(one -> RewardModel.unlabelling(one.evaluation(), role).stream())
          .forEach(why -> joined.count("evaluations_unlabelling_" + why));
      OwnLabels labels = OwnLabels.of(ofIt, role);
      after.put(root, labels.applied(episode));
      for (ClimbedCall call : ofRoots.getOrDefault(root, List.of())) {
        ClimbedCall now = call.withLabel(labels.at(call.rank(), call.label()));
        if (!now.label().equals(call.label())) {
          moved.add(now);
          climbed
              .computeIfAbsent(root, r -> new TreeMap<>())
              .merge(
                  episode.startKey().arm(call.armNo()).part(EvidenceKey.CLIMBED),
                  now.evidence().minus(call.evidence()),
                  Evidence::plus);
        }
      }
    }
    climbedCalls.update(connection, moved);
    return climbed;
  }

  private void credit(
      Connection connection,
      List<StoredEvaluation> said,
      Map<ByteBuffer, Episode> before,
      Map<ByteBuffer, Episode> after,
      Joined joined,
      PolicyView policy)
      throws SQLException {
    Map<Long, List<StoredEvaluation>> bySession = new TreeMap<>();
    for (StoredEvaluation one : said) {
      bySession
          .computeIfAbsent(one.key().target().session().orElseThrow(), s -> new ArrayList<>())
          .add(one);
    }
    for (Map.Entry<Long, List<StoredEvaluation>> session : bySession.entrySet()) {
      List<Episode> decisions =
          after.values().stream()
              .filter(e -> e.sessionHash().equals(OptionalLong.of(session.getKey())))
              .toList();
      SessionCredit credit = SessionCredit.of(session.getValue(), decisions);
      for (Episode decision : decisions) {
        ByteBuffer root = ByteBuffer.wrap(decision.root());
        after.put(
            root, decision.withCredit(credit.share(decision, role(connection, root, policy))));
      }
      if (credit.reachesAny(decisions)) {
        evaluations.credited(connection, session.getKey()).forEach(joined::correlated);
      }
    }
    // A task that a call has taken to a session that nobody scored leaves its share behind.
    after.replaceAll(
        (root, episode) ->
            episode.credit().isPresent()
                    && !episode.sessionHash().equals(before.get(root).sessionHash())
                    && !bySession.containsKey(episode.sessionHash().orElse(0))
                ? episode.withCredit(Optional.empty())
                : episode);
  }

  private Optional<RolePolicy> role(Connection connection, ByteBuffer root, PolicyView policy)
      throws SQLException {
    return roles.of(connection, DecisionId.ofRoot(root.array(), 0), policy);
  }

  private static OptionalLong session(JudgedCall call) {
    return call.attributed()
        .call()
        .sessionId()
        .map(id -> OptionalLong.of(TargetKey.sessionHash(id)))
        .orElse(OptionalLong.empty());
  }
}
