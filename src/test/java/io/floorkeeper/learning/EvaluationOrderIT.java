package io.floorkeeper.learning;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.agroal.api.AgroalDataSource;
import io.agroal.api.configuration.supplier.AgroalDataSourceConfigurationSupplier;
import io.agroal.api.security.NamePrincipal;
import io.agroal.api.security.SimplePassword;
import io.floorkeeper.ledger.AttributedCall;
import io.floorkeeper.ledger.TargetedEvaluation;
import io.floorkeeper.ledger.TotalsRepository;
import io.floorkeeper.platform.EmbeddedDatabase;
import io.floorkeeper.platform.EmbeddedPlatform;
import io.floorkeeper.policy.Numbers;
import io.floorkeeper.policy.PolicyBook;
import io.floorkeeper.policy.PolicyReader;
import io.floorkeeper.pricing.Catalogue;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.RepetitionInfo;
import org.junit.jupiter.api.io.TempDir;

/**
 * Calls and judgements in any order, over any batches, from one replica or two at once: the sums of
 * the evidence are those that {@link EvidenceOracle} finds, to the unit.
 */
class EvaluationOrderIT {
  private static final long SEED = 20261125L;
  private static final String TABLES =
      "call, response_call, evaluation, climbed_call, episode, evidence, evidence_block, evidence_latency,"
          + " role_state, watch, alarm, arm_reset, arm_standing, correlation_hour, ingest_total";

  @TempDir static Path folder;
  private static EmbeddedPlatform platform;
  private static AgroalDataSource database;
  private static Wiring parts;
  private static PolicyBook.Published published;

  @BeforeAll
  static void start() throws Exception {
    platform =
        EmbeddedPlatform.start(folder.resolve("data"), EmbeddedPlatform.Options.onFreePorts());
    EmbeddedDatabase embedded = platform.database().orElseThrow();
    database =
        AgroalDataSource.from(
            new AgroalDataSourceConfigurationSupplier()
                .connectionPoolConfiguration(
                    pool ->
                        pool.maxSize(4)
                            .connectionFactoryConfiguration(
                                factory ->
                                    factory
                                        .jdbcUrl(embedded.jdbcUrl())
                                        .principal(new NamePrincipal(embedded.username()))
                                        .credential(new SimplePassword(embedded.password())))));
    Flyway.configure().dataSource(database).load().migrate();
    published =
        new PolicyBook.Published(
            1,
            PolicyReader.read(
                Files.readString(Path.of("src/test/resources/policies/judged.yaml")), "judged"),
            new Numbers(
                Map.of("worker", InventedTasks.WORKER, "critic", InventedTasks.CRITIC),
                Map.of("small/tiny-1", 1, "mid/medium-1", 2, "frontier/grand-1", 3)),
            "",
            "judged");
    parts = new Wiring(platform.quarkusSettings());
    parts.with(AgroalDataSource.class, database);
    parts.with(ObjectMapper.class, new ObjectMapper());
    parts.with(MeterRegistry.class, new SimpleMeterRegistry());
    parts.get(PolicyBook.class).publish(published);
  }

  @AfterAll
  static void stop() {
    database.close();
    platform.close();
  }

  @BeforeEach
  void empty() throws SQLException {
    try (Connection connection = database.getConnection();
        Statement statement = connection.createStatement()) {
      statement.execute("truncate " + TABLES);
    }
  }

  @RepeatedTest(2)
  void oneReplicaComesToTheSameSumsInAnyOrder(RepetitionInfo repetition) throws Exception {
    Random random = new Random(SEED + repetition.getCurrentRepetition());
    InventedTasks tasks = new InventedTasks(random, 60, 5);

    for (Facts batch : batches(tasks, random)) {
      apply(batch);
    }
    sweep();

    assertThat(evidence()).isEqualTo(EvidenceOracle.sums(tasks));
    assertThat(correlated()).isEqualTo(distinct(tasks));
  }

  /**
   * Each batch twice or more, as a broker may: calls are told apart by key, judgements by theirs.
   */
  @RepeatedTest(2)
  void whatIsSentAgainChangesNothing(RepetitionInfo repetition) throws Exception {
    Random random = new Random(SEED + 100 + repetition.getCurrentRepetition());
    InventedTasks tasks = new InventedTasks(random, 40, 4);
    List<Facts> batches = new ArrayList<>(batches(tasks, random));
    batches.addAll(List.copyOf(batches));
    Collections.shuffle(batches, random);

    for (Facts batch : batches) {
      apply(batch);
    }
    sweep();

    assertThat(evidence()).isEqualTo(EvidenceOracle.sums(tasks));
  }

