package io.floorkeeper.posterior;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.floorkeeper.platform.EmbeddedDatabase;
import io.floorkeeper.platform.EmbeddedPlatform;
import io.floorkeeper.posterior.SpendRepository.Amount;
import io.floorkeeper.posterior.SpendRepository.RunKey;
import io.floorkeeper.posterior.SpendRepository.RunTask;
import io.floorkeeper.posterior.SpendRepository.TaskDelta;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Calls and decisions come by two streams, in any order and at once; dollars are counted once. */
class SpendRepositoryIT {
  private static final Duration SOON = Duration.ofSeconds(30);
  private static final int ROLE = 7;
  private static final long SEED = 20261125L;

  @TempDir static Path folder;
  private static EmbeddedPlatform platform;
  private static EmbeddedDatabase database;

  private final SpendRepository spend = new SpendRepository();

  @BeforeAll
  static void start() {
    platform =
        EmbeddedPlatform.start(folder.resolve("data"), EmbeddedPlatform.Options.onFreePorts());
    database = platform.database().orElseThrow();
    Flyway.configure()
        .dataSource(database.jdbcUrl(), database.username(), database.password())
        .load()
        .migrate();
  }

  @AfterAll
  static void stop() {
    platform.close();
  }

  @BeforeEach
  void empty() {
    transaction(c -> execute(c, "truncate run_task, run_spend, spend_day"));
  }

  @Test
  void whicheverStreamComesSecondMovesTheDollarsToTheRun() {
    transaction(c -> called(c, 1, 30, true));
    assertThat(spent()).isEmpty();
    transaction(c -> decided(c, 1, "r-1"));
    transaction(c -> decided(c, 2, "r-1"));
    transaction(c -> called(c, 2, 4, false));
    transaction(c -> called(c, 1, 30, true)); // a retry
    transaction(c -> decided(c, 1, "r-1")); // the log repeats itself

    assertThat(spent()).containsExactly(Map.entry("r-1", 64L));
  }

  @Test
  void aTransactionThatIsStillOpenIsWaitedFor() throws Exception {
    try (Connection calls = connect()) {
      calls.setAutoCommit(false);
      called(calls, 1, 30, true);
      Future<Void> decision =
          CompletableFuture.runAsync(() -> transaction(c -> decided(c, 1, "r-1")));
      await()
          .atMost(SOON)
          .until(
              () ->
                  number("select count(*) from pg_stat_activity where wait_event_type = 'Lock'")
                      == 1);
      calls.commit();
      decision.get();
    }
    assertThat(spent()).containsExactly(Map.entry("r-1", 30L));
  }

  /** 400 tasks of 20 runs, decisions repeated, three calls each, on four connections at once. */
  @Test
  void inAnyOrderAndAtOnceTheSumsAreTheTruth() throws Exception {
    Random random = new Random(SEED);
    Map<String, Long> truth = new TreeMap<>();
    List<Work> work = new ArrayList<>();
    for (int task = 0; task < 400; task++) {
      int no = task;
      String run = "r-" + random.nextInt(20);
      work.add(c -> decided(c, no, run));
      work.add(c -> decided(c, no, run));
      for (int call = 0; call < 3; call++) {
        long nano = random.nextInt(1_000);
        truth.merge(run, nano, Long::sum);
        work.add(c -> called(c, no, nano, true));
      }
    }
    Collections.shuffle(work, random);
    ExecutorService connections = Executors.newFixedThreadPool(4);
    try {
      List<Future<?>> all = new ArrayList<>();
      work.forEach(w -> all.add(connections.submit(() -> transaction(w))));
      for (Future<?> one : all) {
        one.get();
      }
    } finally {
      connections.shutdown();
    }
    assertThat(spent()).isEqualTo(truth);
    assertThat(number("select sum(calls) from run_spend")).isEqualTo(1_200);
    assertThat(number("select coalesce(sum(calls), 0) from run_task")).isZero();
  }

  @Test
  void whatItTookToDecideIsSpentWithoutACall() {
    transaction(
        c -> {
          spend.begun(c, List.of(new RunTask(root(1), ROLE, "r-1")));
          spend.called(c, List.of(new TaskDelta(root(1), ROLE, new Amount(5, 0, 0), false)));
          spend.settle(c, List.of(root(1)));
        });
    assertThat(spent()).containsExactly(Map.entry("r-1", 5L));
  }

  @Test
  void aTaskWithoutACeilingIsKeptOnlyWhereItsRunIsKnown() {
    transaction(c -> called(c, 1, 30, false));
    assertThat(number("select count(*) from run_task")).isZero();
  }

  @Test
  void aCeilingIsTidingsOnceAndAgainOnlyWhenItWasRaised() {
    transaction(c -> decided(c, 1, "r-1"));
    transaction(c -> called(c, 1, 50, true));

    assertThat(reached("r-1", 51)).isEmpty();
    assertThat(reached("r-1", 50)).containsExactly(new RunKey(ROLE, "r-1"));
    assertThat(reached("r-1", 50)).isEmpty();
    assertThat(reached("r-1", 40)).isEmpty();
    transaction(c -> called(c, 1, 50, true));
    assertThat(reached("r-1", 100)).containsExactly(new RunKey(ROLE, "r-1"));
  }

