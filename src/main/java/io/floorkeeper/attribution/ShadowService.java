package io.floorkeeper.attribution;

import io.floorkeeper.platform.Causes;
import io.floorkeeper.platform.Problem;
import io.floorkeeper.platform.Turns;
import io.floorkeeper.policy.PolicyBook;
import io.floorkeeper.policy.RolePolicy;
import jakarta.enterprise.context.ApplicationScoped;
import java.sql.SQLException;
import java.time.Instant;

/** From a role's shadowed decisions to what may be said of the bandit, when somebody asks. */
@ApplicationScoped
public class ShadowService {
  /** They are kept while they are added up: some 300 bytes each. */
  static final int MOST_TASKS = 100_000;

  private final ShadowReader reader;
  private final Turns turns = new Turns(1, "another shadow is being reported on; try again");

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
    try {
      return turns.take(() -> read(published, role, since, alpha, graduation));
    } catch (SQLException e) {
      throw new Problem.Unavailable(
          "database_unavailable", "the decisions cannot be read: " + Causes.briefly(e));
    }
  }

  private ShadowAnswer read(
      PolicyBook.Published published,
      RolePolicy role,
      Instant since,
      double alpha,
      ShadowAnswer.Graduation graduation)
      throws SQLException {
    ShadowTally tally = new ShadowTally();
    for (CandidateArm arm : ClaimService.candidates(published.numbers(), role)) {
      tally.arm(arm.key(), arm.priorQuality(), arm.priorUsd().orElse(Double.NaN));
    }
    int rows = reader.read(published.numbers().roleNo(role.name()), since, MOST_TASKS, tally);
    return new ShadowReport(role, tally.findings(), alpha)
        .answer(published.version(), since, rows == MOST_TASKS, graduation);
  }
}
