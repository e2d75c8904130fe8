package io.floorkeeper.learning;

import io.floorkeeper.ledger.DecisionId;
import io.floorkeeper.policy.Policy;
import io.floorkeeper.policy.PolicyHistory;
import io.floorkeeper.policy.RolePolicy;
import jakarta.enterprise.context.ApplicationScoped;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Optional;

/**
 * What the policy that made a decision says of its role: by it the decision's judgements are placed
 * on [0, 1]. So it does not matter whether a judgement comes before or after a change of the
 * policy, and to which replica.
 */
@ApplicationScoped
class DecidingRoles {
  private final PolicyHistory history;

  DecidingRoles(PolicyHistory history) {
    this.history = history;
  }

  /** Where the deciding policy is not known, the role as it is now; empty: there is none. */
  Optional<RolePolicy> of(Connection connection, DecisionId decision, PolicyView now)
      throws SQLException {
    Optional<String> name = now.roleName(decision.roleNo());
    Optional<Policy> then = history.version(connection, decision.policyVersion());
    return name.flatMap(n -> then.map(p -> p.roleOrDefault(n)).orElseGet(() -> now.role(n)));
  }
}
