package io.floorkeeper.learning;

import io.floorkeeper.bandit.Evidence;
import io.floorkeeper.bandit.LatencySketch;
import io.floorkeeper.ledger.AttributedCall;
import io.floorkeeper.ledger.Call;
import io.floorkeeper.ledger.CallRepository;
import io.floorkeeper.ledger.DecisionId;
import io.floorkeeper.ledger.DecisionKeys;
import io.floorkeeper.ledger.Pricing;
import io.floorkeeper.policy.Model;
import io.floorkeeper.policy.PolicyBook;
import io.floorkeeper.policy.RolePolicy;
import io.floorkeeper.posterior.EvidenceKey;
import io.floorkeeper.posterior.EvidenceRepository;
import jakarta.enterprise.context.ApplicationScoped;
import java.nio.ByteBuffer;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jboss.logging.Logger;

/**
 * Facts to evidence, inside the one transaction that also moves the stream's position: writes the
 * calls, adds them to their episodes, and adds what changed in the episodes to the evidence.
 */
@ApplicationScoped
public class LearningService {
  private static final Logger LOG = Logger.getLogger(LearningService.class);

  private final CallRepository calls;
  private final EpisodeRepository episodes;
  private final EvidenceRepository evidence;
  private final RoleStateRepository roleStates;
  private final DriftWatch driftWatch;
  private final PolicyBook policyBook;

  LearningService(
      CallRepository calls,
      EpisodeRepository episodes,
      EvidenceRepository evidence,
      RoleStateRepository roleStates,
      DriftWatch driftWatch,
      PolicyBook policyBook) {
    this.calls = calls;
    this.episodes = episodes;
    this.evidence = evidence;
    this.roleStates = roleStates;
    this.driftWatch = driftWatch;
    this.policyBook = policyBook;
  }

  /** A call and all that the policy says of it. */
  private record Judged(
      AttributedCall attributed,
      CallRepository.Row row,
      Optional<RolePolicy> role,
      OptionalLong nanoUsd,
      Optional<Label> label) {

    boolean teaches() {
      return attributed.decision().isPresent() && Boolean.TRUE.equals(row.followed());
    }
  }

  /**
   * Applies a batch. Nothing is written for a call that is already there.
   *
   * @param connection in the transaction that the caller commits
   * @return by how much the ingest totals moved: {@code calls}, {@code duplicates}, ...
   */
  public SortedMap<String, Long> apply(Connection connection, List<AttributedCall> batch)
      throws SQLException {
    TreeMap<String, Long> totals = new TreeMap<>();
    PolicyView policy = PolicyView.of(policyBook.current());
    Map<CallRepository.CallKey, Judged> distinct = new LinkedHashMap<>();
    for (AttributedCall attributed : batch) {
      Judged judged = judge(attributed, policy);
      distinct.putIfAbsent(judged.row.key(), judged);
    }
    Set<CallRepository.CallKey> inserted =
        calls.insert(connection, distinct.values().stream().map(Judged::row).toList());
    List<Judged> fresh = new ArrayList<>();
    distinct.forEach(
        (key, judged) -> {
          if (inserted.contains(key)) {
            fresh.add(judged);
            count(totals, judged);
          }
        });
    totals.merge("duplicates", (long) batch.size() - fresh.size(), Long::sum);
    long resets = learn(connection, fresh.stream().filter(Judged::teaches).toList());
    if (resets > 0) {
      totals.merge("resets", resets, Long::sum);
    }
    return totals;
  }

  private static Judged judge(AttributedCall attributed, PolicyView policy) {
    Call call = attributed.call();
    Optional<Model> ran = call.model().flatMap(policy.models()::find);
    OptionalLong catalogue = OptionalLong.empty();
    if (call.tokens().isPresent() && ran.isPresent() && ran.get().price().isPresent()) {
      catalogue = OptionalLong.of(Pricing.nanoUsd(ran.get().price().get(), call.tokens().get()));
    }
    Optional<DecisionId> decision = attributed.decision();
    Optional<String> roleName =
        decision.isPresent() ? policy.roleName(decision.get().roleNo()) : call.role();
    Optional<RolePolicy> role = roleName.flatMap(policy::role);
    Optional<Label> label = role.flatMap(r -> RewardModel.label(call, r));
    Boolean followed =
        decision
            .map(d -> ran.isPresent() && policy.modelOf(d.armNo()).equals(ran.map(Model::name)))
            .orElse(null);
    CallRepository.Row row =
        new CallRepository.Row(
            call,
            decision.isPresent() ? DecisionKeys.bytes(call.decisionId().orElseThrow()) : null,
            decision.map(DecisionId::roleNo).orElse(null),
            call.role().orElse(null),
            decision.isPresent() ? "decision" : call.roleSource().orElse("none"),
            followed,
            catalogue.isPresent() ? catalogue.getAsLong() : null,
            label.map(Label::qualityMicros).orElse(null));
    return new Judged(
        attributed, row, role, Pricing.booked(catalogue, call.reportedNanoUsd()), label);
  }

