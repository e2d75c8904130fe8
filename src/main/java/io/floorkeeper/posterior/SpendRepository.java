package io.floorkeeper.posterior;

import io.floorkeeper.platform.ArrayColumns;
import jakarta.enterprise.context.ApplicationScoped;
import java.sql.Connection;
import java.sql.Date;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * What was spent, written with the calls that spent it. Every method works in the caller's
 * transaction; rows are locked in key order, days before tasks before runs.
 */
@ApplicationScoped
public class SpendRepository {

  /** A role's day (UTC). */
  public record DayKey(LocalDate day, int roleNo) implements Comparable<DayKey> {
    private static final Comparator<DayKey> ORDER =
        Comparator.comparing(DayKey::day).thenComparing(DayKey::roleNo);

    @Override
    public int compareTo(DayKey other) {
      return ORDER.compare(this, other);
    }
  }

  /** A role's part of a run. */
  public record RunKey(int roleNo, String runId) {}

  /**
   * What new calls cost.
   *
   * @param nanoUsd of those that can be priced
   * @param unpriced how many cannot
   */
  public record Amount(long nanoUsd, long calls, long unpriced) {
    public static final Amount ZERO = new Amount(0, 0, 0);

    public Amount plus(Amount other) {
      return new Amount(
          Math.addExact(nanoUsd, other.nanoUsd), calls + other.calls, unpriced + other.unpriced);
    }
  }

  /**
   * What a batch brings to a day.
   *
   * @param tasks that began
   * @param firstAtMillis the start of the earliest
   */
  public record DayDelta(Amount amount, long tasks, long firstAtMillis) {
    public DayDelta plus(DayDelta other) {
      return new DayDelta(
          amount.plus(other.amount),
          tasks + other.tasks,
          Math.min(firstAtMillis, other.firstAtMillis));
    }
  }

  /**
   * What a batch brings to a task.
   *
   * @param root of its decision id
   * @param held whether it is kept where nobody has told of its run yet
   */
  public record TaskDelta(byte[] root, int roleNo, Amount amount, boolean held) {}

  /** A task and the run that it is part of. */
  public record RunTask(byte[] root, int roleNo, String runId) {}

  private static final String BOOK =
      """
      insert into spend_day as s (day, role_no, nano_usd, calls, unpriced, tasks, first_at)
      select u.day, u.role_no, u.nano_usd, u.calls, u.unpriced, u.tasks,
        to_timestamp(u.first_at_millis / 1000.0)
      from unnest(?::date[], ?::integer[], ?::bigint[], ?::bigint[], ?::bigint[], ?::bigint[], ?::bigint[])
        as u (day, role_no, nano_usd, calls, unpriced, tasks, first_at_millis)
      order by u.day, u.role_no
      on conflict (day, role_no) do update set nano_usd = s.nano_usd + excluded.nano_usd,
        calls = s.calls + excluded.calls, unpriced = s.unpriced + excluded.unpriced,
        tasks = s.tasks + excluded.tasks, first_at = least(s.first_at, excluded.first_at)
      """;

  /** Adds to the days. */
  public void book(Connection connection, Map<DayKey, DayDelta> days) throws SQLException {
    List<Map.Entry<DayKey, DayDelta>> rows = List.copyOf(days.entrySet());
    if (rows.isEmpty()) {
      return;
    }
    try (PreparedStatement book = connection.prepareStatement(BOOK)) {
      array(book, 1, "date", rows, r -> Date.valueOf(r.getKey().day()));
      array(book, 2, "integer", rows, r -> r.getKey().roleNo());
      array(book, 3, "bigint", rows, r -> r.getValue().amount().nanoUsd());
      array(book, 4, "bigint", rows, r -> r.getValue().amount().calls());
      array(book, 5, "bigint", rows, r -> r.getValue().amount().unpriced());
      array(book, 6, "bigint", rows, r -> r.getValue().tasks());
      array(book, 7, "bigint", rows, r -> r.getValue().firstAtMillis());
      book.executeUpdate();
    }
  }

  private static final String CALLED =
      """
      insert into run_task as t (root, role_no, nano_usd, calls, unpriced)
      select u.root, u.role_no, u.nano_usd, u.calls, u.unpriced
      from unnest(?::bytea[], ?::integer[], ?::bigint[], ?::bigint[], ?::bigint[], ?::boolean[])
        as u (root, role_no, nano_usd, calls, unpriced, held)
      where u.held or exists (select 1 from run_task k where k.root = u.root)
      order by u.root
      on conflict (root) do update set nano_usd = t.nano_usd + excluded.nano_usd,
        calls = t.calls + excluded.calls, unpriced = t.unpriced + excluded.unpriced, touched_at = now()
      returning root
      """;

