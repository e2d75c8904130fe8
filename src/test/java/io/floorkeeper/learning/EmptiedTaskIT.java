package io.floorkeeper.learning;

import static io.floorkeeper.learning.CallFacts.call;
import static io.floorkeeper.learning.CallFacts.decision;
import static org.assertj.core.api.Assertions.assertThat;

import io.floorkeeper.ledger.AttributedCall;
import io.floorkeeper.ledger.DecisionId;
import io.floorkeeper.ledger.Evaluation;
import io.floorkeeper.ledger.EvaluationTarget;
import io.floorkeeper.ledger.TargetedEvaluation;
import io.floorkeeper.platform.EmbeddedDatabase;
import io.floorkeeper.platform.EmbeddedPlatform;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Judgements of tasks that a twin empties, and of sessions that several judge at once. */
class EmptiedTaskIT {
  private static final long SEED = 20261125L;
  private static final Instant AT =
      Instant.now().minus(2, ChronoUnit.HOURS).truncatedTo(ChronoUnit.MILLIS);
  private static final DecisionId FIRST = decision("worker", "small/tiny-1", 1, AT);
  private static final DecisionId SECOND = decision("worker", "small/tiny-1", 2, AT);
  private static final String RESPONSE = "chatcmpl-9f8e7d6c5b4a39281706";

  @TempDir static Path folder;
  private static EmbeddedPlatform platform;
  private static LearningParts replica;

  @BeforeAll
  static void start() throws SQLException {
    platform =
        EmbeddedPlatform.start(
            folder.resolve("data"), new EmbeddedPlatform.Options(true, false, 0, 0, 0, line -> {}));
    EmbeddedDatabase database = platform.database().orElseThrow();
    Flyway.configure()
        .dataSource(database.jdbcUrl(), database.username(), database.password())
        .load()
        .migrate();
    replica = new LearningParts(database, Map.of());
  }

  @AfterAll
  static void stop() {
    replica.close();
    platform.close();
  }

  @BeforeEach
  void empty() {
    replica.execute(LearningParts.EMPTY);
  }

  /**
   * A and C are calls of one decision, B of another with the response of A: B counts and A does
   * not. O judges the decision of A and C, S the call A by its span.
   */
  @ParameterizedTest
  @ValueSource(
      strings = {"ABCOS", "ABOSC", "AOSBC", "OSABC", "BASOC", "BOSAC", "CBASO", "SAOBC", "OABSC"})
  void aJudgementCountsWhetherItsTaskWasEmptiedMeanwhileOrNot(String order) {
    for (char one : order.toCharArray()) {
      replica.apply(facts(one));
    }
    replica.execute("update evaluation set check_at = now() where check_at is not null");
    replica.transaction(connection -> replica.part(EvaluationSweep.class).look(connection));

    assertThat(replica.rows("select episodes, labels, sum_vq from evidence where episodes <> 0"))
        .containsExactly("2 | 1 | 1000000000000");
    assertThat(replica.rows("select distinct standing from evaluation")).containsExactly("joined");
    assertThat(replica.rows("select sum(told), sum(correlated) from correlation_hour"))
        .containsExactly("2 | 2");
  }

  @Test
  void aJudgementOfAnEmptiedTaskWaitsAndIsNotCalledFound() {
    for (char one : "AOB".toCharArray()) {
      replica.apply(facts(one));
    }

    assertThat(replica.rows("select standing, check_at > now() from evaluation"))
        .containsExactly("held | t");
    assertThat(replica.number("select sum(correlated) from correlation_hour")).isZero();
  }

  /** A ring of two that wait for one another would end one of them with an error. */
  @Test
  void sessionsAreJudgedByManyAtOnce() throws Exception {
    Random random = new Random(SEED);
    ExecutorService streams = Executors.newFixedThreadPool(4);
    List<Future<?>> all = new ArrayList<>();
    try {
      for (int batch = 0; batch < 160; batch++) {
        List<AttributedCall> calls = new ArrayList<>();
        List<TargetedEvaluation> told = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
          int number = 10 + batch * 6 + i;
          calls.add(
              call(number, number, AT.plusMillis(number))
                  .session("s-" + random.nextInt(8))
                  .decided(decision("worker", "small/tiny-1", number, AT))
                  .build());
          told.add(
              told(
                  new EvaluationTarget.OfSession("s-" + random.nextInt(8)),
                  "n" + random.nextInt(4),
                  "source-" + number));
        }
        Facts facts =
            batch % 2 == 0
                ? new Facts(calls, List.of(), List.of())
                : new Facts(List.of(), List.of(), told);
        all.add(streams.submit(() -> replica.apply(facts)));
        if (batch % 10 == 0) {
          all.add(
              streams.submit(
                  () -> replica.transaction(c -> replica.part(EvaluationSweep.class).look(c))));
        }
      }
      for (Future<?> one : all) {
        one.get();
      }
    } finally {
      streams.shutdownNow();
    }
  }

  private static Facts facts(char letter) {
    return switch (letter) {
      case 'A' -> calls(call(1, 1, AT).response(RESPONSE).decided(FIRST).build());
      case 'B' -> calls(call(1, 2, AT.plusMillis(5)).response(RESPONSE).decided(SECOND).build());
      case 'C' -> calls(call(1, 3, AT.plusMillis(9)).decided(FIRST).build());
      case 'O' -> said(new EvaluationTarget.OfDecision(FIRST));
      default -> said(new EvaluationTarget.OfSpan(CallFacts.trace(1), CallFacts.span(1)));
    };
  }

  private static Facts calls(AttributedCall call) {
    return new Facts(List.of(call), List.of(), List.of());
  }

  private static Facts said(EvaluationTarget target) {
    return new Facts(List.of(), List.of(), List.of(told(target, "floorkeeper.check", "test")));
  }

  private static TargetedEvaluation told(EvaluationTarget target, String name, String source) {
    return new TargetedEvaluation(
        target,
        new Evaluation(
            name,
            Optional.empty(),
            Optional.empty(),
            Optional.of(true),
            Optional.empty(),
            Optional.empty()),
        AT.plusSeconds(60),
        source);
  }
}
