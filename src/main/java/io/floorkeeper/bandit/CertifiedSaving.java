package io.floorkeeper.bandit;

import java.util.List;
import java.util.OptionalDouble;

/**
 * A saving against "every task on the reference arm" that can be defended: it exceeds the truth
 * with a probability of at most alpha, however often it is looked at.
 *
 * <pre>
 * role:   1 - R/(N*L)
 * total:  1 - sum R / sum N*L,   every L at alpha/roles
 * </pre>
 *
 * <p>R are all dollars of the role (retries, classifier, labels, the holdout), N its tasks, L the
 * lower bound of {@link ReferenceCost}, or of {@link HoldoutCost} where the holdout's share is one
 * and the same for all tasks. Savings are signed. What is certified is the dollars that N tasks
 * would have cost on the reference arm in expectation. Holdouts are not pooled across roles: their
 * shares differ, and the pool's mean would be no role's.
 */
public final class CertifiedSaving {

  private CertifiedSaving() {}

  /**
   * What one role spent and what the reference costs at least.
   *
   * @param spentUsd R, not negative and finite
   * @param tasks N, not negative
   * @param reference of the same time
   */
  public record Role(double spentUsd, long tasks, ReferenceBound reference) {
    public Role {
      if (!(spentUsd >= 0 && spentUsd < Double.POSITIVE_INFINITY)) {
        throw new IllegalArgumentException("spentUsd must be finite and not negative: " + spentUsd);
      }
      if (tasks < 0) {
        throw new IllegalArgumentException("tasks must not be negative: " + tasks);
      }
    }
  }

  /**
   * The saving of one role by itself, or nothing where its holdout is too small or too cheap to
   * bound anything. Several roles' savings, each at alpha, do not hold together at alpha.
   *
   * @throws IllegalArgumentException if alpha is outside (0, 1)
   */
  public static OptionalDouble ofRole(Role role, double alpha) {
    return total(List.of(role), alpha);
  }

  /**
   * The saving of all roles together. A role without a bound yet counts with what it spent and as
   * if its tasks would have cost nothing: the claim holds, and grows with the holdout.
   *
   * @param roles all roles that are claimed for, chosen without regard to their holdouts' outcomes
   * @return nothing while no role has a bound
   * @throws IllegalArgumentException if alpha is outside (0, 1)
   */
  public static OptionalDouble total(List<Role> roles, double alpha) {
    if (!(alpha > 0 && alpha < 1)) {
      throw new IllegalArgumentException("alpha must lie in (0, 1): " + alpha);
    }
    double spentUsd = 0;
    double referenceUsd = 0;
    for (Role role : roles) {
      spentUsd += role.spentUsd();
      referenceUsd += role.tasks() * role.reference().lowerBoundUsd(alpha / roles.size()).orElse(0);
    }
    return referenceUsd > 0
        ? OptionalDouble.of(1 - spentUsd / referenceUsd)
        : OptionalDouble.empty();
  }
}
