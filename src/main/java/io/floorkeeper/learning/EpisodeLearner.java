package io.floorkeeper.learning;

import io.floorkeeper.bandit.Evidence;
import io.floorkeeper.bandit.LatencySketch;
import io.floorkeeper.ledger.Call;
import io.floorkeeper.ledger.DecisionId;
import io.floorkeeper.policy.QualityFloor;
import io.floorkeeper.policy.RolePolicy;
import io.floorkeeper.posterior.Beliefs;
import io.floorkeeper.posterior.EvidenceKey;
import io.floorkeeper.posterior.EvidenceRepository;
import io.floorkeeper.posterior.RoleEvidence;
import jakarta.enterprise.context.ApplicationScoped;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import org.jboss.logging.Logger;

/**
 * Calls to episodes, episodes to evidence, and what the role's detectors say of it, in the caller's
 * transaction: what changed in an episode is what is added.
 */
@ApplicationScoped
class EpisodeLearner {
  private static final Logger LOG = Logger.getLogger(EpisodeLearner.class);

  private final EpisodeRepository episodes;
  private final EvidenceRepository evidence;
  private final RoleStateRepository roleStates;
  private final WatchRepository watches;

  EpisodeLearner(
      EpisodeRepository episodes,
      EvidenceRepository evidence,
      RoleStateRepository roleStates,
      WatchRepository watches) {
    this.episodes = episodes;
    this.evidence = evidence;
    this.roleStates = roleStates;
    this.watches = watches;
  }

  /** An episode before and after a batch, and the calls of the batch that are its. */
  private record Change(Episode before, Episode after, List<JudgedCall> calls) {
    boolean isFirstLabel() {
      return !before.watched() && after.watched();
    }

    boolean isFirstSeen() {
      return before.all().calls() == 0;
    }
  }

  /**
   * What became of a batch.
   *
   * @param totals by how much the ingest totals moved
   * @param begun a decision of each task that was seen for the first time
   */
  record Learned(Map<String, Long> totals, List<DecisionId> begun) {}

  /** What a batch adds. */
  private static final class Deltas {
    final TreeMap<EvidenceKey, Evidence> evidence = new TreeMap<>();
    final TreeMap<EvidenceKey, TreeMap<Integer, Long>> latencies = new TreeMap<>();
    final TreeMap<Integer, RoleStateRepository.Delta> roles = new TreeMap<>();
  }

  /**
   * @param calls that ran where they were decided to, none of them seen before
   */
  Learned learn(Connection connection, List<JudgedCall> calls, PolicyView policy)
      throws SQLException {
    if (calls.isEmpty()) {
      return new Learned(Map.of(), List.of());
    }
    List<Change> changes = changes(connection, calls);
    Deltas deltas = deltas(changes);
    roleStates.lock(connection, deltas.roles.keySet());
    Map<Integer, List<RoleWatch.Alarm>> alarms = watch(connection, changes, deltas, policy);
    evidence.add(connection, deltas.evidence);
    evidence.addLatencies(connection, deltas.latencies);
    roleStates.advance(
        connection, deltas.roles, alarms, (no, block) -> floor(connection, policy, no, block));
    return new Learned(
        counted(alarms),
        changes.stream()
            .filter(Change::isFirstSeen)
            .map(change -> change.calls.get(0).decision())
            .toList());
  }

  private List<Change> changes(Connection connection, List<JudgedCall> calls) throws SQLException {
    Map<ByteBuffer, List<JudgedCall>> byRoot = new LinkedHashMap<>();
    for (JudgedCall call : calls) {
      byRoot
          .computeIfAbsent(ByteBuffer.wrap(call.decision().root()), r -> new ArrayList<>())
          .add(call);
    }
    // Most are new: they are written complete and once.
    Map<ByteBuffer, Change> changes = new LinkedHashMap<>();
    byRoot.forEach(
        (root, ofEpisode) -> changes.put(root, change(opened(ofEpisode.get(0)), ofEpisode)));
    Set<ByteBuffer> fresh =
        episodes.open(connection, changes.values().stream().map(Change::after).toList());
    List<ByteBuffer> known =
        byRoot.keySet().stream().filter(root -> !fresh.contains(root)).toList();
    episodes
        .lock(connection, known)
        .forEach((root, stored) -> changes.put(root, change(stored, byRoot.get(root))));
    episodes.update(connection, known.stream().map(changes::get).map(Change::after).toList());
    return List.copyOf(changes.values());
  }