  /**
   * Adds to tasks what their calls cost. A task that nobody has told the run of is kept only where
   * it is {@code held}: without a ceiling it would be a row for every task, and hardly a call comes
   * before its decision.
   *
   * @return the roots of those that are kept
   */
  public List<byte[]> called(Connection connection, List<TaskDelta> tasks) throws SQLException {
    List<byte[]> kept = new ArrayList<>();
    if (tasks.isEmpty() || tasks.stream().noneMatch(TaskDelta::held) && !isAnyTold(connection)) {
      return kept;
    }
    try (PreparedStatement called = connection.prepareStatement(CALLED)) {
      new ArrayColumns<TaskDelta>(called, tasks)
          .bytes(TaskDelta::root)
          .ints(TaskDelta::roleNo)
          .longs(t -> t.amount().nanoUsd())
          .longs(t -> t.amount().calls())
          .longs(t -> t.amount().unpriced())
          .booleans(TaskDelta::held);
      try (ResultSet row = called.executeQuery()) {
        while (row.next()) {
          kept.add(row.getBytes(1));
        }
      }
    }
    return kept;
  }

  /** Where no role has a ceiling of runs, nobody is asked about each task. */
  private static boolean isAnyTold(Connection connection) throws SQLException {
    try (PreparedStatement select =
            connection.prepareStatement("select exists (select from run_task)");
        ResultSet row = select.executeQuery()) {
      row.next();
      return row.getBoolean(1);
    }
  }

  private static final String BEGUN =
      """
      insert into run_task as t (root, role_no, run_id)
      select u.root, u.role_no, u.run_id
      from unnest(?::bytea[], ?::integer[], ?::text[]) as u (root, role_no, run_id)
      order by u.root
      on conflict (root) do update set run_id = coalesce(t.run_id, excluded.run_id), touched_at = now()
      """;

  /** Takes down which run tasks are part of; of several that are told the first counts. */
  public void begun(Connection connection, List<RunTask> tasks) throws SQLException {
    if (tasks.isEmpty()) {
      return;
    }
    try (PreparedStatement begun = connection.prepareStatement(BEGUN)) {
      bytes(begun, 1, tasks, RunTask::root);
      array(begun, 2, "integer", tasks, RunTask::roleNo);
      array(begun, 3, "text", tasks, RunTask::runId);
      begun.executeUpdate();
    }
  }

  private static final String SETTLE =
      """
      with due as (
        select root, role_no, run_id, nano_usd, calls, unpriced from run_task
        where root = any (?::bytea[]) and run_id is not null and (calls <> 0 or nano_usd <> 0) order by root for update),
      taken as (
        update run_task t set nano_usd = 0, calls = 0, unpriced = 0 from due where t.root = due.root)
      insert into run_spend as s (role_no, run_id, nano_usd, calls, unpriced)
      select role_no, run_id, sum(nano_usd), sum(calls), sum(unpriced) from due
      group by role_no, run_id order by role_no, run_id
      on conflict (role_no, run_id) do update set nano_usd = s.nano_usd + excluded.nano_usd,
        calls = s.calls + excluded.calls, unpriced = s.unpriced + excluded.unpriced, touched_at = now()
      returning role_no, run_id
      """;

  /**
   * Moves what tasks have spent to their runs, where both are known. Call it after {@link #called}
   * and after {@link #begun} with the same roots: whichever of two transactions comes second to a
   * task waits for the first at its row, and then sees what it wrote, so nothing is counted twice
   * and nothing is left.
   *
   * @return the runs that have more than before
   */
  public List<RunKey> settle(Connection connection, List<byte[]> roots) throws SQLException {
    List<RunKey> runs = new ArrayList<>();
    if (roots.isEmpty()) {
      return runs;
    }
    try (PreparedStatement settle = connection.prepareStatement(SETTLE)) {
      bytes(settle, 1, roots, Function.identity());
      try (ResultSet row = settle.executeQuery()) {
        while (row.next()) {
          runs.add(new RunKey(row.getInt(1), row.getString(2)));
        }
      }
    }
    return runs;
  }

  /**
   * Which of these days have reached their ceilings and were not told so yet; from now on they are.
   *
   * @param ceilings by day, in 1e-9 USD
   */
  public List<DayKey> newlyReachedDays(Connection connection, Map<DayKey, Long> ceilings)
      throws SQLException {
    List<DayKey> reached = new ArrayList<>();
    List<Map.Entry<DayKey, Long>> rows = List.copyOf(ceilings.entrySet());
    if (rows.isEmpty()) {
      return reached;
    }
    try (PreparedStatement update =
        connection.prepareStatement(
            """
            update spend_day s set alarmed_nano_usd = u.ceiling
            from unnest(?::date[], ?::integer[], ?::bigint[]) as u (day, role_no, ceiling)
            where s.day = u.day and s.role_no = u.role_no and s.nano_usd >= u.ceiling
              and coalesce(s.alarmed_nano_usd, 0) < u.ceiling
            returning s.day, s.role_no
            """)) {
      array(update, 1, "date", rows, r -> Date.valueOf(r.getKey().day()));
      array(update, 2, "integer", rows, r -> r.getKey().roleNo());
      array(update, 3, "bigint", rows, Map.Entry::getValue);
      try (ResultSet row = update.executeQuery()) {
        while (row.next()) {
          reached.add(new DayKey(row.getObject(1, LocalDate.class), row.getInt(2)));
        }
      }
    }
    return reached;
  }

