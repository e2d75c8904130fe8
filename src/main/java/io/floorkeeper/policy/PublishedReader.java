package io.floorkeeper.policy;

import jakarta.enterprise.context.ApplicationScoped;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.Optional;
import org.jboss.logging.Logger;

/** Reads what is in force from Postgres; by JDBC, on the connection of whoever follows it. */
@ApplicationScoped
class PublishedReader {
  private static final Logger LOG = Logger.getLogger(PublishedReader.class);

  /** So far back a replica looks for a version that it can read. */
  private static final int MOST_TRIED = 20;

  private final NumberRegistry numbers;

  PublishedReader(NumberRegistry numbers) {
    this.numbers = numbers;
  }

  /**
   * The newest numbers of the two things that are followed.
   *
   * @param version 0: none yet
   * @param killSwitch 0: never turned
   */
  record Heads(int version, long killSwitch) {}

  /** Two index look-ups. */
  Heads heads(Connection connection) throws SQLException {
    try (PreparedStatement select =
            connection.prepareStatement(
                """
                select (select coalesce(max(version), 0) from policy_version where tenant_no = 0),
                  (select coalesce(max(switch_no), 0) from kill_switch)
                """);
        ResultSet row = select.executeQuery()) {
      row.next();
      return new Heads(row.getInt(1), row.getLong(2));
    }
  }

  /**
   * The newest version that this service can read. A newer service may have published what this one
   * cannot: it then keeps to the version before, and says so.
   *
   * @return empty where there is none
   */
  Optional<PolicyBook.Published> newest(Connection connection) throws SQLException {
    try (PreparedStatement select =
        connection.prepareStatement(
            """
            select version, document, source, author, reason, parent_digest, published_at
            from policy_version where tenant_no = 0 order by version desc limit ?
            """)) {
      select.setInt(1, MOST_TRIED);
      try (ResultSet row = select.executeQuery()) {
        while (row.next()) {
          Optional<Policy> policy = policy(row.getInt(1), row.getString(2), row.getString(3));
          if (policy.isPresent()) {
            return Optional.of(
                new PolicyBook.Published(
                    row.getInt(1),
                    policy.get(),
                    numbers.read(connection),
                    row.getString(2),
                    row.getString(3),
                    new PolicyOrigin(
                        row.getString(4),
                        row.getString(5),
                        row.getString(6),
                        row.getTimestamp(7).toInstant())));
          }
        }
      }
    }
    return Optional.empty();
  }

  private static Optional<Policy> policy(int version, String document, String source) {
    try {
      return Optional.of(PolicyReader.read(document, source));
    } catch (InvalidPolicyException e) {
      LOG.errorf(
          "policy version %d cannot be read here, the one before stays in force: %s",
          version, e.getMessage());
      return Optional.empty();
    }
  }
}
