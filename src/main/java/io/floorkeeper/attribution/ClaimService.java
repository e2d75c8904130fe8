package io.floorkeeper.attribution;

import io.floorkeeper.platform.Problem;
import io.floorkeeper.platform.Turns;
import io.floorkeeper.policy.Arm;
import io.floorkeeper.policy.Numbers;
import io.floorkeeper.policy.PolicyBook;
import io.floorkeeper.policy.RolePolicy;
import jakarta.enterprise.context.ApplicationScoped;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalDouble;

/** From a role's log to its claims, when somebody asks. */
@ApplicationScoped
class ClaimService {
  /** Reading and adding up so many takes some seconds; nobody waits for it but who asked. */
  static final int MOST_TASKS = 200_000;

  /** Learning needs the database's connections more. */
  private static final int AT_ONCE = 2;

  private final TaskReader tasks;
  private final Turns turns = new Turns(AT_ONCE, "other estimates are being read; try again");

  ClaimService(TaskReader tasks) {
    this.tasks = tasks;
  }

  /**
   * The claims and how they were bounded.
   *
   * @param truncated whether older tasks were left out
   */
  record Answer(RoleClaims claims, boolean truncated) {}

  /**
   * Reads and adds up, for few at a time.
   *
   * @throws Problem.Unavailable where too many ask at once
   * @throws SQLException where the database is out of reach or too slow
   */
  Answer claims(PolicyBook.Published published, RolePolicy role, Instant since, double alpha)
      throws SQLException {
    return turns.take(() -> read(published, role, since, alpha));
  }

  private Answer read(PolicyBook.Published published, RolePolicy role, Instant since, double alpha)
      throws SQLException {
    RoleTally tally = new RoleTally(candidates(published.numbers(), role));
    int rows = tasks.read(published.numbers().roleNo(role.name()), since, MOST_TASKS, tally::add);
    boolean truncated = rows == MOST_TASKS;
    Instant from = truncated ? Instant.ofEpochMilli(tally.fromMillis()) : since;
    tally.addRouting(tasks.classifierNanoUsd(published.numbers().roleNo(role.name()), from));
    return new Answer(tally.claims(role.presetIndex(), alpha), truncated);
  }

  static List<CandidateArm> candidates(Numbers numbers, RolePolicy role) {
    List<CandidateArm> candidates = new ArrayList<>();
    for (int k = 0; k < role.candidates().size(); k++) {
      Arm arm = role.candidates().get(k);
      candidates.add(
          new CandidateArm(
              numbers.armNo(arm), arm.key(), role.priorMeans().get(k), priorUsd(arm, role)));
    }
    return candidates;
  }

  private static OptionalDouble priorUsd(Arm arm, RolePolicy role) {
    return arm.model()
        .price()
        .map(
            price ->
                price
                    .at(role.expectedInputTokens())
                    .usd(role.expectedInputTokens(), 0, 0, role.expectedOutputTokens(), 0, 1))
        .map(OptionalDouble::of)
        .orElse(OptionalDouble.empty());
  }
}