  /** Transactions that do not see each other: what they miss is found by looking again. */
  @RepeatedTest(2)
  void twoReplicasAtOnceComeToTheSameSums(RepetitionInfo repetition) throws Exception {
    Random random = new Random(SEED + 200 + repetition.getCurrentRepetition());
    InventedTasks tasks = new InventedTasks(random, 80, 5);
    List<Facts> batches = batches(tasks, random);
    ExecutorService replicas = Executors.newFixedThreadPool(3);

    List<Future<Void>> applied = new ArrayList<>();
    for (Facts batch : batches) {
      applied.add(
          replicas.submit(
              (Callable<Void>)
                  () -> {
                    apply(batch);
                    return null;
                  }));
    }
    for (Future<Void> one : applied) {
      one.get();
    }
    replicas.shutdown();
    sweep();

    assertThat(evidence()).isEqualTo(EvidenceOracle.sums(tasks));
    assertThat(correlated()).isEqualTo(distinct(tasks));
  }

  private static List<Facts> batches(InventedTasks tasks, Random random) {
    List<Object> all = new ArrayList<>(tasks.calls);
    all.addAll(tasks.told);
    Collections.shuffle(all, random);
    List<Facts> batches = new ArrayList<>();
    for (int from = 0; from < all.size(); ) {
      int to = Math.min(all.size(), from + 1 + random.nextInt(25));
      List<AttributedCall> calls = new ArrayList<>();
      List<TargetedEvaluation> told = new ArrayList<>();
      for (Object one : all.subList(from, to)) {
        if (one instanceof AttributedCall call) {
          calls.add(call);
        } else {
          told.add((TargetedEvaluation) one);
        }
      }
      batches.add(new Facts(calls, List.of(), told));
      from = to;
    }
    return batches;
  }

  /** As a stream does: a transaction that the database takes back is tried again. */
  private static void apply(Facts batch) throws SQLException {
    inTransaction(
        connection -> {
          SortedMap<String, Long> totals =
              parts.get(LearningService.class).apply(connection, batch, published, Catalogue.NONE);
          parts.get(TotalsRepository.class).add(connection, totals);
        });
  }

  /** As if the time to look again had come, once for each that waits. */
  private static void sweep() throws SQLException {
    inTransaction(
        connection -> {
          try (Statement statement = connection.createStatement()) {
            statement.execute("update evaluation set check_at = now() where check_at is not null");
          }
        });
    inTransaction(connection -> parts.get(EvaluationSweep.class).look(connection));
  }

  private interface Work {
    void in(Connection connection) throws SQLException;
  }

  private static void inTransaction(Work work) throws SQLException {
    while (true) {
      try (Connection connection = database.getConnection()) {
        connection.setAutoCommit(false);
        try {
          work.in(connection);
          connection.commit();
          return;
        } catch (SQLException e) {
          connection.rollback();
          if (e.getSQLState() == null || !e.getSQLState().startsWith("40")) {
            throw e;
          }
        } finally {
          connection.setAutoCommit(true);
        }
      }
    }
  }

  private static Map<String, String> evidence() throws SQLException {
    Map<String, String> rows = new TreeMap<>();
    try (Connection connection = database.getConnection();
        Statement statement = connection.createStatement();
        ResultSet row =
            statement.executeQuery(
                """
                select role_no || '/' || arm_no || '/'
                    || case part when 0 then 'first' when -1 then 'above' else 'climb' end,
                  '[' || concat_ws(', ', sum(episodes), sum(labels), sum(sum_v), sum(sum_v2), sum(sum_vq),
                    sum(sum_nano_usd), sum(sum_nano_usd2), sum(errors), sum(sum_latency_millis)) || ']'
                from evidence group by role_no, arm_no, part
                """)) {
      while (row.next()) {
        rows.put(row.getString(1), row.getString(2));
      }
    }
    return rows;
  }

  private static long correlated() throws SQLException {
    try (Connection connection = database.getConnection();
        Statement statement = connection.createStatement();
        ResultSet row =
            statement.executeQuery(
                "select coalesce(sum(correlated), 0) from correlation_hour where told >= correlated")) {
      row.next();
      return row.getLong(1);
    }
  }

  /** All find what they judge here, but for sessions of which no decision came. */
  private static long distinct(InventedTasks tasks) {
    return tasks.told.stream()
        .filter(
            told ->
                !(told.target() instanceof io.floorkeeper.ledger.EvaluationTarget.OfSession of)
                    || tasks.calls.stream()
                        .anyMatch(
                            c ->
                                c.call().sessionId().equals(java.util.Optional.of(of.sessionId()))))
        .map(
            told ->
                List.of(
                    told.target() instanceof io.floorkeeper.ledger.EvaluationTarget.OfDecision of
                        ? java.util.HexFormat.of().formatHex(of.decision().root())
                            + of.decision().rung()
                        : told.target(),
                    told.evaluation().name(),
                    told.evaluation().identifier()))
        .distinct()
        .count();
  }
}
