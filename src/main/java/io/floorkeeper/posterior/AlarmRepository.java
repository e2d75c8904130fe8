package io.floorkeeper.posterior;

import jakarta.enterprise.context.ApplicationScoped;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Alarms, resets and standings in Postgres: recorded facts, read and never derived again. Every
 * method works in the caller's transaction.
 */
@ApplicationScoped
public class AlarmRepository {
  /**
   * So many of a role's alarms of each kind are told with its evidence, so that no kind hides
   * another; the table keeps them all.
   */
  private static final int LATEST = 5;

  /**
   * A change of an arm's standing.
   *
   * @param isReset whether its older evidence counts little from this block on
   * @param isDemoted whether it is out of exploitation from this block on
   */
  public record Change(
      int roleNo, int armNo, int block, boolean isReset, boolean isDemoted, String cause) {}

  /** Records an alarm. */
  public void raise(
      Connection connection,
      int roleNo,
      int armNo,
      String kind,
      double bound,
      int block,
      long calls)
      throws SQLException {
    try (PreparedStatement insert =
        connection.prepareStatement(
            "insert into alarm (role_no, arm_no, kind, bound, block, calls)"
                + " values (?, ?, ?, ?, ?, ?)")) {
      insert.setInt(1, roleNo);
      insert.setInt(2, armNo);
      insert.setString(3, kind);
      insert.setDouble(4, bound);
      insert.setInt(5, block);
      insert.setLong(6, calls);
      insert.executeUpdate();
    }
  }

  /**
   * Records that spend has reached its ceiling, between two blocks and two calls of the role as
   * they are.
   *
   * @param subject the day or the run
   */
  public void raiseSpend(
      Connection connection, int roleNo, String kind, double ceilingUsd, String subject)
      throws SQLException {
    try (PreparedStatement insert =
        connection.prepareStatement(
            """
            insert into alarm (role_no, arm_no, kind, bound, block, calls, subject)
            select r.role_no, 0, ?, ?, coalesce(s.block, 0), coalesce(s.calls, 0), ?
            from (select ?::integer as role_no) r left join role_state s using (role_no)
            """)) {
      insert.setString(1, kind);
      insert.setDouble(2, ceilingUsd);
      insert.setString(3, subject);
      insert.setInt(4, roleNo);
      insert.executeUpdate();
    }
  }

  /** Records what an alarm makes of an arm; of several in one block the last one counts. */
  public void change(Connection connection, Change change) throws SQLException {
    if (change.isReset()) {
      try (PreparedStatement insert =
          connection.prepareStatement(
              "insert into arm_reset (role_no, arm_no, block, direction) values (?, ?, ?, ?)"
                  + " on conflict do nothing")) {
        insert.setInt(1, change.roleNo());
        insert.setInt(2, change.armNo());
        insert.setInt(3, change.block());
        insert.setString(4, change.isDemoted() ? "down" : "up");
        insert.executeUpdate();
      }
    }
    try (PreparedStatement insert =
        connection.prepareStatement(
            "insert into arm_standing (role_no, arm_no, block, demoted, cause)"
                + " values (?, ?, ?, ?, ?) on conflict (role_no, arm_no, block)"
                + " do update set demoted = excluded.demoted, cause = excluded.cause")) {
      insert.setInt(1, change.roleNo());
      insert.setInt(2, change.armNo());
      insert.setInt(3, change.block());
      insert.setBoolean(4, change.isDemoted());
      insert.setString(5, change.cause());
      insert.executeUpdate();
    }
  }

  Map<Integer, List<ArmStanding>> standings(Connection connection, Object[] roleNos)
      throws SQLException {
    Map<Integer, List<ArmStanding>> standings = new HashMap<>();
    try (PreparedStatement select =
        connection.prepareStatement(
            """
            select distinct on (role_no, arm_no) role_no, arm_no, block, demoted, cause,
              (select count(*) from arm_reset r where r.role_no = s.role_no and r.arm_no = s.arm_no) as resets
            from arm_standing s where role_no = any (?) order by role_no, arm_no, block desc
            """)) {
      select.setArray(1, connection.createArrayOf("integer", roleNos));
      try (ResultSet row = select.executeQuery()) {
        while (row.next()) {
          standings
              .computeIfAbsent(row.getInt("role_no"), r -> new ArrayList<>())
              .add(
                  new ArmStanding(
                      row.getInt("arm_no"),
                      row.getInt("resets"),
                      row.getBoolean("demoted") ? row.getInt("block") : ArmStanding.NOT_DEMOTED,
                      row.getString("cause")));
        }
      }
    }
    return standings;
  }

  Map<Integer, List<RaisedAlarm>> latest(Connection connection, Object[] roleNos)
      throws SQLException {
    Map<Integer, List<RaisedAlarm>> alarms = new HashMap<>();
    try (PreparedStatement select =
        connection.prepareStatement(
            """
            select a.* from unnest(?::integer[]) as wanted (role_no)
            cross join unnest(array['drift_down', 'drift_up', 'floor', 'ceiling', 'spike',
              'spend_day', 'spend_run']) as k (kind)
            cross join lateral (select * from alarm where role_no = wanted.role_no
              and alarm.kind = k.kind order by alarm_no desc limit ?) a
            order by a.role_no, a.alarm_no desc
            """)) {
      select.setArray(1, connection.createArrayOf("integer", roleNos));
      select.setInt(2, LATEST);
      try (ResultSet row = select.executeQuery()) {
        while (row.next()) {
          alarms
              .computeIfAbsent(row.getInt("role_no"), r -> new ArrayList<>())
              .add(
                  new RaisedAlarm(
                      row.getLong("alarm_no"),
                      row.getInt("arm_no"),
                      row.getString("kind"),
                      row.getDouble("bound"),
                      row.getInt("block"),
                      row.getLong("calls"),
                      row.getObject("raised_at", OffsetDateTime.class).toInstant().toString(),
                      row.getString("subject")));
        }
      }
    }
    return alarms;
  }
}
