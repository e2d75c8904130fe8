package io.floorkeeper.learning;

import io.floorkeeper.bandit.Evidence;
import io.floorkeeper.bandit.LatencySketch;
import io.floorkeeper.ledger.Call;
import io.floorkeeper.ledger.CorrelationRepository.Delta;
import io.floorkeeper.ledger.DecisionId;
import io.floorkeeper.policy.QualityFloor;
import io.floorkeeper.policy.RolePolicy;
import io.floorkeeper.posterior.Beliefs;
import io.floorkeeper.posterior.EvidenceKey;
import io.floorkeeper.posterior.EvidenceRepository;
import io.floorkeeper.posterior.RoleEvidence;
import jakarta.enterprise.context.ApplicationScoped;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.TreeMap;

/**
 * Calls to episodes, episodes to evidence, and what the role's detectors say of it, in the caller's
 * transaction: what changed in an episode is what is added.
 */
@ApplicationScoped
class EpisodeLearner {
  private final EpisodeChanges changing;
  private final EpisodeWatch watching;
  private final LateEpisodes late;
  private final EvidenceRepository evidence;
  private final RoleStateRepository roleStates;

  EpisodeLearner(
      EpisodeChanges changing,
      EpisodeWatch watching,
      LateEpisodes late,
      EvidenceRepository evidence,
      RoleStateRepository roleStates) {
    this.changing = changing;
    this.watching = watching;
    this.late = late;
    this.evidence = evidence;
    this.roleStates = roleStates;
  }

  /**
   * What became of a batch.
   *
   * @param totals by how much the ingest totals moved
   * @param begun a decision of each task that was seen for the first time
   * @param ended of each task all whose calls were taken back
   */
  record Learned(Map<String, Long> totals, List<DecisionId> begun, List<DecisionId> ended) {
    static final Learned NOTHING = new Learned(Map.of(), List.of(), List.of());
  }

  /** What a batch adds. */
  private static final class Deltas {
    final TreeMap<EvidenceKey, Evidence> evidence = new TreeMap<>();
    final TreeMap<EvidenceKey, Map<Integer, Long>> latencies = new TreeMap<>();
    final TreeMap<Integer, RoleStateRepository.Delta> roles = new TreeMap<>();
  }

  /**
   * @param calls that ran where they were decided to, none of them seen before
   * @param corrections of calls seen before
   * @param joined what judgements ask besides
   */
  Learned learn(
      Connection connection,
      List<JudgedCall> calls,
      List<EpisodeCorrection> corrections,
      Joined joined,
      PolicyView policy)
      throws SQLException {
    if (calls.isEmpty()
        && corrections.isEmpty()
        && joined.roots.isEmpty()
        && joined.sessions.isEmpty()) {
      return Learned.NOTHING;
    }
    List<EpisodeChange> changes = changing.write(connection, calls, corrections, joined, policy);
    late.note(connection, changes, policy);
    return apply(connection, changes, joined, policy);
  }

  /** Adds what episodes have changed by, already written, to the evidence. */
  Learned apply(
      Connection connection, List<EpisodeChange> changes, Joined joined, PolicyView policy)
      throws SQLException {
    if (changes.isEmpty()) {
      return Learned.NOTHING;
    }
    Deltas deltas = deltas(changes);
    roleStates.lock(connection, deltas.roles.keySet());
    Map<Integer, List<RoleWatch.Alarm>> alarms =
        watching.watch(connection, changes, deltas.roles.keySet(), policy);
    evidence.add(connection, deltas.evidence);
    evidence.addLatencies(connection, deltas.latencies);
    roleStates.advance(
        connection, deltas.roles, alarms, (no, block) -> floor(connection, policy, no, block));
    changes.forEach(change -> correlate(change, joined));
    return new Learned(
        EpisodeWatch.counted(alarms),
        changes.stream()
            .filter(EpisodeChange::isFirstSeen)
            .map(change -> change.calls().get(0).decision())
            .toList(),
        changes.stream()
            .filter(EpisodeChange::isEnded)
            .map(change -> DecisionId.ofRoot(change.after().root(), 0))
            .toList());
  }