  /** The same of runs. */
  public List<RunKey> newlyReachedRuns(Connection connection, Map<RunKey, Long> ceilings)
      throws SQLException {
    List<RunKey> reached = new ArrayList<>();
    List<Map.Entry<RunKey, Long>> rows = List.copyOf(ceilings.entrySet());
    if (rows.isEmpty()) {
      return reached;
    }
    try (PreparedStatement update =
        connection.prepareStatement(
            """
            update run_spend s set alarmed_nano_usd = u.ceiling, reached_at = coalesce(s.reached_at, now())
            from unnest(?::integer[], ?::text[], ?::bigint[]) as u (role_no, run_id, ceiling)
            where s.role_no = u.role_no and s.run_id = u.run_id and s.nano_usd >= u.ceiling
              and coalesce(s.alarmed_nano_usd, 0) < u.ceiling
            returning s.role_no, s.run_id
            """)) {
      array(update, 1, "integer", rows, r -> r.getKey().roleNo());
      array(update, 2, "text", rows, r -> r.getKey().runId());
      array(update, 3, "bigint", rows, Map.Entry::getValue);
      try (ResultSet row = update.executeQuery()) {
        while (row.next()) {
          reached.add(new RunKey(row.getInt(1), row.getString(2)));
        }
      }
    }
    return reached;
  }

  /**
   * Runs at their ceilings.
   *
   * @param ceilings by role number, in 1e-9 USD
   * @param secondsBack those that have spent since then
   * @param most of them, those that reached it last
   * @param into is filled
   * @return how many there are in all
   */
  long runsAtCeiling(
      Connection connection,
      Map<Integer, Long> ceilings,
      long secondsBack,
      int most,
      List<RunsAtCeiling.Run> into)
      throws SQLException {
    List<Map.Entry<Integer, Long>> rows = List.copyOf(ceilings.entrySet());
    try (PreparedStatement select =
        connection.prepareStatement(
            """
            with reached as (
              select r.role_no, r.run_id, r.nano_usd, r.touched_at, coalesce(r.reached_at, r.touched_at) as reached_at
              from unnest(?::integer[], ?::bigint[]) as c (role_no, ceiling)
              join run_spend r on r.role_no = c.role_no and r.nano_usd >= c.ceiling
              where r.touched_at >= now() - ? * interval '1 second')
            select role_no, run_id, nano_usd, (extract(epoch from touched_at) * 1000)::bigint,
              (extract(epoch from reached_at) * 1000)::bigint, count(*) over ()
            from reached order by reached_at desc, run_id desc limit ?
            """)) {
      array(select, 1, "integer", rows, Map.Entry::getKey);
      array(select, 2, "bigint", rows, Map.Entry::getValue);
      select.setLong(3, secondsBack);
      select.setInt(4, most);
      long total = 0;
      try (ResultSet row = select.executeQuery()) {
        while (row.next()) {
          into.add(
              new RunsAtCeiling.Run(
                  row.getInt(1), row.getString(2), row.getLong(3), row.getLong(4), row.getLong(5)));
          total = row.getLong(6);
        }
      }
      return total;
    }
  }

  /**
   * Forgets runs that have spent nothing for so long, and the tasks of such runs. Waits for nobody:
   * a row that somebody is at is not old.
   *
   * @return how many runs
   */
  public int forget(Connection connection, Duration life) throws SQLException {
    try (PreparedStatement tasks =
        connection.prepareStatement(
            """
            delete from run_task where root in (select root from run_task
              where touched_at < now() - ? * interval '1 second' limit 50000 for update skip locked)
            """)) {
      tasks.setLong(1, life.toSeconds());
      tasks.executeUpdate();
    }
    try (PreparedStatement runs =
        connection.prepareStatement(
            """
            delete from run_spend where (role_no, run_id) in (select role_no, run_id from run_spend
              where touched_at < now() - ? * interval '1 second' limit 50000 for update skip locked)
            """)) {
      runs.setLong(1, life.toSeconds());
      return runs.executeUpdate();
    }
  }

  private static <T> void array(
      PreparedStatement statement, int index, String type, Collection<T> rows, Function<T, ?> value)
      throws SQLException {
    statement.setArray(
        index, statement.getConnection().createArrayOf(type, rows.stream().map(value).toArray()));
  }

  private static <T> void bytes(
      PreparedStatement statement, int index, Collection<T> rows, Function<T, byte[]> value)
      throws SQLException {
    statement.setArray(
        index,
        statement
            .getConnection()
            .createArrayOf("bytea", rows.stream().map(value).toArray(byte[][]::new)));
  }
}
