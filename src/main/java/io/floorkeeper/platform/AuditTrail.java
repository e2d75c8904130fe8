package io.floorkeeper.platform;

import io.agroal.api.AgroalDataSource;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.transaction.Transactional;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.UUID;

/**
 * What operators did: written in the very transaction that does it, so that there is neither a
 * change without its record nor a record without its change. One hash chain for the installation;
 * who records waits for the others until they commit.
 */
@ApplicationScoped
public class AuditTrail {
  /** The chain of operator events; those of decisions have random ids. */
  public static final UUID CHAIN = new UUID(0, 1);

  public static final String POLICY_PUBLISHED = "policy.published";
  public static final String POLICY_ROLLED_BACK = "policy.rolled_back";
  public static final String KILL_SWITCH_ON = "kill_switch.on";
  public static final String KILL_SWITCH_OFF = "kill_switch.off";
  public static final String KEY_CREATED = "key.created";
  public static final String KEY_REVOKED = "key.revoked";
  public static final String CHAIN_OPENED = "chain.opened";

  private static final int RECORD_KIND = 3;
  private static final long LOCK = 0x666C6F6F72_61L;

  private final AgroalDataSource database;

  AuditTrail(AgroalDataSource database) {
    this.database = database;
  }

  /**
   * One event as it stands in the trail.
   *
   * @param kind {@code policy.published}, {@code key.revoked}, ...: lower-case words, one dot or
   *     more
   * @param actor who did it: {@link Caller#name()}
   * @param subject what it was done to: {@code policy 7}, {@code key 12}, ...
   * @param detail what somebody who reads it later wants to know (digest, reason); never a secret
   */
  public record Event(Instant at, String kind, String actor, String subject, String detail) {
    /** What the chain holds of it. */
    public CanonicalBytes canonical(CanonicalBytes bytes) {
      return bytes
          .begin(RECORD_KIND)
          .time(1, at)
          .text(2, kind)
          .text(3, actor)
          .text(4, subject)
          .text(5, detail);
    }
  }

  /** The subject of events about a policy version; their detail begins with its digest. */
  public static String policySubject(int version) {
    return "policy " + version;
  }

  /** The subject of events about a chain of decisions. */
  public static String chainSubject(UUID chain) {
    return "chain " + chain;
  }

  /**
   * Records within the JTA transaction that is going on ({@code @Transactional}, Panache).
   *
   * @throws jakarta.transaction.TransactionalException where there is none
   */
  @Transactional(Transactional.TxType.MANDATORY)
  public void record(String kind, String actor, String subject, String detail) {
    try (Connection connection = database.getConnection()) {
      record(connection, kind, actor, subject, detail);
    } catch (SQLException e) {
      throw new IllegalStateException("the audit trail does not take it: " + e.getMessage(), e);
    }
  }

  /**
   * Records within the transaction of this connection.
   *
   * @param connection whose auto-commit is off
   */
  public void record(
      Connection connection, String kind, String actor, String subject, String detail)
      throws SQLException {
    append(connection, kind, actor, subject, detail);
  }

  /** The same without the service: for commands that work on the database themselves. */
  public static void append(
      Connection connection, String kind, String actor, String subject, String detail)
      throws SQLException {
    Event event =
        new Event(Instant.now().truncatedTo(ChronoUnit.MICROS), kind, actor, subject, detail);
    HashChain chain = new HashChain();
    long position = 1;
    byte[] previous = chain.beforeFirst(CHAIN);
    try (Statement statement = connection.createStatement()) {
      statement.execute("select pg_advisory_xact_lock(" + LOCK + ")");
      try (ResultSet head =
          statement.executeQuery(
              "select position, hash from audit_event order by position desc limit 1")) {
        if (head.next()) {
          position = head.getLong(1) + 1;
          previous = head.getBytes(2);
        }
      }
    }
    try (PreparedStatement insert =
        connection.prepareStatement(
            "insert into audit_event (position, hash, at, kind, actor, subject, detail)"
                + " values (?, ?, ?, ?, ?, ?, ?)")) {
      insert.setLong(1, position);
      insert.setBytes(2, chain.next(previous, event.canonical(new CanonicalBytes())));
      insert.setObject(3, event.at().atOffset(ZoneOffset.UTC));
      insert.setString(4, kind);
      insert.setString(5, actor);
      insert.setString(6, subject);
      insert.setString(7, detail);
      insert.executeUpdate();
    }
  }
}
