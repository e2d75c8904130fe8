package io.floorkeeper.learning;

import io.floorkeeper.ledger.AttributedCall;
import io.floorkeeper.ledger.CallHourRepository;
import io.floorkeeper.ledger.CallPartitions;
import io.floorkeeper.ledger.CallRepository;
import io.floorkeeper.ledger.CallWindow;
import io.floorkeeper.ledger.CorrelationRepository;
import io.floorkeeper.policy.PolicyBook;
import io.floorkeeper.pricing.Catalogue;
import io.floorkeeper.pricing.PriceBook;
import jakarta.enterprise.context.ApplicationScoped;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;

/**
 * Facts to evidence, inside the one transaction that also moves the stream's position: writes the
 * calls, adds them to their episodes, and adds what changed in the episodes to the evidence.
 */
@ApplicationScoped
public class LearningService {
  private final CallWindow window;
  private final CallPartitions partitions;
  private final CallRepository calls;
  private final EvaluationJoin evaluations;
  private final EpisodeLearner learner;
  private final CorrelationRepository correlation;
  private final SpendCounter spending;
  private final CallHourRepository hours;
  private final ResponseTwins twins;
  private final AncestorJoin ancestors;
  private final CallJudge judge;
  private final PolicyBook policyBook;
  private final PriceBook prices;
  private final PriceDivergence divergence;

  LearningService(
      CallWindow window,
      CallPartitions partitions,
      CallRepository calls,
      EvaluationJoin evaluations,
      EpisodeLearner learner,
      CorrelationRepository correlation,
      SpendCounter spending,
      CallHourRepository hours,
      ResponseTwins twins,
      AncestorJoin ancestors,
      CallJudge judge,
      PolicyBook policyBook,
      PriceBook prices,
      PriceDivergence divergence) {
    this.window = window;
    this.partitions = partitions;
    this.calls = calls;
    this.evaluations = evaluations;
    this.learner = learner;
    this.correlation = correlation;
    this.spending = spending;
    this.hours = hours;
    this.twins = twins;
    this.ancestors = ancestors;
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
    PolicyView policy = PolicyView.of(published, catalogue);
    CallSums sums = new CallSums();
    Map<CallRepository.CallKey, JudgedCall> distinct =
        distinct(connection, facts.calls(), policy, sums);
    ancestors.note(connection, facts.links(), distinct.values());
    partitions.ensure(
        distinct.keySet().stream().map(CallRepository.CallKey::day).distinct().toList());
    Set<CallRepository.CallKey> inserted =
        calls.insert(connection, distinct.values().stream().map(JudgedCall::row).toList());
    List<JudgedCall> fresh = new ArrayList<>();
    distinct.forEach(
        (key, judged) -> {
          if (inserted.contains(key)) {
            fresh.add(judged);
          }
        });
    sums.count("duplicates", (long) distinct.size() - fresh.size());
    ResponseTwins.Settled responses = twins.settle(connection, fresh, policy);
    List<JudgedCall> counting = responses.counting();
    List<JudgedCall> teaching = counting.stream().filter(JudgedCall::teaches).toList();
    sums.add(responses);
    divergence.count(connection, responses, policy);
    Joined joined = evaluations.join(connection, fresh, teaching, facts.evaluations());
    evaluations.forget(connection, responses.corrections(), joined);
    EpisodeLearner.Learned learned =
        learner.learn(connection, teaching, responses.corrections(), joined, policy);
    joined.totals.forEach(sums::count);
    learned.totals().forEach(sums::count);
    spending
        .called(connection, sums.spent(), learned.begun(), learned.ended(), policy)
        .forEach(sums::count);
    hours.move(connection, sums.hours());
    correlation.add(connection, joined.hours);
    ancestors.await(connection, fresh);
    return sums.totals();
  }

  /**
   * Gives calls the roles of their ancestors, as far as their spans have come. Where the service
   * runs, that happens by itself every second; who works everything out again asks for it.
   */
  public void joinAncestors(Connection connection) throws SQLException {
    ancestors.joinAll(connection);
  }

  /** Each call once, without those that cannot be taken. */
  private Map<CallRepository.CallKey, JudgedCall> distinct(
      Connection connection, List<AttributedCall> batch, PolicyView policy, CallSums sums)
      throws SQLException {
    Map<CallRepository.CallKey, JudgedCall> distinct = new LinkedHashMap<>();
    LocalDate earliest = LocalDate.MAX;
    for (AttributedCall attributed : batch) {
      JudgedCall judged = judge.judge(connection, attributed, policy);
      if (distinct.putIfAbsent(judged.row().key(), judged) != null) {
        sums.count("duplicates", 1);
      }
      if (judged.row().key().day().isBefore(earliest)) {
        earliest = judged.row().key().day();
      }
    }
    LocalDate horizon = window.settled(connection, earliest);
    distinct
        .entrySet()
        .removeIf(
            entry -> {
              Optional<CallWindow.Refusal> refusal =
                  entry.getKey().day().isBefore(horizon)
                      ? Optional.of(CallWindow.Refusal.TOO_OLD)
                      : window.refusal(entry.getValue().attributed().call().startedAt());
              refusal.ifPresent(why -> sums.count(why.code(), 1));
              return refusal.isPresent();
            });
    return distinct;
  }
}
