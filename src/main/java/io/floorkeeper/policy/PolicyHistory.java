package io.floorkeeper.policy;

import jakarta.enterprise.context.ApplicationScoped;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** Policies that were in force once: a decision is judged by the version that made it. */
@ApplicationScoped
public class PolicyHistory {
  private final PolicyBook book;
  private final NumberRegistry numbers;

  /** Versions are immutable; there are as many as there were changes. */
  private final Map<Integer, Optional<Policy>> read = new ConcurrentHashMap<>();

  PolicyHistory(PolicyBook book, NumberRegistry numbers) {
    this.book = book;
    this.numbers = numbers;
  }

  /**
   * The policy of a version; empty where there is none of that number, or where this service reads
   * its document no longer.
   *
   * @param connection that is asked where the version is not known here yet
   */
  public Optional<Policy> version(Connection connection, int version) throws SQLException {
    PolicyBook.Published current = book.current();
    if (current.version() == version) {
      return Optional.of(current.policy());
    }
    Optional<Policy> known = read.get(version);
    if (known != null) {
      return known;
    }
    try (PreparedStatement select =
        connection.prepareStatement(
            "select document, source from policy_version where tenant_no = 0 and version = ?")) {
      select.setInt(1, version);
      try (ResultSet row = select.executeQuery()) {
        if (!row.next()) {
          return Optional.empty();
        }
        Optional<Policy> policy = policy(row.getString(1), row.getString(2));
        read.put(version, policy);
        return policy;
      }
    }
  }

  /**
   * A version as it was in force: with the numbers that its names and those of the versions before
   * had, and none that was given later.
   *
   * @return empty as {@link #version} is
   * @throws IllegalStateException where one of the versions before cannot be read: which numbers
   *     there were is then not known
   */
  public Optional<PolicyBook.Published> inForce(Connection connection, int version)
      throws SQLException {
    Optional<Policy> policy = version(connection, version);
    if (policy.isEmpty()) {
      return Optional.empty();
    }
    Set<String> roles = new HashSet<>();
    Set<String> arms = new HashSet<>();
    for (int earlier = version; earlier > 0; earlier--) {
      int number = earlier;
      Policy known =
          version(connection, earlier)
              .orElseThrow(
                  () -> new IllegalStateException("policy version " + number + " is not readable"));
      roles.addAll(known.roles().keySet());
      known.roles().values().forEach(r -> r.candidates().forEach(arm -> arms.add(arm.key())));
    }
    Numbers all = numbers.read(connection);
    return Optional.of(
        new PolicyBook.Published(
            version,
            policy.get(),
            new Numbers(kept(all.roles(), roles), kept(all.arms(), arms), all.buckets()),
            "",
            "policy_version"));
  }

  private static Map<String, Integer> kept(Map<String, Integer> numbers, Set<String> names) {
    Map<String, Integer> kept = new HashMap<>(numbers);
    kept.keySet().retainAll(names);
    return kept;
  }

  /**
   * A version as its row has it at this moment.
   *
   * @param digest that was kept when it was published
   * @param policy empty where this service reads its document no longer; its digest is that of the
   *     document as it stands now
   */
  public record Stored(String digest, Optional<Policy> policy) {}

  /** Reads the row again, whatever is remembered: for those who do not believe it. */
  public Optional<Stored> stored(Connection connection, int version) throws SQLException {
    try (PreparedStatement select =
        connection.prepareStatement(
            "select digest, document, source from policy_version"
                + " where tenant_no = 0 and version = ?")) {
      select.setInt(1, version);
      try (ResultSet row = select.executeQuery()) {
        return row.next()
            ? Optional.of(new Stored(row.getString(1), policy(row.getString(2), row.getString(3))))
            : Optional.empty();
      }
    }
  }

  private static Optional<Policy> policy(String document, String source) {
    try {
      return Optional.of(PolicyReader.read(document, source));
    } catch (InvalidPolicyException e) {
      return Optional.empty();
    }
  }
}