  private static Episode opened(JudgedCall first) {
    return Episode.opened(
        first.decision(),
        sessionHash(first.attributed().call().sessionId()),
        first.role().map(RolePolicy::errorsCountAsZero).orElse(false));
  }

  private static Change change(Episode before, List<JudgedCall> calls) {
    Episode after = before;
    for (JudgedCall call : calls) {
      after =
          after
              .plus(call.ofEpisode(), call.rung().map(LadderBook.Rung::ladder).orElse(0))
              .seen(call.decision().flags(), sessionHash(call.attributed().call().sessionId()));
    }
    return new Change(before, after.asWatched(), calls);
  }

  private static Deltas deltas(List<Change> changes) {
    Deltas deltas = new Deltas();
    for (Change change : changes) {
      EvidenceKey start = change.after.startKey();
      change.after.contribution().forEach((k, e) -> deltas.evidence.merge(k, e, Evidence::plus));
      change
          .before
          .contribution()
          .forEach((k, e) -> deltas.evidence.merge(k, Evidence.ZERO.minus(e), Evidence::plus));
      for (JudgedCall judged : change.calls) {
        Call call = judged.attributed().call();
        Evidence latency = Evidence.latency(call.latencyMillis());
        if (judged.rung().isEmpty()) {
          deltas.evidence.merge(start, latency, Evidence::plus);
          deltas
              .latencies
              .computeIfAbsent(start, k -> new TreeMap<>())
              .merge(LatencySketch.binOf(call.latencyMillis()), 1L, Long::sum);
        } else {
          // Selected by a failure below: kept apart, under the arm that ran it.
          Chain alone = Chain.NONE.plus(judged.ofEpisode());
          deltas.evidence.merge(
              start.arm(judged.rung().get().armNo()).part(EvidenceKey.CLIMBED),
              alone.evidence(alone.deliveredLabel(change.after.errorsCountAsZero())).plus(latency),
              Evidence::plus);
        }
      }
      boolean labelled =
          change.after.deliveredLabel().isPresent() && change.before.deliveredLabel().isEmpty();
      deltas.roles.merge(
          start.roleNo(),
          new RoleStateRepository.Delta(change.calls.size(), labelled ? 1 : 0),
          RoleStateRepository.Delta::plus);
    }
    deltas.evidence.values().removeIf(Evidence::isZero);
    return deltas;
  }

  private Map<Integer, List<RoleWatch.Alarm>> watch(
      Connection connection, List<Change> changes, Deltas deltas, PolicyView policy)
      throws SQLException {
    TreeMap<Integer, RoleWatch> ofRoles = watches.read(connection, deltas.roles.keySet());
    Set<RoleStateRepository.BlockKey> blocks = new HashSet<>();
    changes.forEach(c -> blocks.add(blockOf(c.after)));
    Map<RoleStateRepository.BlockKey, Double> floors = roleStates.floors(connection, blocks);
    Map<Integer, List<RoleWatch.Alarm>> alarms = new TreeMap<>();
    for (Change change : changes) {
      int roleNo = change.after.startKey().roleNo();
      RoleWatch watch = ofRoles.get(roleNo);
      Optional<RolePolicy> role = policy.roleName(roleNo).flatMap(policy::role);
      Double recorded = floors.get(blockOf(change.after));
      OptionalDouble floor =
          recorded != null ? OptionalDouble.of(recorded) : unrecorded(policy, role, change.after);
      List<RoleWatch.Alarm> raised = new ArrayList<>();
      judge(change, watch, role, floor, raised);
      OptionalDouble ceilingUsd =
          role.flatMap(r -> r.ceiling().costUsdPerCall())
              .map(usd -> OptionalDouble.of(usd.doubleValue()))
              .orElse(OptionalDouble.empty());
      for (JudgedCall call : change.calls) {
        call.nanoUsd()
            .ifPresent(
                nano ->
                    raised.addAll(
                        watch.paid(
                            call.ranOn(),
                            change.after.startKey().bucket(),
                            (double) nano / Evidence.NANOS_PER_USD,
                            ceilingUsd)));
      }
      if (!raised.isEmpty()) {
        alarms.computeIfAbsent(roleNo, r -> new ArrayList<>()).addAll(raised);
      }
    }
    watches.write(connection, ofRoles);
    return alarms;
  }

