package io.floorkeeper.learning;

import io.floorkeeper.ledger.AttributedCall;
import io.floorkeeper.ledger.CallRepository;
import io.floorkeeper.ledger.CorrelationRepository;
import io.floorkeeper.policy.PolicyBook;
import io.floorkeeper.pricing.Catalogue;
import io.floorkeeper.pricing.PriceBook;
import jakarta.enterprise.context.ApplicationScoped;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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
  private final EvaluationJoin evaluations;
  private final EpisodeLearner learner;
  private final CorrelationRepository correlation;
  private final SpendCounter spending;
  private final CallJudge judge;
  private final PolicyBook policyBook;
  private final PriceBook prices;
  private final PriceDivergence divergence;

  LearningService(
      CallRepository calls,
      EvaluationJoin evaluations,
      EpisodeLearner learner,
      CorrelationRepository correlation,
      SpendCounter spending,
      CallJudge judge,
      PolicyBook policyBook,
      PriceBook prices,
      PriceDivergence divergence) {
    this.calls = calls;
    this.evaluations = evaluations;
    this.learner = learner;
    this.correlation = correlation;
    this.spending = spending;
    this.judge = judge;
    this.policyBook = policyBook;
    this.prices = prices;
    this.divergence = divergence;
  }

  /**
   * Applies a batch by the policy in force. Nothing is written for a call that is already there.
   *
   * @param connection in the transaction that the caller commits
   * @return by how much the ingest totals moved: {@code calls}, {@code duplicates}, ...
   */
  public SortedMap<String, Long> apply(Connection connection, Facts facts) throws SQLException {
    return apply(connection, facts, policyBook.current(), prices.current());
  }

  /** As {@link #apply(Connection, Facts)}, by another policy and other prices. */
  public SortedMap<String, Long> apply(
      Connection connection, Facts facts, PolicyBook.Published published, Catalogue catalogue)
      throws SQLException {
    TreeMap<String, Long> totals = new TreeMap<>();
    PolicyView policy = PolicyView.of(published, catalogue);
    List<AttributedCall> batch = facts.calls();
    Map<CallRepository.CallKey, JudgedCall> distinct = new LinkedHashMap<>();
    for (AttributedCall attributed : batch) {
      JudgedCall judged = judge.judge(connection, attributed, policy);
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
    divergence.count(connection, fresh);
    totals.merge("duplicates", (long) batch.size() - fresh.size(), Long::sum);
    Joined joined = evaluations.join(connection, fresh, facts.evaluations());
    EpisodeLearner.Learned learned =
        learner.learn(
            connection, fresh.stream().filter(JudgedCall::teaches).toList(), joined, policy);
    joined.totals.forEach((name, by) -> totals.merge(name, by, Long::sum));
    learned.totals().forEach((name, by) -> totals.merge(name, by, Long::sum));
    spending
        .called(connection, fresh, learned.begun(), policy)
        .forEach((name, by) -> totals.merge(name, by, Long::sum));
    correlation.add(connection, joined.hours);
    return totals;
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
