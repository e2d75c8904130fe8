package io.floorkeeper.ledger;

import jakarta.enterprise.context.ApplicationScoped;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** Which decisions were ever heard of again. */
@ApplicationScoped
public class HeardRepository {

  /**
   * The latest tasks of a role that are old enough.
   *
   * @param tasks first decisions, however often they went on
   * @param unheard those without any call, followed or not
   */
  public record OfRole(String role, long tasks, long unheard) {}

  /**
   * Walks the newest end of each role's part of an index, so it costs the same whatever was decided
   * before. Ids signed while the database was out of reach (key 15) are left out: their calls count
   * without them.
   */
  private static final String READ =
      """
      select r.name, count(*), count(*) filter (where not t.heard)
      from role r
      cross join lateral (
        select distinct on (d.root) d.root,
          exists (select 1 from episode e where e.root = d.root and e.calls > 0)
            or exists (select 1 from call c
              where c.followed is false and substring(c.decision_id from 4 for 33) = d.root) as heard
        from (
          select substring(decision_id from 4 for 33) as root
          from decision
          where role_no = r.role_no and get_byte(decision_id, 0) & 15 <> 15
            and decided_at >= now() - make_interval(secs => ?)
            and decided_at < now() - make_interval(secs => ?)
          order by decided_at desc limit ?) d) t
      group by r.name order by r.name
      """;

  /**
   * @param wait how old a decision has to be
   * @param window how old it may be beyond that
   * @param perRole answers at most of each role
   */
  public List<OfRole> read(Connection connection, Duration wait, Duration window, int perRole)
      throws SQLException {
    try (PreparedStatement select = connection.prepareStatement(READ)) {
      select.setDouble(1, wait.plus(window).toMillis() / 1e3);
      select.setDouble(2, wait.toMillis() / 1e3);
      select.setInt(3, perRole);
      List<OfRole> roles = new ArrayList<>();
      try (ResultSet row = select.executeQuery()) {
        while (row.next()) {
          roles.add(new OfRole(row.getString(1), row.getLong(2), row.getLong(3)));
        }
      }
      return roles;
    }
  }
}
