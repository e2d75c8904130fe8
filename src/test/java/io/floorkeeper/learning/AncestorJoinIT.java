package io.floorkeeper.learning;

import static io.floorkeeper.learning.CallFacts.call;
import static io.floorkeeper.learning.CallFacts.decision;
import static io.floorkeeper.learning.CallFacts.link;
import static org.assertj.core.api.Assertions.assertThat;

import io.floorkeeper.ledger.AttributedCall;
import io.floorkeeper.ledger.SpanLink;
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

/** The agent's span comes after the calls below it, and names their role. */
class AncestorJoinIT {
  private static final long SEED = 20261125L;
  private static final Instant LATE =
      Instant.now().truncatedTo(ChronoUnit.DAYS).minus(1, ChronoUnit.MINUTES);

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
  void aCallTakesTheRoleOfTheNearestAncestorThroughSpansWithoutOne() {
    replica.apply(
        facts(
            List.of(
                call(1, 9, LATE).below(3).role("my-service", "resource:service.name").build(),
                call(1, 8, LATE).below(3).role("critic", "gen_ai.agent.name").build()),
            List.of(link(1, 3, 2, null, LATE))));
    assertThat(passes(replica)).isZero();
    assertThat(roles())
        .containsExactly(
            "8 | critic | gen_ai.agent.name", "9 | my-service | resource:service.name");

    replica.apply(
        facts(List.of(), List.of(link(1, 2, 1, "worker", LATE), link(1, 1, null, "boss", LATE))));
    passes(another);

    assertThat(roles())
        .containsExactly(
            "8 | critic | gen_ai.agent.name", "9 | worker | ancestor:gen_ai.agent.name");
    assertThat(replica.rows("select role, calls from call_hour order by role"))
        .containsExactly("critic | 1", "worker | 1");
    assertThat(replica.rows("select sum(calls), sum(nano_usd) from spend_day"))
        .containsExactly("2 | 4000000");
    assertThat(replica.number("select count(*) from call_waiting")).isZero();
  }

  @Test
  void aCallBelowAnotherCallTakesTheRoleOfWhoeverIsAboveThemBoth() {
    List<Object> nested =
        List.of(
            call(1, 9, LATE.plusMillis(2)).below(8).build(),
            call(1, 8, LATE.plusMillis(1)).below(7).build(),
            link(1, 7, null, "worker", LATE));

    eachOrderOf(nested);

    assertThat(roles())
        .containsExactly(
            "8 | worker | ancestor:gen_ai.agent.name", "9 | worker | ancestor:gen_ai.agent.name");
  }

  @Test
  void ofTwoTwinsTheInnerCountsUnderTheRoleThatTheOuterHasOrFinds() {
    String response = "resp_%032d".formatted(1);
    List<Object> found =
        List.of(
            call(1, 9, LATE.plusMillis(2)).below(8).response(response).build(),
            call(1, 8, LATE.plusMillis(1)).below(7).response(response).build(),
            link(1, 7, null, "worker", LATE));
    eachOrderOf(found);
    assertThat(replica.rows("select role, calls from call_hour where calls <> 0"))
        .containsExactly("worker | 1");

    List<Object> named =
        List.of(
            call(1, 9, LATE.plusMillis(2)).below(8).response(response).build(),
            call(1, 8, LATE.plusMillis(1))
                .role("critic", "gen_ai.agent.name")
                .response(response)
                .build());
    eachOrderOf(named);
    assertThat(replica.rows("select role, calls from call_hour where calls <> 0"))
        .containsExactly("critic | 1");
  }

  @Test
  void aCallWithADecisionGivesItsRoleToThoseBelowIt() {
    eachOrderOf(
        List.of(
            call(1, 9, LATE.plusMillis(2)).below(8).build(),
            call(1, 8, LATE.plusMillis(1))
                .decided(decision("worker", "small/tiny-1", 1, LATE))
                .build()));

    assertThat(roles()).containsExactly("8 | worker | decision", "9 | worker | ancestor:decision");
  }

  @Test
  void aRunMayTakeHours() {
    replica.apply(facts(List.of(call(1, 9, LATE).below(3).build()), List.of()));
    passes(replica);
    // Five hours go by.
    replica.execute("update call_waiting set expires_at = expires_at - interval '5 hours'");
    passes(replica);

    replica.apply(facts(List.of(), List.of(link(1, 3, null, "worker", LATE))));
    passes(replica);

    assertThat(roles()).containsExactly("9 | worker | ancestor:gen_ai.agent.name");
  }

  @Test
  void rootsWithoutARoleAndLogRecordsAreNotKeptForThoseBelow() {
    replica.apply(
        facts(
            List.of(
                call(1, 1, LATE).build(),
                call(1, 2, LATE).role("my-service", "resource:service.name").build(),
                call(1, 3, LATE).below(1).dialect("claude-code-logs").build()),
            List.of()));

    assertThat(replica.number("select count(*) from span_link")).isZero();
  }

  @Test
  void whoWaitsInVainStaysWhereItsServicePutsItAndIsCounted() {
    replica.apply(
        facts(
            List.of(call(1, 9, LATE).below(3).build()), List.of(link(2, 3, null, "worker", LATE))));
    passes(replica);
    replica.execute("update call_waiting set expires_at = now() - interval '1 second'");
    replica.execute("update span_link set expires_at = now() - interval '1 second'");

    passes(replica);

    assertThat(roles()).containsExactly("9 | unattributed | none");
    assertThat(replica.number("select total from ingest_total where name = 'ancestors_missed'"))
        .isEqualTo(1);
    assertThat(
            replica.number("select (select count(*) from call_waiting) + count(*) from span_link"))
        .isZero();
  }

