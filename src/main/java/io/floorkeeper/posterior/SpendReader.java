package io.floorkeeper.posterior;

import io.floorkeeper.policy.CostCeiling;
import io.floorkeeper.policy.PolicyBook;
import io.floorkeeper.policy.RolePolicy;
import io.micrometer.core.instrument.MeterRegistry;
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
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jboss.logging.Logger;

/**
 * What roles with spend ceilings have spent, read with the evidence, in the same view of the
 * database. Roles without such a ceiling cost nothing.
 */
@ApplicationScoped
class SpendReader {
  private static final Logger LOG = Logger.getLogger(SpendReader.class);

  private final PolicyBook policies;
  private final SpendRepository spend;
  private final SpendSettings settings;
  private final RunsAtCeiling runs;
  private boolean warned;

  SpendReader(
      PolicyBook policies, SpendRepository spend, SpendSettings settings, MeterRegistry meters) {
    this.policies = policies;
    this.spend = spend;
    this.settings = settings;
    this.runs = new RunsAtCeiling(settings.mostRuns(), settings.runLife().toMillis());
    meters.gauge("floorkeeper.spend.runs.beyond", runs, RunsAtCeiling::beyond);
  }

  /**
   * By role number; roles without a spend ceiling are left out. For one thread at a time.
   *
   * @param anew whether nothing that was read before is taken over
   */
  Map<Integer, RoleSpend> read(Connection connection, boolean anew, long nowMillis)
      throws SQLException {
    Map<Integer, CostCeiling> ceilings = ceilings(policies.current());
    if (ceilings.isEmpty()) {
      return Map.of();
    }
    LocalDate today = LocalDate.ofInstant(Instant.ofEpochMilli(nowMillis), ZoneOffset.UTC);
    long dayStart = today.atStartOfDay().toInstant(ZoneOffset.UTC).toEpochMilli();
    followRuns(connection, ceilings, anew, nowMillis);
    Map<Integer, RoleSpend> byRole = new HashMap<>();
    ceilings
        .keySet()
        .forEach(no -> byRole.put(no, new RoleSpend(dayStart, 0, 0, 0, 0, runs.of(no))));
    days(connection, today, dayStart, nowMillis, byRole);
    return byRole;
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

  /** Those that have reached their role's ceiling and are not over. */
  private void followRuns(
      Connection connection, Map<Integer, CostCeiling> ceilings, boolean anew, long nowMillis)
      throws SQLException {
    Map<Integer, Long> limits = new TreeMap<>();
    ceilings.forEach(
        (no, ceiling) -> ceiling.spendUsdPerRun().ifPresent(usd -> limits.put(no, nano(usd))));
    boolean whole = anew || runs.wantsWhole(limits, nowMillis);
    List<RunsAtCeiling.Run> found = new ArrayList<>();
    long total = 0;
    if (!limits.isEmpty()) {
      long back = whole ? settings.runLife().toSeconds() : runs.secondsBack(nowMillis);
      total = spend.runsAtCeiling(connection, limits, back, settings.mostRuns(), found);
    }
    runs.hear(whole, limits, found, total, nowMillis);
    boolean tooMany = runs.beyond() > 0;
    if (tooMany && !warned) {
      LOG.warnf(
          "%d runs at their ceiling are more than floorkeeper.spend.most-runs (%d) and go on as if"
              + " they were not",
          runs.beyond(), settings.mostRuns());
    }
    warned = tooMany;
  }

  private static long nano(BigDecimal usd) {
    return CostCeiling.nanoUsd(usd);
  }
}
