package io.floorkeeper.learning;

import static io.floorkeeper.learning.CallFacts.call;
import static io.floorkeeper.learning.CallFacts.decision;
import static org.assertj.core.api.Assertions.assertThat;

import io.floorkeeper.ledger.AttributedCall;
import io.floorkeeper.platform.EmbeddedDatabase;
import io.floorkeeper.platform.EmbeddedPlatform;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
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

/** A response counts once, however many calls describe it and whichever comes first. */
class ResponseTwinsIT {
  private static final long SEED = 20261125L;

  /** A minute before midnight: some twins begin on the next day. */
  private static final Instant LATE =
      Instant.now().truncatedTo(ChronoUnit.DAYS).minus(1, ChronoUnit.MINUTES);

  private static final String RESPONSE = "chatcmpl-9f8e7d6c5b4a39281706";

  @TempDir static Path folder;
  private static EmbeddedPlatform platform;
  private static LearningParts replica;
  private static LearningParts another;

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
    another = new LearningParts(database, Map.of());
  }

  @AfterAll
  static void stop() {
    replica.close();
    another.close();
    platform.close();
  }

  @BeforeEach
  void empty() {
    replica.execute(LearningParts.EMPTY);
  }

  @Test
  void theOneWithTheDecisionCountsAndTakesTheCostFromTheOther() {
    AttributedCall span =
        call(1, 1, LATE)
            .model("house-model")
            .response(RESPONSE)
            .decided(decision("worker", "small/tiny-1", 1, LATE))
            .build();
    AttributedCall log =
        call(2, 2, LATE.plusMillis(3))
            .model("house-model")
            .dialect("claude-code-logs")
            .response(RESPONSE)
            .reported(7_000)
            .build();

    apply(replica, log);
    apply(replica, span);
    List<String> spanLast = everything();
    empty();
    apply(replica, span);
    apply(replica, log);

    assertThat(everything()).isEqualTo(spanLast);
    assertThat(
            replica.rows(
                "select twin, borrowed, reported_nano_usd, booked_nano_usd from call order by trace_id"))
        .containsExactly("f | t | 7000 | 7000", "t | f | 7000 | 7000");
    assertThat(replica.rows("select calls, nano_usd, reported_calls from call_hour"))
        .containsExactly("1 | 7000 | 1");
  }

  @Test
  void aReportedCostIsComparedOnceWhicheverOfTwoNestedSpansComesFirst() {
    AttributedCall outer = call(1, 1, LATE).response(RESPONSE).reported(50_000_000).build();
    AttributedCall inner = call(1, 2, LATE.plusMillis(3)).below(1).response(RESPONSE).build();

    for (List<AttributedCall> order : List.of(List.of(outer, inner), List.of(inner, outer))) {
      empty();
      order.forEach(call -> apply(replica, call));

      assertThat(replica.rows("select calls, beyond, reported_nano_usd from price_divergence"))
          .as("one by one, %s first", order.get(0).call().spanId())
          .containsExactly("1 | 1 | 50000000");
    }
    empty();
    apply(replica, inner, outer);

    assertThat(replica.rows("select calls, beyond, reported_nano_usd from price_divergence"))
        .as("at once")
        .containsExactly("1 | 1 | 50000000");
  }

  @Test
  void idsThatLocalServersGiveInTurnTellNothing() {
    apply(
        replica,
        call(1, 1, LATE).response("chatcmpl-123").build(),
        call(1, 2, LATE).response("chatcmpl-123").build());

    assertThat(replica.number("select count(*) from call where not twin")).isEqualTo(2);
  }

  @Test
  void aShortIdIsOneWithinATraceAndAProviderWhateverItIsCalled() {
    apply(
        replica,
        call(1, 1, LATE).response("msg_abc12").provider("azure.ai.openai").build(),
        call(1, 2, LATE).response("msg_abc12").provider("OpenAI").build(),
        call(1, 3, LATE).response("msg_abc12").provider("mistral_ai").build(),
        call(2, 4, LATE).response("msg_abc12").provider("OpenAI").build());

    assertThat(replica.number("select count(*) from call where not twin")).isEqualTo(3);
  }

  /**
   * 60 responses, each described by one to four calls, some of a decision, some of two, with labels
   * and errors, over midnight, with resends: in 8 random orders, cut into random batches, by two
   * replicas in turn.
   */
  @Test
  void whateverTheOrderAndTheBatchesTheRowsAreTheSame() {
    Random random = new Random(SEED);
    List<AttributedCall> calls = described(random, 60);
    List<String> first = null;
    for (int run = 0; run < 8; run++) {
      empty();
      List<AttributedCall> sent = new ArrayList<>(calls);
      sent.addAll(calls.subList(0, 30));
      Collections.shuffle(sent, random);
      int from = 0;
      while (from < sent.size()) {
        int to = Math.min(sent.size(), from + 1 + random.nextInt(25));
        apply(
            random.nextBoolean() ? replica : another,
            sent.subList(from, to).toArray(AttributedCall[]::new));
        from = to;
      }
      if (first == null) {
        first = everything();
        assertThat(replica.number("select count(*) from call where not twin")).isEqualTo(60);
        assertThat(replica.number("select sum(calls) from call_hour")).isEqualTo(60);
      } else {
        assertThat(everything()).as("run %d", run).containsExactlyElementsOf(first);
      }
    }
  }

  @Test
  void twoReplicasThatMeetTheSameResponsesAtOnceDoNotStopOneAnother() throws Exception {
    Random random = new Random(SEED);
    List<AttributedCall> calls = described(random, 200);
    apply(replica, calls.toArray(AttributedCall[]::new));
    List<String> atOnce = everything();
    empty();
    Collections.shuffle(calls, random);

    ExecutorService streams = Executors.newFixedThreadPool(2);
    try {
      List<Future<?>> all = new ArrayList<>();
      for (int from = 0; from < calls.size(); from += 20) {
        AttributedCall[] batch =
            calls.subList(from, Math.min(calls.size(), from + 20)).toArray(AttributedCall[]::new);
        LearningParts by = from / 20 % 2 == 0 ? replica : another;
        all.add(streams.submit(() -> apply(by, batch)));
      }
      for (Future<?> one : all) {
        one.get(); // a deadlock would be told here
      }
    } finally {
      streams.shutdown();
    }

    assertThat(everything()).isEqualTo(atOnce);
  }

  private static List<AttributedCall> described(Random random, int responses) {
    List<AttributedCall> calls = new ArrayList<>();
    int span = 0;
    for (int response = 0; response < responses; response++) {
      int task = response / 3; // three responses a task
      boolean decided = random.nextInt(3) > 0;
      int twins = 1 + random.nextInt(4);
      for (int twin = 0; twin < twins; twin++) {
        span++;
        CallFacts.Draft draft =
            call(response, span, LATE.plusMillis(random.nextInt(120_000)))
                .model(random.nextInt(4) == 0 ? "house-model" : "tiny-1")
                .response("resp_%032d".formatted(response));
        if (decided && (twin == 0 || random.nextInt(3) == 0)) {
          int of = random.nextInt(8) == 0 ? 1_000 + response : task; // a cache serves another's
          draft.decided(decision("worker", "small/tiny-1", of, LATE));
        } else if (random.nextBoolean()) {
          draft.role("critic", "gen_ai.agent.name");
        }
        if (random.nextInt(3) == 0) {
          draft.dialect("claude-code-logs").reported(1 + random.nextInt(9_000));
        }
        if (random.nextInt(4) == 0) {
          draft.tokens(null);
        }
        if (random.nextInt(3) == 0) {
          draft.passed(random.nextBoolean());
        }
        if (random.nextInt(6) == 0) {
          draft.failed();
        }
        calls.add(draft.build());
      }
    }
    return calls;
  }

  /** All that may depend on the calls, detectors left out: they look in commit order. */
  private static List<String> everything() {
    return replica.rows(LearningParts.EVERYTHING);
  }

  private static Object apply(LearningParts by, AttributedCall... calls) {
    return by.apply(new Facts(List.of(calls), List.of(), List.of()));
  }
}
