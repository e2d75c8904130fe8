package io.floorkeeper.posterior;

import io.floorkeeper.policy.CostCeiling;
import io.floorkeeper.policy.PolicyBook;
import io.floorkeeper.policy.RolePolicy;
import jakarta.enterprise.context.ApplicationScoped;
import java.math.BigDecimal;
import java.sql.Connection;
import java.sql.Date;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;

/**
 * What roles with spend ceilings have spent, read with the evidence, in the same view of the
 * database. Roles without such a ceiling cost nothing.
 */
@ApplicationScoped
class SpendReader {
  private final PolicyBook policies;
  private final SpendSettings settings;

  SpendReader(PolicyBook policies, SpendSettings settings) {
    this.policies = policies;
    this.settings = settings;
  }

  /** By role number; roles without a spend ceiling are left out. */
  Map<Integer, RoleSpend> read(Connection connection, long nowMillis) throws SQLException {
    Map<Integer, CostCeiling> ceilings = ceilings(policies.current());
    if (ceilings.isEmpty()) {
      return Map.of();
    }
    LocalDate today = LocalDate.ofInstant(Instant.ofEpochMilli(nowMillis), ZoneOffset.UTC);
    long dayStart = today.atStartOfDay().toInstant(ZoneOffset.UTC).toEpochMilli();
    Map<Integer, Map<String, Long>> runs = runs(connection, ceilings);
    Map<Integer, RoleSpend> spend = new HashMap<>();
    ceilings
        .keySet()
        .forEach(
            no -> {
              Map<String, Long> ofRole = runs.getOrDefault(no, Map.of());
              spend.put(no, new RoleSpend(dayStart, 0, 0, 0, 0, ofRole));
            });
    days(connection, today, dayStart, nowMillis, spend);
    return spend;
  }

  private static Map<Integer, CostCeiling> ceilings(PolicyBook.Published published) {
    Map<Integer, CostCeiling> ceilings = new TreeMap<>();
    for (RolePolicy role : published.policy().roles().values()) {
      int roleNo = published.numbers().roleNo(role.name());
      if (roleNo != 0 && role.ceiling().isOfSpend()) {
        ceilings.put(roleNo, role.ceiling());
      }
    }
    return ceilings;
  }

  private static void days(
      Connection connection,
      LocalDate today,
      long dayStart,
      long nowMillis,
      Map<Integer, RoleSpend> spend)
      throws SQLException {
    try (PreparedStatement select =
        connection.prepareStatement(
            """
            select w.role_no, t.nano_usd, t.calls, t.unpriced, t.tasks, t.first_at, y.tasks
            from unnest(?::integer[]) as w (role_no)
            left join spend_day t on t.role_no = w.role_no and t.day = ?
            left join spend_day y on y.role_no = w.role_no and y.day = ?
            """)) {
      select.setArray(1, connection.createArrayOf("integer", spend.keySet().toArray()));
      select.setDate(2, Date.valueOf(today));
      select.setDate(3, Date.valueOf(today.minusDays(1)));
      try (ResultSet row = select.executeQuery()) {
        while (row.next()) {
          int roleNo = row.getInt(1);
          OffsetDateTime firstAt = row.getObject(6, OffsetDateTime.class);
          double ahead =
              DayPace.tasksAhead(
                  row.getLong(5),
                  row.getLong(7),
                  firstAt == null ? nowMillis : firstAt.toInstant().toEpochMilli(),
                  dayStart,
                  nowMillis);
          spend.put(
              roleNo,
              new RoleSpend(
                  dayStart,
                  row.getLong(2),
                  row.getLong(3),
                  row.getLong(4),
                  ahead,
                  spend.get(roleNo).runs()));
        }
      }
    }
  }

  /** Those that have reached their role's ceiling and are not over, the latest first. */
  private Map<Integer, Map<String, Long>> runs(
      Connection connection, Map<Integer, CostCeiling> ceilings) throws SQLException {
    Map<Integer, Long> limits = new TreeMap<>();
    ceilings.forEach(
        (no, ceiling) -> ceiling.spendUsdPerRun().ifPresent(usd -> limits.put(no, nano(usd))));
    Map<Integer, Map<String, Long>> runs = new HashMap<>();
    if (limits.isEmpty()) {
      return runs;
    }
    try (PreparedStatement select =
        connection.prepareStatement(
            """
            select r.role_no, r.run_id, r.nano_usd
            from unnest(?::integer[], ?::bigint[]) as c (role_no, ceiling)
            join run_spend r on r.role_no = c.role_no and r.nano_usd >= c.ceiling
            where r.touched_at >= now() - ? * interval '1 second'
            order by r.touched_at desc limit ?
            """)) {
      select.setArray(1, connection.createArrayOf("integer", limits.keySet().toArray()));
      select.setArray(2, connection.createArrayOf("bigint", limits.values().toArray()));
      select.setLong(3, settings.runLife().toSeconds());
      select.setInt(4, settings.mostRuns());
      try (ResultSet row = select.executeQuery()) {
        while (row.next()) {
          runs.computeIfAbsent(row.getInt(1), r -> new HashMap<>())
              .put(row.getString(2), row.getLong(3));
        }
      }
    }
    return runs;
  }

  private static long nano(BigDecimal usd) {
    return CostCeiling.nanoUsd(usd);
  }
}