  private static void count(TreeMap<String, Long> totals, Judged judged) {
    totals.merge("calls", 1L, Long::sum);
    if (judged.label.isPresent()) {
      totals.merge("labels", 1L, Long::sum);
    }
    if (judged.nanoUsd.isEmpty()) {
      totals.merge("unpriced", 1L, Long::sum);
    }
    if (judged.attributed.decision().isPresent()) {
      totals.merge("routed", 1L, Long::sum);
      if (!judged.teaches()) {
        totals.merge("not_followed", 1L, Long::sum);
      }
    } else if (judged.row.role() == null) {
      totals.merge("unattributed", 1L, Long::sum);
    }
  }

  /** The number of arms that were reset. */
  private long learn(Connection connection, List<Judged> fresh) throws SQLException {
    if (fresh.isEmpty()) {
      return 0;
    }
    Map<ByteBuffer, List<Judged>> byRoot = new LinkedHashMap<>();
    Map<ByteBuffer, Episode> opened = new LinkedHashMap<>();
    for (Judged judged : fresh) {
      DecisionId decision = judged.attributed.decision().orElseThrow();
      ByteBuffer root = ByteBuffer.wrap(decision.root());
      byRoot.computeIfAbsent(root, r -> new ArrayList<>()).add(judged);
      opened.putIfAbsent(
          root,
          Episode.opened(decision, judged.role.map(RolePolicy::errorsCountAsZero).orElse(false)));
    }
    Map<ByteBuffer, Episode> before = episodes.lock(connection, opened.values());
    List<Episode> after = new ArrayList<>();
    List<DriftWatch.FirstLabel> firstLabels = new ArrayList<>();
    TreeMap<EvidenceKey, Evidence> deltas = new TreeMap<>();
    TreeMap<EvidenceKey, TreeMap<Integer, Long>> latencies = new TreeMap<>();
    TreeMap<Integer, RoleStateRepository.Delta> roles = new TreeMap<>();
    byRoot.forEach(
        (root, ofEpisode) -> {
          Episode old = before.get(root);
          Episode now = old;
          EvidenceKey key = old.evidenceKey();
          Evidence ofCalls = Evidence.ZERO;
          DecisionId decision = ofEpisode.get(0).attributed.decision().orElseThrow();
          for (Judged judged : ofEpisode) {
            Call call = judged.attributed.call();
            now =
                now.plus(
                    EpisodeCall.of(
                        call,
                        judged.attributed.decision().orElseThrow(),
                        judged.nanoUsd,
                        judged.label));
            ofCalls = ofCalls.plus(Evidence.latency(call.latencyMillis()));
            latencies
                .computeIfAbsent(key, k -> new TreeMap<>())
                .merge(LatencySketch.binOf(call.latencyMillis()), 1L, Long::sum);
          }
          after.add(now);
          if (old.deliveredLabel().isEmpty() && now.deliveredLabel().isPresent()) {
            firstLabels.add(
                new DriftWatch.FirstLabel(
                    DriftWatch.ArmKey.of(key, decision),
                    now.deliveredLabel().get().qualityMicros() / 1e6));
          }
          Evidence delta = now.contribution().minus(old.contribution()).plus(ofCalls);
          deltas.merge(key, delta, Evidence::plus);
          roles.merge(
              key.roleNo(),
              new RoleStateRepository.Delta(ofEpisode.size(), delta.labels()),
              RoleStateRepository.Delta::plus);
        });
    episodes.update(connection, after);
    roleStates.lock(connection, roles.keySet());
    List<DriftWatch.Reset> resets = driftWatch.watch(connection, firstLabels);
    for (DriftWatch.Reset reset : resets) {
      LOG.warnf(
          "arm %d of role %d drifted %s from its own baseline: its older evidence counts little now",
          reset.arm().armNo(),
          reset.arm().roleNo(),
          reset.direction().name().toLowerCase(Locale.ROOT));
    }
    evidence.add(connection, deltas);
    evidence.addLatencies(connection, latencies);
    roleStates.advance(connection, roles, resets);
    return resets.size();
  }
}
