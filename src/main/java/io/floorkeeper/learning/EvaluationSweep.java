package io.floorkeeper.learning;

import io.floorkeeper.ledger.CorrelationRepository;
import io.floorkeeper.ledger.EvaluationRepository;
import io.floorkeeper.ledger.EvaluationRepository.Stored;
import io.floorkeeper.ledger.TotalsRepository;
import io.floorkeeper.policy.PolicyBook;
import io.floorkeeper.pricing.Catalogue;
import jakarta.enterprise.context.ApplicationScoped;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.TreeMap;

/**
 * Looks again at judgements that wait: a judgement and its call that came in two transactions at
 * one moment have not seen each other. What has waited for too long ends as expired, and counted.
 * Any number of replicas may look at once: each takes rows that no other has locked.
 */
@ApplicationScoped
class EvaluationSweep {
  private static final int MOST = 500;

  private final EvaluationRepository evaluations;
  private final EvaluationJoin join;
  private final EpisodeLearner learner;
  private final CorrelationRepository correlation;
  private final TotalsRepository totals;
  private final PolicyBook policies;

  EvaluationSweep(
      EvaluationRepository evaluations,
      EvaluationJoin join,
      EpisodeLearner learner,
      CorrelationRepository correlation,
      TotalsRepository totals,
      PolicyBook policies) {
    this.evaluations = evaluations;
    this.join = join;
    this.learner = learner;
    this.correlation = correlation;
    this.totals = totals;
    this.policies = policies;
  }

  /**
   * One look, in the caller's transaction.
   *
   * @return whether there may be more that is due
   */
  boolean look(Connection connection) throws SQLException {
    List<Stored> due = evaluations.due(connection, MOST);
    if (due.isEmpty()) {
      return false;
    }
    Joined joined = join.look(connection, due);
    EpisodeLearner.Learned learned =
        learner.learn(
            connection,
            List.of(),
            List.of(),
            joined,
            PolicyView.of(policies.current(), Catalogue.NONE));
    TreeMap<String, Long> moved = new TreeMap<>(joined.totals);
    learned.totals().forEach((name, by) -> moved.merge(name, by, Long::sum));
    correlation.add(connection, joined.hours);
    totals.add(connection, moved);
    return due.size() >= MOST;
  }
}
