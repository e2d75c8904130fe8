package io.floorkeeper.learning;

import static io.floorkeeper.learning.CallFacts.call;
import static io.floorkeeper.learning.CallFacts.decision;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.awaitility.Awaitility.await;

import io.floorkeeper.ledger.AttributedCall;
import io.floorkeeper.ledger.CallGaps;
import io.floorkeeper.ledger.CallPartitions;
import io.floorkeeper.ledger.CallRetention;
import io.floorkeeper.platform.EmbeddedDatabase;
import io.floorkeeper.platform.EmbeddedPlatform;
import java.nio.file.Path;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Calls by day: written once, added up by the hour, forgotten by the day. */
class CallTableIT {
  private static final Duration SOON = Duration.ofSeconds(30);
  private static final long SEED = 20261125L;
  private static final Instant NOON =
      Instant.now().truncatedTo(ChronoUnit.DAYS).minus(12, ChronoUnit.HOURS);

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
    Map<String, String> settings = Map.of("floorkeeper.ledger.call-retention", "P10D");
    replica = new LearningParts(database, settings);
    another = new LearningParts(database, settings);
  }

  @AfterAll
  static void stop() {
    replica.close();
    another.close();
    platform.close();
  }

  @BeforeEach
  void empty() {
    replica.execute(
        "truncate call, call_hour, spend_day, run_task, run_spend, episode, evidence,"
            + " evidence_latency, role_state, watch, response_call, span_link, call_waiting,"
            + " ingest_total");
  }

  @Test
  void theHoursAreTheCallsAddedUpWhateverTheBatchesAndOnTwoReplicasAtOnce() throws Exception {
    List<AttributedCall> calls = someCalls(600);
    List<AttributedCall> sent = new ArrayList<>(calls);
    sent.addAll(calls.subList(0, 200)); // the exporter repeats itself
    Random random = new Random(SEED);
    Collections.shuffle(sent, random);

    ExecutorService streams = Executors.newFixedThreadPool(2);
    try {
      List<Future<?>> all = new ArrayList<>();
      for (int from = 0; from < sent.size(); from += 40) {
        List<AttributedCall> batch = sent.subList(from, Math.min(sent.size(), from + 40));
        LearningParts by = from / 40 % 2 == 0 ? replica : another;
        all.add(streams.submit(() -> apply(by, batch)));
      }
      for (Future<?> one : all) {
        one.get();
      }
    } finally {
      streams.shutdown();
    }

    assertThat(replica.number("select count(*) from call")).isEqualTo(600);
    assertThat(hours()).isNotEmpty().isEqualTo(callsByTheHour());
    assertThat(replica.number("select sum(calls) from call_hour")).isEqualTo(600);
    assertThat(replica.rows("select day, role_no, calls, nano_usd from spend_day order by 1, 2"))
        .isEqualTo(
            replica.rows(
                "select day, counted_role_no, count(*), sum(booked_nano_usd) from call"
                    + " where counted_role_no <> 0 group by 1, 2 order by 1, 2"));
  }

  @Test
  void whatNobodyCanSayIsANumberAndAShare() {
    apply(
        replica,
        List.of(
            call(1, 1, NOON).role("worker", "gen_ai.agent.name").build(),
            call(1, 2, NOON).model("mystery-7b").build(),
            call(1, 3, NOON).model("mystery-7b").build(),
            call(1, 4, NOON).model("house-model").reported(5).build()));

    CallGaps.Gaps gaps =
        replica.transaction(
            c -> replica.part(CallGaps.class).read(c, NOON.minus(1, ChronoUnit.DAYS), 10));

    assertThat(gaps.all().calls()).isEqualTo(4);
    assertThat(gaps.all().tokens()).isEqualTo(4_800);
    assertThat(gaps.unattributed().calls()).isEqualTo(3);
    assertThat(gaps.unpriced().calls()).isEqualTo(2);
    assertThat(gaps.models())
        .singleElement()
        .satisfies(
            model -> {
              assertThat(model.model()).isEqualTo("mystery-7b");
              assertThat(model.amount().tokens()).isEqualTo(2_400);
            });
  }

  @Test
  void aModelWithAPriceIsNoGapOfPricesWhereItsCallsTellNoTokens() {
    apply(
        replica,
        List.of(
            call(1, 1, NOON).model("tiny-1").tokens(null).build(),
            call(1, 2, NOON).model("mystery-7b").provider("acme").build(),
            call(1, 3, NOON).model("mystery-7b").provider("other").build()));

    CallGaps.Gaps gaps =
        replica.transaction(
            c -> replica.part(CallGaps.class).read(c, NOON.minus(1, ChronoUnit.DAYS), 10));

    assertThat(gaps.unpriced().calls()).isEqualTo(2);
    assertThat(gaps.models())
        .extracting(CallGaps.Unpriced::provider, CallGaps.Unpriced::model)
        .containsExactly(tuple("acme", "mystery-7b"), tuple("other", "mystery-7b"));
    assertThat(gaps.untold().calls()).isEqualTo(1);
    assertThat(gaps.untoldModels()).extracting(CallGaps.Unpriced::model).containsExactly("tiny-1");
  }

  @Test
  void aDayWithoutAPartitionGetsOneWhileOthersReadAndWrite() throws Exception {
    LocalDate day = LocalDate.now(ZoneOffset.UTC).plusDays(20);
    CompletableFuture<Void> first;
    CompletableFuture<Void> second;
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch done = new CountDownLatch(1);
    CompletableFuture<?> reader =
        CompletableFuture.runAsync(
            () ->
                replica.transaction(
                    c -> {
                      try (Statement statement = c.createStatement()) {
                        statement.executeQuery("select count(*) from call").close();
                      }
                      begun.countDown();
                      done.await();
                      return null;
                    }));
    begun.await();

    first = CompletableFuture.runAsync(() -> ensure(replica, day));
    second = CompletableFuture.runAsync(() -> ensure(another, day));
    CompletableFuture.allOf(first, second)
        .get(SOON.toSeconds(), java.util.concurrent.TimeUnit.SECONDS);

    assertThat(reader).isNotDone();
    done.countDown();
    reader.get();
    String table = "call_" + day.toString().replace("-", "");
    assertThat(
            replica.number(
                "select count(*) from pg_inherits where inhrelid = '" + table + "'::regclass"))
        .isEqualTo(1);
    replica.execute("drop table " + table);
  }

  @Test
  void callsBeyondTheRetentionGoTheirSumsStayAndTheirLikeIsRefused() throws SQLException {
    Instant old = NOON.minus(30, ChronoUnit.DAYS);
    LocalDate oldDay = LocalDate.ofInstant(old, ZoneOffset.UTC);
    List<AttributedCall> calls =
        List.of(
            call(7, 1, old).response("resp-of-thirty-days-ago").build(), call(7, 2, NOON).build());
    apply(replica, calls);

    long forgotten = replica.part(CallRetention.class).run();

    assertThat(forgotten).isEqualTo(1);
    assertThat(replica.number("select count(*) from call where day = '" + oldDay + "'")).isZero();
    assertThat(replica.number("select sum(calls) from call_hour")).isEqualTo(2);
    assertThat(total("calls_forgotten")).isEqualTo(1);
    SortedMap<String, Long> again = apply(another, calls.subList(0, 1));
    assertThat(again).containsEntry("too_old", 1L).doesNotContainKey("calls");
    replica.execute("update call_retention set horizon = '2015-01-01'");
  }

  @Test
  void deadLettersAreKeptAsLongAsCallsAndHowFarTheyAreGoneIsKnown() throws SQLException {
    replica.execute(
        "insert into dead_letter (cluster_id, topic_id, partition, record_offset, item, topic, code,"
            + " message, value_bytes, value_sha256, at)"
            + " select 'c', 't', 0, n, 0, 'spans', 'not_otlp', '', 1, '',"
            + " now() - n * interval '1 day' from unnest(array[12, 11, 9]) as n");

    replica.part(CallRetention.class).run();

    assertThat(replica.rows("select record_offset from dead_letter")).containsExactly("9");
    assertThat(replica.rows("select partition, below_offset from dead_letter_forgotten"))
        .containsExactly("0 | 13");
    assertThat(total("dead_letters_forgotten")).isEqualTo(2);
  }

  @Test
  void aWholeDayIsDroppedWithItsPartitionAndNotWhileSomebodyReadsIt() throws Exception {
    LocalDate oldDay = LocalDate.now(ZoneOffset.UTC).minusDays(20);
    String table = "call_day_of_a_test";
    replica.execute("alter table call detach partition call_first");
    replica.execute(
        "create table %s (like call including defaults including constraints)".formatted(table));
    replica.execute(
        "alter table call attach partition %s for values from ('%s') to ('%s')"
            .formatted(table, oldDay, oldDay.plusDays(1)));
    replica.execute(
        "alter table call attach partition call_first for values from ('%s') to ('%s')"
            .formatted(oldDay.plusDays(1), LocalDate.now(ZoneOffset.UTC).plusDays(3)));
    apply(another, List.of(call(8, 1, oldDay.atStartOfDay().toInstant(ZoneOffset.UTC)).build()));
    CountDownLatch begun = new CountDownLatch(1);
    CountDownLatch done = new CountDownLatch(1);
    CompletableFuture<?> reader =
        CompletableFuture.runAsync(
            () ->
                another.transaction(
                    c -> {
                      try (Statement statement = c.createStatement()) {
                        statement.executeQuery("select count(*) from call").close();
                      }
                      begun.countDown();
                      done.await();
                      return null;
                    }));
    begun.await();
    assertThat(replica.part(CallRetention.class).run()).isZero();

    done.countDown();
    reader.get();
    await()
        .atMost(SOON)
        .untilAsserted(
            () -> {
              replica.part(CallRetention.class).run();
              assertThat(total("partitions_dropped")).isEqualTo(1);
            });

    assertThat(replica.rows("select to_regclass('" + table + "')")).containsExactly("null");
    assertThat(total("calls_forgotten")).isEqualTo(1);
    replica.execute("update call_retention set horizon = '2015-01-01'");
  }

  private static List<AttributedCall> someCalls(int count) {
    Random random = new Random(SEED);
    List<AttributedCall> calls = new ArrayList<>();
    List<String> models = List.of("tiny-1", "grand-1", "mystery-7b");
    for (int i = 0; i < count; i++) {
      Instant start = NOON.plusMillis(random.nextInt(36_000_000)).plusNanos(random.nextInt(1_000));
      CallFacts.Draft draft =
          call(100 + i / 5, 100 + i, start).model(models.get(random.nextInt(models.size())));
      if (random.nextInt(3) == 0) {
        draft.decided(decision("worker", "small/tiny-1", i, start));
      } else if (random.nextInt(2) == 0) {
        draft.role("critic", "gen_ai.agent.name");
      }
      if (random.nextInt(4) == 0) {
        draft.reported(random.nextInt(1_000_000));
      }
      if (random.nextInt(10) == 0) {
        draft.failed().tokens(null);
      }
      calls.add(draft.build());
    }
    return calls;
  }

  private static List<String> hours() {
    return replica.rows(
        "select hour at time zone 'utc', tenant_no, role, model, provider, arm_no, routing, calls,"
            + " errors, token_calls, input_tokens, output_tokens, nano_usd, unpriced,"
            + " unpriced_tokens, reported_calls, reported_nano_usd, labels, sum_quality_micros,"
            + " sum_latency_millis from call_hour order by 1, 2, 3, 4, 5, 6, 7");
  }

  /** The same from the rows, by SQL of its own. */
  static List<String> callsByTheHour() {
    return replica.rows(
        """
        select date_trunc('hour', started_at at time zone 'utc'), tenant_no, role, model, provider, arm_no,
          case followed when true then 'followed' when false then 'not_followed' else 'unrouted' end, count(*),
          count(*) filter (where error), count(input_tokens), coalesce(sum(input_tokens), 0),
          coalesce(sum(output_tokens), 0), coalesce(sum(booked_nano_usd), 0),
          count(*) - count(booked_nano_usd),
          coalesce(sum(input_tokens + cache_read_tokens + cache_write_tokens + output_tokens)
            filter (where booked_nano_usd is null), 0),
          count(reported_nano_usd), coalesce(sum(reported_nano_usd), 0), count(quality_micros),
          coalesce(sum(quality_micros), 0), sum(latency_millis)
        from call where not twin group by 1, 2, 3, 4, 5, 6, 7 order by 1, 2, 3, 4, 5, 6, 7
        """);
  }

  private static SortedMap<String, Long> apply(LearningParts by, List<AttributedCall> calls) {
    return by.transaction(
        c -> {
          SortedMap<String, Long> totals =
              by.part(LearningService.class).apply(c, new Facts(calls, List.of(), List.of()));
          return new TreeMap<>(totals);
        });
  }

  private static void ensure(LearningParts by, LocalDate day) {
    try {
      by.part(CallPartitions.class).ensure(List.of(day));
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  private static long total(String name) {
    return replica.number(
        "select coalesce(sum(total), 0) from ingest_total where name = '" + name + "'");
  }
}
