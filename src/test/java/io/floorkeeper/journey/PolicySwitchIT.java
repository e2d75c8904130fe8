package io.floorkeeper.journey;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CyclicBarrier;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/**
 * Two replicas on one database, under load: what one is told, both do within a second, and nobody
 * who asks for a decision notices. {@code -Dswitches=N} for more of each kind.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class PolicySwitchIT {
  private static final Path POLICY = Path.of("src/test/resources/policies/journey.yaml");
  private static final int SWITCHES = Integer.getInteger("switches", 20);

  /** Of nine in ten: pauses of a busy machine are not the service's. */
  private static final double LIMIT_MILLIS = 1_000;

  private static final double NEVER_MILLIS = 5_000;

  private Replicas replicas;
  private ServiceProcess a;
  private ServiceProcess b;

  @BeforeAll
  void start(@TempDir Path folder) {
    replicas = new Replicas(folder);
    a = Replicas.live(replicas.replica(POLICY).start());
    b = Replicas.live(replicas.replica(POLICY).start());
  }

  @AfterAll
  void stop() {
    replicas.close();
  }

  @Test
  void ofTwoWritersAtOnceOneWinsAndTheOtherIsToldWhatIsInForce() throws Exception {
    for (int round = 0; round < SWITCHES; round++) {
      awaitBoth(newest());
      String digest = a.policy().path("digest").asText();
      CyclicBarrier start = new CyclicBarrier(2);
      ConcurrentHashMap<ServiceProcess, HttpResponse<String>> answers = new ConcurrentHashMap<>();
      List<Thread> writers = new ArrayList<>();
      for (ServiceProcess service : List.of(a, b)) {
        String document = variant((service == a ? "a" : "b") + round);
        Thread writer =
            new Thread(
                () -> {
                  try {
                    start.await();
                  } catch (Exception e) {
                    throw new IllegalStateException(e);
                  }
                  answers.put(service, service.putPolicy(document, digest, "at once"));
                });
        writers.add(writer);
        writer.start();
      }
      for (Thread writer : writers) {
        writer.join();
      }
      List<Integer> statuses = new ArrayList<>();
      answers.values().forEach(answer -> statuses.add(answer.statusCode()));
      Collections.sort(statuses);
      assertThat(statuses).containsExactly(201, 412);
      ServiceProcess winner = answers.get(a).statusCode() == 201 ? a : b;
      JsonNode won = ServiceProcess.json(answers.get(winner));
      JsonNode lost = ServiceProcess.json(answers.get(winner == a ? b : a));
      assertThat(lost.path("current_digest")).isEqualTo(won.path("digest"));
      assertThat(lost.path("current_version")).isEqualTo(won.path("version"));
      assertThat(lost.path("code").asText()).isEqualTo("policy_moved");
    }
    Ledger ledger = replicas.ledger();
    assertThat(ledger.number("select max(version) - count(*) from policy_version")).isZero();
    assertThat(
            ledger.number(
                "select count(*) from policy_version v join policy_version p"
                    + " on p.version = v.version - 1 where v.parent_digest <> p.digest"))
        .as("every version knows its parent")
        .isZero();
  }

  @Test
  void killSwitchAndRollbackReachBothWithinASecondAndNoRequestFails() throws Exception {
    try (RouteLoad onA = new RouteLoad(a, 4, 50);
        RouteLoad onB = new RouteLoad(b, 4, 50)) {
      await()
          .atMost(Duration.ofSeconds(20))
          .until(() -> onA.answers() > 100 && onB.answers() > 100);

      Timings kills = new Timings("kill switch");
      for (int i = 0; i < SWITCHES; i++) {
        boolean on = i % 2 == 0;
        ServiceProcess told = i / 2 % 2 == 0 ? a : b;
        long since = System.nanoTime();
        HttpResponse<String> answer =
            told.post("/kill-switch", "{\"on\":" + on + ",\"reason\":\"drill " + i + "\"}");
        long answered = System.nanoTime();
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(ServiceProcess.json(answer).path("scope").asText()).isEqualTo("every replica");
        assertThat(killed(told.route("worker"))).as("here when it has answered").isEqualTo(on);
        kills.take(told == a ? onB : onA, since, answered, d -> killed(d) == on);
      }

      Timings rollbacks = new Timings("rollback");
      int one = newest();
      a.putPolicy(variant("other"), a.policy().path("digest").asText(), "to go back from");
      int other = newest();
      assertThat(other).isGreaterThan(one);
      awaitBoth(other);
      for (int i = 0; i < SWITCHES; i++) {
        ServiceProcess told = i % 2 == 0 ? a : b;
        String digest = told.policy().path("digest").asText();
        long since = System.nanoTime();
        HttpResponse<String> answer = told.rollback(i % 2 == 0 ? one : other, digest);
        long answered = System.nanoTime();
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(201);
        int version = ServiceProcess.json(answer).path("version").asInt();
        assertThat(told.route("worker").path("policy_version").asInt()).isEqualTo(version);
        rollbacks.take(
            told == a ? onB : onA,
            since,
            answered,
            d -> d.path("policy_version").asInt() == version);
      }

      System.out.printf(
          Locale.ROOT,
          "two replicas under load: %d answers, %d failed%n%s%s",
          onA.answers() + onB.answers(),
          onA.failures().size() + onB.failures().size(),
          kills.told(),
          rollbacks.told());
      assertThat(onA.failures()).isEmpty();
      assertThat(onB.failures()).isEmpty();
      kills.assertWithinLimit();
      rollbacks.assertWithinLimit();
    }
    Ledger ledger = replicas.ledger();
    assertThat(ledger.number("select count(*) from kill_switch")).isGreaterThanOrEqualTo(SWITCHES);
    assertThat(ledger.number("select count(*) from audit_event where kind like 'kill_switch.%'"))
        .isEqualTo(ledger.number("select count(*) from kill_switch"));
    JsonNode history = ServiceProcess.json(b.get("/kill-switch")).path("history");
    Set<String> reasons = new HashSet<>();
    history.forEach(turn -> reasons.add(turn.path("reason").asText()));
    assertThat(reasons).contains("drill 0", "drill " + (SWITCHES - 1));
  }

  /** How long it took, each time, until the replica that was not told decided so too. */
  private record Timings(String what, List<Double> both, List<Double> other) {
    Timings(String what) {
      this(what, new ArrayList<>(), new ArrayList<>());
    }

    /**
     * The replica that was told has been looked at already.
     *
     * @param since before the call was sent, {@code answered} after its answer came; nanoseconds
     */
    void take(RouteLoad untold, long since, long answered, Predicate<JsonNode> expected)
        throws Exception {
      long nanos = untold.nanosUntil("worker", since, expected);
      both.add(nanos / 1e6);
      other.add(Math.max(0, nanos - (answered - since)) / 1e6);
    }

    void assertWithinLimit() {
      assertThat(quantile(both, .9)).isLessThan(LIMIT_MILLIS);
      assertThat(quantile(both, 1)).isLessThan(NEVER_MILLIS);
    }

    String told() {
      return told("call sent until both decide so", both)
          + told("its answer until the other does", other);
    }

    private String told(String from, List<Double> millis) {
      return String.format(
          Locale.ROOT,
          "  %-12s %-32s n=%d  p50 %.0f ms  p90 %.0f ms  p99 %.0f ms  max %.0f ms%n",
          what,
          from,
          millis.size(),
          quantile(millis, .5),
          quantile(millis, .9),
          quantile(millis, .99),
          quantile(millis, 1));
    }

    private static double quantile(List<Double> millis, double share) {
      List<Double> sorted = new ArrayList<>(millis);
      Collections.sort(sorted);
      return sorted.get(Math.max(0, (int) Math.ceil(share * sorted.size()) - 1));
    }
  }

  private static boolean killed(JsonNode decision) {
    return decision.path("constraints").toString().contains("kill_switch");
  }

  private int newest() {
    return (int) replicas.ledger().number("select max(version) from policy_version");
  }

  private void awaitBoth(int version) {
    await()
        .atMost(Duration.ofSeconds(1))
        .pollInterval(Duration.ofMillis(20))
        .until(
            () ->
                a.policy().path("version").asInt() == version
                    && b.policy().path("version").asInt() == version);
  }

  private String variant(String name) {
    return replicas.ledger().text("select document from policy_version where version = 1")
        + "  - {name: variant, match: {role: worker, tags: {v: "
        + name
        + "}}, models: [grand-1]}\n";
  }
}
