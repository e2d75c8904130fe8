package io.floorkeeper.policy;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The numbers that decision ids carry instead of names: given once, never reused, kept in the
 * database.
 *
 * @param roles role number by role name
 * @param arms arm number by {@link Arm#key()}
 * @param buckets by role name, and in it by {@link ContextPolicy#meanings() meaning}: the bucket's
 *     number, 1 to {@link #MOST_BUCKET_NO}; null (a snapshot of an earlier version): none
 */
public record Numbers(
    Map<String, Integer> roles,
    Map<String, Integer> arms,
    Map<String, Map<String, Integer>> buckets) {
  public static final Numbers NONE = new Numbers(Map.of(), Map.of());

  /** A decision id has one byte for the bucket; 0 says that there is none. */
  public static final int MOST_BUCKET_NO = 255;

  public Numbers {
    roles = Map.copyOf(roles);
    arms = Map.copyOf(arms);
    Map<String, Map<String, Integer>> copies = new HashMap<>();
    if (buckets != null) {
      buckets.forEach((role, ofRole) -> copies.put(role, Map.copyOf(ofRole)));
    }
    buckets = Map.copyOf(copies);
  }

  /** Of a policy without contexts. */
  public Numbers(Map<String, Integer> roles, Map<String, Integer> arms) {
    this(roles, arms, Map.of());
  }

  /** These, and buckets from 1 on in the order of every role's definition: for invented worlds. */
  public Numbers withBucketsOf(Policy policy) {
    Map<String, Map<String, Integer>> numbered = new HashMap<>();
    for (RolePolicy role : policy.roles().values()) {
      Map<String, Integer> ofRole = new HashMap<>();
      role.context().ifPresent(c -> c.meanings().forEach(m -> ofRole.put(m, ofRole.size() + 1)));
      numbered.put(role.name(), ofRole);
    }
    return new Numbers(roles, arms, numbered);
  }

  /**
   * The numbers of a role's buckets, by slot; 0, which is no context, where one has no number: the
   * database was never reached, or the role has used up its 255.
   */
  public int[] bucketNos(RolePolicy role) {
    Map<String, Integer> ofRole = buckets.getOrDefault(role.name(), Map.of());
    return role.context()
        .map(c -> c.meanings().stream().mapToInt(m -> ofRole.getOrDefault(m, 0)).toArray())
        .orElseGet(() -> new int[0]);
  }

  /** What a role's bucket holds, for people; also of definitions that are no more. */
  public Optional<String> bucketMeaning(String role, int bucketNo) {
    return name(buckets.getOrDefault(role, Map.of()), bucketNo);
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