  private static void correlate(EpisodeChange change, Joined joined) {
    int asked =
        !change.after().isAsked() ? 0 : change.isFirstSeen() ? 1 : change.isEnded() ? -1 : 0;
    if (asked != 0 || change.answered() != 0) {
      joined.add(change.after().decidedAt(), new Delta(0, 0, asked, change.answered()));
    }
  }

  private static Deltas deltas(List<EpisodeChange> changes) {
    Deltas deltas = new Deltas();
    for (EpisodeChange change : changes) {
      EvidenceKey start = change.after().startKey();
      change.climbed().forEach((k, e) -> deltas.evidence.merge(k, e, Evidence::plus));
      change.after().contribution().forEach((k, e) -> deltas.evidence.merge(k, e, Evidence::plus));
      change
          .before()
          .contribution()
          .forEach((k, e) -> deltas.evidence.merge(k, Evidence.ZERO.minus(e), Evidence::plus));
      long firstCalls = 0;
      long firstMillis = 0;
      for (JudgedCall judged : change.calls()) {
        Call call = judged.attributed().call();
        if (judged.rung().isEmpty()) {
          firstCalls++;
          firstMillis = Math.addExact(firstMillis, call.latencyMillis());
          deltas
              .latencies
              .computeIfAbsent(start, k -> new HashMap<>())
              .merge(LatencySketch.binOf(call.latencyMillis()), 1L, Long::sum);
        } else {
          // Selected by a failure below: kept apart, under the arm that ran it.
          Chain alone = Chain.NONE.plus(judged.ofEpisode());
          deltas.evidence.merge(
              start.arm(judged.rung().get().armNo()).part(EvidenceKey.CLIMBED),
              alone
                  .evidence(alone.deliveredLabel(change.after().errorsCountAsZero()))
                  .plus(Evidence.latency(call.latencyMillis())),
              Evidence::plus);
        }
      }
      if (firstCalls > 0) {
        deltas.evidence.merge(start, Evidence.latencies(firstCalls, firstMillis), Evidence::plus);
      }
      correct(change, deltas);
      boolean labelled =
          change.after().deliveredLabel().isPresent() && change.before().deliveredLabel().isEmpty();
      deltas.roles.merge(
          start.roleNo(),
          new RoleStateRepository.Delta(change.calls().size() - change.lost(), labelled ? 1 : 0),
          RoleStateRepository.Delta::plus);
    }
    deltas.evidence.values().removeIf(Evidence::isZero);
    return deltas;
  }

  /** What calls of earlier batches have added and do no more, their episode's part left out. */
  private static void correct(EpisodeChange change, Deltas deltas) {
    EvidenceKey start = change.after().startKey();
    for (EpisodeCorrection correction : change.corrections()) {
      long latencyMillis = correction.before().latencyMillis();
      if (correction.rung() > 0) {
        deltas.evidence.merge(
            start.arm(correction.before().armNo()).part(EvidenceKey.CLIMBED),
            correction.ofClimbed(),
            Evidence::plus);
      } else if (correction.isLost()) {
        deltas.evidence.merge(
            start, Evidence.ZERO.minus(Evidence.latency(latencyMillis)), Evidence::plus);
        deltas
            .latencies
            .computeIfAbsent(start, k -> new HashMap<>())
            .merge(LatencySketch.binOf(latencyMillis), -1L, Long::sum);
      }
    }
  }

  /** Whatever is known: it says itself what it is. */
  private static boolean isAbsolute(RolePolicy role) {
    return role.floor().map(f -> f.kind() == QualityFloor.Kind.ABSOLUTE).orElse(false);
  }

  private OptionalDouble floor(Connection connection, PolicyView policy, int roleNo, int block)
      throws SQLException {
    Optional<RolePolicy> role = policy.roleName(roleNo).flatMap(policy::role);
    if (role.isEmpty()) {
      return OptionalDouble.empty();
    }
    RoleEvidence known =
        block == 0 || isAbsolute(role.get())
            ? RoleEvidence.none(roleNo)
            : evidence
                .read(connection, List.of(roleNo))
                .getOrDefault(roleNo, RoleEvidence.none(roleNo));
    return Beliefs.floor(policy.numbers(), role.get(), known);
  }
}