  /** A run that is blocked spends nothing more; it must not give way for that. */
  @Test
  void runsAtTheirCeilingAreReadByWhenTheyReachedItAndByWhatChanged() {
    for (int i = 0; i < 3; i++) {
      int no = i;
      transaction(c -> decided(c, no, "r-" + no));
      transaction(c -> called(c, no, 50, true));
      assertThat(reached("r-" + no, 50)).hasSize(1);
    }
    transaction(c -> decided(c, 3, "below"));
    transaction(c -> called(c, 3, 49, true));
    transaction(
        c ->
            execute(
                c,
                "update run_spend set touched_at = now() - interval '2 hours' where run_id = 'r-2'"));
    transaction(c -> called(c, 0, 5, true));

    List<RunsAtCeiling.Run> latest = new ArrayList<>();
    transaction(c -> assertThat(atCeiling(c, 86_400, 2, latest)).isEqualTo(3));
    assertThat(latest).extracting(RunsAtCeiling.Run::runId).containsExactly("r-2", "r-1");

    List<RunsAtCeiling.Run> changed = new ArrayList<>();
    transaction(c -> assertThat(atCeiling(c, 3_600, 20, changed)).isEqualTo(2));
    assertThat(changed).extracting(RunsAtCeiling.Run::runId).containsExactly("r-1", "r-0");
    assertThat(changed.get(1).nanoUsd()).isEqualTo(55);
  }

  private long atCeiling(
      Connection connection, long secondsBack, int most, List<RunsAtCeiling.Run> into)
      throws SQLException {
    return spend.runsAtCeiling(connection, Map.of(ROLE, 50L), secondsBack, most, into);
  }

  @Test
  void daysAddUpAndKeepTheirFirst() {
    LocalDate day = LocalDate.of(2026, 11, 25);
    SpendRepository.DayKey key = new SpendRepository.DayKey(day, ROLE);
    for (long at : new long[] {2_000, 1_000, 3_000}) {
      transaction(
          c ->
              spend.book(
                  c, Map.of(key, new SpendRepository.DayDelta(new Amount(10, 2, 1), 1, at))));
    }
    assertThat(
            text(
                "select concat_ws('|', nano_usd, calls, unpriced, tasks, extract(epoch from first_at)::int)"
                    + " from spend_day"))
        .isEqualTo("30|6|3|3|1");
  }

  @Test
  void runsThatAreOverAreForgottenAndOthersAreNot() {
    transaction(c -> decided(c, 1, "old"));
    transaction(c -> called(c, 1, 50, true));
    transaction(
        c -> {
          execute(c, "update run_task set touched_at = now() - interval '25 hours'");
          execute(c, "update run_spend set touched_at = now() - interval '25 hours'");
        });
    transaction(c -> decided(c, 2, "new"));
    transaction(c -> called(c, 2, 50, true));

    int[] forgotten = new int[1];
    transaction(c -> forgotten[0] = spend.forget(c, Duration.ofHours(24)));

    assertThat(forgotten[0]).isEqualTo(1);
    assertThat(spent()).containsExactly(Map.entry("new", 50L));
    assertThat(number("select count(*) from run_task")).isEqualTo(1);
  }

  private void called(Connection connection, int task, long nanoUsd, boolean held)
      throws SQLException {
    spend.called(
        connection, List.of(new TaskDelta(root(task), ROLE, new Amount(nanoUsd, 1, 0), held)));
    spend.settle(connection, List.of(root(task)));
  }

  private void decided(Connection connection, int task, String run) throws SQLException {
    spend.begun(connection, List.of(new RunTask(root(task), ROLE, run)));
    spend.settle(connection, List.of(root(task)));
  }

  private List<RunKey> reached(String run, long ceiling) {
    List<RunKey> reached = new ArrayList<>();
    transaction(
        c -> reached.addAll(spend.newlyReachedRuns(c, Map.of(new RunKey(ROLE, run), ceiling))));
    return reached;
  }

  private static byte[] root(int task) {
    return ByteBuffer.allocate(33).putInt(task).array();
  }

  private static Map<String, Long> spent() {
    Map<String, Long> spent = new HashMap<>();
    transaction(
        c -> {
          try (Statement statement = c.createStatement();
              ResultSet row = statement.executeQuery("select run_id, nano_usd from run_spend")) {
            while (row.next()) {
              spent.put(row.getString(1), row.getLong(2));
            }
          }
        });
    return spent;
  }

  @FunctionalInterface
  private interface Work {
    void in(Connection connection) throws SQLException;
  }

  private static void transaction(Work work) {
    try (Connection connection = connect()) {
      connection.setAutoCommit(false);
      work.in(connection);
      connection.commit();
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  private static Connection connect() throws SQLException {
    return DriverManager.getConnection(
        database.jdbcUrl(), database.username(), database.password());
  }

  private static void execute(Connection connection, String sql) throws SQLException {
    try (Statement statement = connection.createStatement()) {
      statement.execute(sql);
    }
  }

  private static long number(String query) {
    return Long.parseLong(text(query));
  }

  private static String text(String query) {
    try (Connection connection = connect();
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(query)) {
      return row.next() ? row.getString(1) : null;
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }
}
