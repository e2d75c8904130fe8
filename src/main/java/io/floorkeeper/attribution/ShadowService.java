package io.floorkeeper.attribution;

import io.floorkeeper.platform.Causes;
import io.floorkeeper.platform.Problem;
import io.floorkeeper.policy.PolicyBook;
import io.floorkeeper.policy.RolePolicy;
import jakarta.enterprise.context.ApplicationScoped;
import java.sql.SQLException;
import java.time.Instant;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/** From a role's shadowed decisions to what may be said of the bandit, when somebody asks. */
@ApplicationScoped
public class ShadowService {
  /** They are kept while they are added up: some 300 bytes each. */
  static final int MOST_TASKS = 100_000;

  private static final int PATIENCE_SECONDS = 10;

  private final ShadowReader reader;
  private final Semaphore turns = new Semaphore(1, true);

  ShadowService(ShadowReader reader) {
    this.reader = reader;
  }

  /**
   * Reads and adds up, for one at a time.
   *
   * @param since the earliest decision
   * @param alpha how often an interval may miss
   * @throws Problem.Unavailable where others ask at once, or the database is out of reach
   */
  public ShadowAnswer report(
      PolicyBook.Published published,
      RolePolicy role,
      Instant since,
      double alpha,
      ShadowAnswer.Graduation graduation) {
    ShadowTally tally = new ShadowTally();
    for (CandidateArm arm : ClaimService.candidates(published.numbers(), role)) {
      tally.arm(arm.key(), arm.priorQuality(), arm.priorUsd().orElse(Double.NaN));
    }
    awaitTurn();
    try {
      int rows = reader.read(published.numbers().roleNo(role.name()), since, MOST_TASKS, tally);
      return new ShadowReport(role, tally.findings(), alpha)
          .answer(published.version(), since, rows == MOST_TASKS, graduation);
    } catch (SQLException e) {
      throw new Problem.Unavailable(
          "database_unavailable", "the decisions cannot be read: " + Causes.briefly(e));
    } finally {
      turns.release();
    }
  }

  private void awaitTurn() {
    try {
      if (turns.tryAcquire(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        return;
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    throw new Problem.Unavailable("busy", "another shadow is being reported on; try again");
  }
}
