package io.floorkeeper.routing;

import io.floorkeeper.ledger.DecisionKeys;
import io.floorkeeper.policy.PolicyBook;
import io.floorkeeper.policy.RolePolicy;
import io.floorkeeper.posterior.RoleSpend;
import java.util.Map;

/**
 * Everything that {@code /route} reads: one immutable object, taken once per request.
 *
 * @param roles by role name
 * @param evidenceAtMillis when the evidence behind it was read from the database; 0: never
 * @param gates by role name, of roles that have any
 * @param spend by role name, of roles with a spend ceiling
 * @param prices {@link io.floorkeeper.policy.Policy#prices()} of the policy
 * @param killSwitch whether every role answers by its preset tier
 */
record AllocationSnapshot(
    Source source,
    PolicyBook.Published published,
    DecisionKeys keys,
    RoleTable roles,
    long evidenceAtMillis,
    Map<String, RoleGates> gates,
    Map<String, RoleSpend> spend,
    int prices,
    boolean killSwitch) {

  /** Where the evidence comes from. */
  enum Source {
    /** The database, followed. */
    LIVE,
    /** The snapshot that an earlier run left on disk. */
    DISK,
    /** None: the policy's priors alone. */
    STATIC
  }

  /** The same with the kill switch so. */
  AllocationSnapshot withKillSwitch(boolean on) {
    return on == killSwitch
        ? this
        : new AllocationSnapshot(
            source, published, keys, roles, evidenceAtMillis, gates, spend, prices, on);
  }

  /** The same behind these gates. */
  AllocationSnapshot withGates(Map<String, RoleGates> others) {
    return new AllocationSnapshot(
        source, published, keys, roles, evidenceAtMillis, others, spend, prices, killSwitch);
  }

  RoleGates gates(RoleRoutes routes) {
    return gates.isEmpty()
        ? RoleGates.NONE
        : gates.getOrDefault(routes.policy().name(), RoleGates.NONE);
  }

  /** What the role has spent; null: it has no spend ceiling, or nobody knows. */
  RoleSpend spend(RolePolicy role) {
    return spend.get(role.name());
  }

  /** The routes of the role, or of the policy's default role, or null. */
  RoleRoutes routes(String role) {
    RoleRoutes own = roles.get(role);
    if (own != null || published.policy().defaultRole().isEmpty()) {
      return own;
    }
    return roles.get(published.policy().defaultRole().get());
  }
}