  private static void judge(
      Change change,
      RoleWatch watch,
      Optional<RolePolicy> role,
      OptionalDouble floor,
      List<RoleWatch.Alarm> raised) {
    Episode episode = change.after;
    int armNo = episode.startKey().armNo();
    boolean perArm =
        role.flatMap(RolePolicy::floor)
            .map(f -> f.scope() == QualityFloor.Scope.PER_ARM)
            .orElse(false);
    boolean isBase = episode.has(DecisionId.BASE_LABEL);
    int byContext = episode.has(DecisionId.BY_CONTEXT) ? episode.startKey().bucket() : 0;
    if (change.isFirstLabel()) {
      Label label = episode.ownLabel().orElseThrow();
      raised.addAll(
          watch.judged(
              new RoleWatch.Judged(
                  armNo,
                  label.qualityMicros() / 1e6,
                  label.weightMicros() / 1e6,
                  isBase,
                  floor,
                  perArm,
                  byContext)));
    } else if (isBase && change.isFirstSeen()) {
      raised.addAll(watch.unjudged(armNo, floor, perArm && byContext == 0));
    }
  }

  private static RoleStateRepository.BlockKey blockOf(Episode episode) {
    return new RoleStateRepository.BlockKey(
        episode.startKey().roleNo(), episode.startKey().block());
  }

  /** Of a block that is not there yet, or from before floors were recorded. */
  private static OptionalDouble unrecorded(
      PolicyView policy, Optional<RolePolicy> role, Episode episode) {
    boolean settled =
        episode.startKey().block() == 0 || role.map(EpisodeLearner::isAbsolute).orElse(false);
    return settled && role.isPresent()
        ? Beliefs.floor(policy.numbers(), role.get(), RoleEvidence.none(0))
        : OptionalDouble.empty();
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

  private static Map<String, Long> counted(Map<Integer, List<RoleWatch.Alarm>> alarms) {
    TreeMap<String, Long> totals = new TreeMap<>();
    alarms.forEach(
        (roleNo, raised) -> {
          for (RoleWatch.Alarm alarm : raised) {
            LOG.warnf(
                "alarm %s of role %d%s",
                alarm.cause(), roleNo, alarm.concernsArm() ? ", arm " + alarm.armNo() : "");
            totals.merge("alarms", 1L, Long::sum);
            if (alarm.cause() == RoleWatch.Cause.DRIFT_DOWN
                || alarm.cause() == RoleWatch.Cause.DRIFT_UP) {
              totals.merge("resets", 1L, Long::sum);
            }
          }
        });
    return totals;
  }

  /** Sixty-four bits of SHA-256: enough to tell sessions apart, and nothing to read. */
  private static OptionalLong sessionHash(Optional<String> session) {
    if (session.isEmpty()) {
      return OptionalLong.empty();
    }
    try {
      return OptionalLong.of(
          ByteBuffer.wrap(
                  MessageDigest.getInstance("SHA-256")
                      .digest(session.get().getBytes(StandardCharsets.UTF_8)))
              .getLong());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