  @Test
  void idsThatGoRoundInACircleEnd() {
    replica.apply(
        facts(
            List.of(call(1, 9, LATE).below(3).build()),
            List.of(link(1, 3, 4, null, LATE), link(1, 4, 3, null, LATE))));

    passes(replica);

    assertThat(roles()).containsExactly("9 | unattributed | none");
    assertThat(replica.number("select count(*) from call_waiting")).isZero();
  }

  /**
   * 40 traces over midnight, in 8 random orders, with resends, by two replicas and at any moment.
   */
  @Test
  void whateverTheOrderTheSumsAreTheSame() throws Exception {
    Random random = new Random(SEED);
    List<Object> all = traces(random, 40);
    List<String> first = null;
    for (int run = 0; run < 8; run++) {
      empty();
      List<Object> sent = new ArrayList<>(all);
      sent.addAll(all.subList(0, 50));
      Collections.shuffle(sent, random);
      ExecutorService streams = Executors.newFixedThreadPool(3);
      try {
        List<Future<?>> work = new ArrayList<>();
        for (int from = 0; from < sent.size(); ) {
          int to = Math.min(sent.size(), from + 1 + random.nextInt(40));
          Facts batch = facts(sent.subList(from, to));
          LearningParts by = random.nextBoolean() ? replica : another;
          work.add(streams.submit(() -> by.apply(batch)));
          work.add(streams.submit(() -> by.part(AncestorJoin.class).pass()));
          from = to;
        }
        for (Future<?> one : work) {
          one.get();
        }
      } finally {
        streams.shutdown();
      }
      passes(replica);
      List<String> rows = new ArrayList<>(replica.rows(LearningParts.EVERYTHING));
      rows.addAll(roles());
      if (first == null) {
        first = rows;
        assertThat(replica.number("select count(*) from call where role_source like 'ancestor:%'"))
            .isPositive();
      }
      assertThat(rows).isEqualTo(first);
      assertThat(replica.number("select count(*) from call_waiting")).isZero();
    }
  }

  /** One by one, the joiner looking after each; in every order, with the same rows. */
  private void eachOrderOf(List<Object> facts) {
    List<String> first = null;
    for (List<Object> order : orders(facts)) {
      empty();
      for (Object fact : order) {
        replica.apply(facts(List.of(fact)));
        passes(another);
      }
      List<String> rows = replica.rows(LearningParts.EVERYTHING);
      if (first == null) {
        first = rows;
      }
      assertThat(rows).isEqualTo(first);
    }
  }

  private static List<List<Object>> orders(List<Object> facts) {
    if (facts.isEmpty()) {
      return List.of(List.of());
    }
    List<List<Object>> all = new ArrayList<>();
    for (Object one : facts) {
      List<Object> others = new ArrayList<>(facts);
      others.remove(one);
      for (List<Object> rest : orders(others)) {
        List<Object> order = new ArrayList<>(List.of(one));
        order.addAll(rest);
        all.add(order);
      }
    }
    return all;
  }

  private static List<Object> traces(Random random, int traces) {
    List<Object> all = new ArrayList<>();
    for (int trace = 1; trace <= traces; trace++) {
      int depth = 1 + random.nextInt(5);
      for (int span = 1; span <= depth; span++) {
        String role =
            random.nextInt(3) == 0
                ? List.of("worker", "critic", "scout").get(random.nextInt(3))
                : null;
        all.add(link(trace, span, span == 1 ? null : span - 1, role, LATE));
      }
      int calls = 1 + random.nextInt(5);
      for (int i = 0; i < calls; i++) {
        CallFacts.Draft draft =
            call(trace, 100 + i, LATE.plusMillis(random.nextInt(120_000)))
                // a span, or another call
                .below(
                    i > 0 && random.nextInt(3) == 0
                        ? 100 + random.nextInt(i)
                        : 1 + random.nextInt(depth));
        if (random.nextInt(3) == 0) {
          draft.response("resp_%028d%04d".formatted(trace, random.nextInt(2)));
        }
        switch (random.nextInt(4)) {
          case 0 -> draft.role("my-service", "resource:service.name");
          case 1 -> draft.role("critic", "gen_ai.agent.name");
          case 2 -> draft.decided(decision("worker", "small/tiny-1", trace * 10 + i, LATE));
          default -> {
            // nobody says anything
          }
        }
        all.add(draft.build());
      }
    }
    return all;
  }

  private static Facts facts(List<Object> mixed) {
    return facts(
        mixed.stream()
            .filter(AttributedCall.class::isInstance)
            .map(AttributedCall.class::cast)
            .toList(),
        mixed.stream().filter(SpanLink.class::isInstance).map(SpanLink.class::cast).toList());
  }

  private static Facts facts(List<AttributedCall> calls, List<SpanLink> links) {
    return new Facts(calls, links, List.of());
  }

  private static long passes(LearningParts by) {
    long before = joined();
    try {
      while (by.part(AncestorJoin.class).pass()) {
        // there is more
      }
      by.part(AncestorJoin.class).pass();
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
    return joined() - before;
  }

  private static long joined() {
    return replica.number(
        "select coalesce(sum(total), 0) from ingest_total where name = 'ancestors_joined'");
  }

  private static List<String> roles() {
    return replica.rows(
        "select get_byte(span_id, 7), role, role_source from call order by trace_id, span_id");
  }
}
