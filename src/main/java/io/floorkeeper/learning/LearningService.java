package io.floorkeeper.learning;

import io.floorkeeper.ledger.AttributedCall;
import io.floorkeeper.ledger.Call;
import io.floorkeeper.ledger.CallRepository;
import io.floorkeeper.ledger.DecisionId;
import io.floorkeeper.ledger.DecisionKeys;
import io.floorkeeper.ledger.Pricing;
import io.floorkeeper.policy.Model;
import io.floorkeeper.policy.PolicyBook;
import io.floorkeeper.policy.RolePolicy;
import jakarta.enterprise.context.ApplicationScoped;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;

/**
 * Facts to evidence, inside the one transaction that also moves the stream's position: writes the
 * calls, adds them to their episodes, and adds what changed in the episodes to the evidence.
 */
@ApplicationScoped
public class LearningService {
  private final CallRepository calls;
  private final EpisodeLearner learner;
  private final SpendCounter spending;
  private final LadderBook ladders;
  private final PolicyBook policyBook;

  LearningService(
      CallRepository calls,
      EpisodeLearner learner,
      SpendCounter spending,
      LadderBook ladders,
      PolicyBook policyBook) {
    this.calls = calls;
    this.learner = learner;
    this.spending = spending;
    this.ladders = ladders;
    this.policyBook = policyBook;
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
    Map<CallRepository.CallKey, JudgedCall> distinct = new LinkedHashMap<>();
    for (AttributedCall attributed : batch) {
      JudgedCall judged = judge(connection, attributed, policy);
      distinct.putIfAbsent(judged.row().key(), judged);
    }
    Set<CallRepository.CallKey> inserted =
        calls.insert(connection, distinct.values().stream().map(JudgedCall::row).toList());
    List<JudgedCall> fresh = new ArrayList<>();
    distinct.forEach(
        (key, judged) -> {
          if (inserted.contains(key)) {
            fresh.add(judged);
            count(totals, judged);
          }
        });
    totals.merge("duplicates", (long) batch.size() - fresh.size(), Long::sum);
    EpisodeLearner.Learned learned =
        learner.learn(connection, fresh.stream().filter(JudgedCall::teaches).toList(), policy);
    learned.totals().forEach((name, by) -> totals.merge(name, by, Long::sum));
    spending
        .called(connection, fresh, learned.begun(), policy)
        .forEach((name, by) -> totals.merge(name, by, Long::sum));
    return totals;
  }

  private JudgedCall judge(Connection connection, AttributedCall attributed, PolicyView policy)
      throws SQLException {
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
    Optional<LadderBook.Rung> rung =
        decision.isPresent() && decision.get().rung() > 0
            ? ladders.rung(connection, decision.get(), policy)
            : Optional.empty();
    Boolean followed = null;
    if (decision.isPresent()) {
      Optional<String> decided =
          decision.get().rung() == 0
              ? policy.modelOf(decision.get().armNo())
              : rung.map(LadderBook.Rung::model);
      followed = ran.isPresent() && decided.equals(ran.map(Model::name));
    }
    CallRepository.Row row =
        new CallRepository.Row(
            call,
            decision.isPresent() ? DecisionKeys.bytes(call.decisionId().orElseThrow()) : null,
            decision.map(DecisionId::roleNo).orElse(null),
            call.role().orElse(null),
            decision.isPresent() ? "decision" : call.roleSource().orElse("none"),
            followed,
            catalogue.isPresent() ? catalogue.getAsLong() : null,
            label.map(Label::qualityMicros).orElse(null),
            decision.map(DecisionId::tenantNo).orElse(0));
    return new JudgedCall(
        attributed, row, role, Pricing.booked(catalogue, call.reportedNanoUsd()), label, rung);
  }

  private static void count(TreeMap<String, Long> totals, JudgedCall judged) {
    totals.merge("calls", 1L, Long::sum);
    if (judged.label().isPresent()) {
      totals.merge("labels", 1L, Long::sum);
    }
    if (judged.nanoUsd().isEmpty()) {
      totals.merge("unpriced", 1L, Long::sum);
    }
    if (judged.attributed().decision().isPresent()) {
      totals.merge("routed", 1L, Long::sum);
      if (!judged.teaches()) {
        totals.merge("not_followed", 1L, Long::sum);
      }
    } else if (judged.row().role() == null) {
      totals.merge("unattributed", 1L, Long::sum);
    }
  }
}
