package io.floorkeeper.policy;

import io.floorkeeper.platform.AuditTrail;
import jakarta.enterprise.context.ApplicationScoped;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;

/**
 * The rows of the kill switch. By JDBC: whoever follows it has a connection of its own, so that a
 * busy pool delays no switch.
 */
@ApplicationScoped
class KillSwitchRepository {
  private static final long LOCK = 0x6B696C6CL;

  private final AuditTrail trail;

  KillSwitchRepository(AuditTrail trail) {
    this.trail = trail;
  }

  /** Appends a row and returns its number, in a transaction of its own. */
  long append(Connection connection, KillSwitch said) throws SQLException {
    boolean before = connection.getAutoCommit();
    connection.setAutoCommit(false);
    try (Statement lock = connection.createStatement();
        PreparedStatement insert =
            connection.prepareStatement(
                """
                insert into kill_switch (switch_no, is_on, reason, author, switched_at)
                select coalesce(max(switch_no), 0) + 1, ?, ?, ?, ? from kill_switch
                returning switch_no
                """)) {
      lock.execute("set local lock_timeout = '2s'");
      lock.execute("set local idle_in_transaction_session_timeout = '5s'");
      lock.execute("select pg_advisory_xact_lock(" + LOCK + ")");
      insert.setBoolean(1, said.on());
      insert.setString(2, said.reason());
      insert.setString(3, said.author());
      insert.setObject(4, Instant.ofEpochMilli(said.atMillis()).atOffset(ZoneOffset.UTC));
      long number;
      try (ResultSet row = insert.executeQuery()) {
        row.next();
        number = row.getLong(1);
      }
      trail.record(
          connection,
          said.on() ? AuditTrail.KILL_SWITCH_ON : AuditTrail.KILL_SWITCH_OFF,
          said.author(),
          "kill switch " + number,
          said.reason() == null ? "" : said.reason());
      connection.commit();
      return number;
    } catch (SQLException e) {
      connection.rollback();
      throw e;
    } finally {
      connection.setAutoCommit(before);
    }
  }

  /** The newest rows, newest first. */
  List<KillSwitch> newest(Connection connection, int limit) throws SQLException {
    List<KillSwitch> rows = new ArrayList<>();
    try (PreparedStatement select =
        connection.prepareStatement(
            "select switch_no, is_on, reason, author, switched_at from kill_switch"
                + " order by switch_no desc limit ?")) {
      select.setInt(1, limit);
      try (ResultSet row = select.executeQuery()) {
        while (row.next()) {
          rows.add(
              new KillSwitch(
                  row.getLong(1),
                  row.getBoolean(2),
                  row.getString(3),
                  row.getString(4),
                  row.getTimestamp(5).getTime(),
                  true));
        }
      }
    }
    return rows;
  }
}
