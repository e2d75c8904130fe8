package io.floorkeeper.learning;

import io.floorkeeper.ledger.DecisionId;
import io.floorkeeper.policy.Arm;
import io.floorkeeper.policy.EscalationLadder;
import io.floorkeeper.policy.Policy;
import io.floorkeeper.policy.PolicyHistory;
import io.floorkeeper.policy.RolePolicy;
import jakarta.enterprise.context.ApplicationScoped;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Optional;

/** Which rung of which ladder an escalated call stands on, by the policy that decided. */
@ApplicationScoped
class LadderBook {
  private final PolicyHistory history;

  LadderBook(PolicyHistory history) {
    this.history = history;
  }

  /**
   * A rung.
   *
   * @param armNo the number of its arm
   * @param model that runs there
   * @param ladder digest of the ladder
   */
  record Rung(int armNo, String model, int ladder) {}

  /** Empty where the deciding policy is not known, or its ladder has no such rung. */
  Optional<Rung> rung(Connection connection, DecisionId decision, PolicyView now)
      throws SQLException {
    Optional<Policy> then = history.version(connection, decision.policyVersion());
    Optional<String> start = now.armKey(decision.armNo());
    Optional<RolePolicy> role =
        then.flatMap(p -> now.roleName(decision.roleNo()).flatMap(p::roleOrDefault));
    if (start.isEmpty() || role.isEmpty()) {
      return Optional.empty();
    }
    Optional<Arm> started =
        role.get().candidates().stream().filter(a -> a.key().equals(start.get())).findFirst();
    if (started.isEmpty()) {
      return Optional.empty();
    }
    EscalationLadder ladder = EscalationLadder.above(started.get(), role.get());
    return ladder
        .rung(decision.rung())
        .map(arm -> new Rung(now.armNo(arm), arm.model().name(), ladder.digest()));
  }
}
