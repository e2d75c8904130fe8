package io.floorkeeper.policy;

import java.util.Map;
import java.util.Optional;

/**
 * The numbers that decision ids carry instead of names: given once, never reused, kept in the
 * database.
 *
 * @param roles role number by role name
 * @param arms arm number by {@link Arm#key()}
 */
public record Numbers(Map<String, Integer> roles, Map<String, Integer> arms) {
  public static final Numbers NONE = new Numbers(Map.of(), Map.of());

  public Numbers {
    roles = Map.copyOf(roles);
    arms = Map.copyOf(arms);
  }

  /** The arm's number, 0 where it has none yet (the database was never reached). */
  public int armNo(Arm arm) {
    return arms.getOrDefault(arm.key(), 0);
  }

  /** The role's number, 0 where it has none yet. */
  public int roleNo(String role) {
    return roles.getOrDefault(role, 0);
  }

  /** The name behind a role's number, for people. */
  public Optional<String> roleName(int roleNo) {
    return name(roles, roleNo);
  }

  /** The key behind an arm's number, for people. */
  public Optional<String> armKey(int armNo) {
    return name(arms, armNo);
  }

  private static Optional<String> name(Map<String, Integer> numbers, int number) {
    return numbers.entrySet().stream()
        .filter(e -> e.getValue() == number)
        .map(Map.Entry::getKey)
        .findFirst();
  }
}
