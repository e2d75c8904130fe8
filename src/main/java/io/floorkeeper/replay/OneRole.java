package io.floorkeeper.replay;

import io.floorkeeper.policy.ContextPolicy;
import io.floorkeeper.policy.Policy;
import io.floorkeeper.policy.RolePolicy;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** All groups of the data as one role, told apart by a column: what is context worth there? */
final class OneRole {
  /** The role that all tasks are of. */
  static final String NAME = "all";

  private OneRole() {}

  /**
   * The policy for it: its own role {@value #NAME} where it has one, else any of its roles, if they
   * are alike. Without a context of its own the role is told apart by the values of the column, as
   * collaborations, the most frequent first and no more than there may be.
   *
   * @throws LiveService.RefusedException where its roles are not alike
   */
  static Policy of(Policy policy, OutcomeData data) {
    RolePolicy role = policy.roles().get(NAME);
    if (role == null) {
      Set<RolePolicy> alike = new java.util.HashSet<>();
      policy.roles().values().forEach(r -> alike.add(r.withName(NAME)));
      if (alike.size() != 1) {
        throw new LiveService.RefusedException(
            "--context makes all groups one role, and the policy's roles are not alike: give it a"
                + " role '"
                + NAME
                + "'");
      }
      role = alike.iterator().next();
    }
    if (role.context().isEmpty()) {
      role = role.withContext(Optional.of(contextOf(data)));
    }
    return new Policy(
        policy.digest(),
        policy.tiers(),
        Map.of(NAME, role),
        Optional.empty(),
        List.of(),
        Set.of(),
        List.of(),
        policy.health(),
        policy.precedence());
  }

  /** The values of the column. */
  static List<String> values(OutcomeData data) {
    Map<String, Integer> counts = new TreeMap<>();
    data.tasks().forEach(task -> counts.merge(task.context(), 1, Integer::sum));
    return new TreeSet<>(counts.keySet())
        .stream()
            .sorted(Comparator.comparing((String value) -> -counts.get(value)))
            .limit(ContextPolicy.MOST_BUCKETS - 1L)
            .toList();
  }

  private static ContextPolicy contextOf(OutcomeData data) {
    return new ContextPolicy(ContextPolicy.Use.AUTO, values(data), List.of(), List.of());
  }
}
