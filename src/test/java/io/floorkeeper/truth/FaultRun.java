package io.floorkeeper.truth;

import com.fasterxml.jackson.databind.JsonNode;
import io.floorkeeper.journey.ServiceProcess;
import io.floorkeeper.ledger.DecisionId;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.SynchronousQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;

/**
 * A known multiset through two replicas while faults happen, and what came of it beside the truth.
 * The faults, their points and everything sent follow from the seed; what the faults meet does not.
 *
 * @param spans that are sent at least
 * @param faults how many
 * @param spansPerSecond between faults; a fault that is due waits for the one before
 * @param batchRecords of a transaction at most
 */
record FaultRun(
    int spans, int faults, long seed, int spansPerSecond, int batchRecords, Duration drainLimit) {
  private static final List<String> ROLES = List.of("worker", "critic", "planner", "file-ops");

  /** What it came to. */
  record Outcome(Figures truth, Figures found, Figures.Comparison comparison, String summary) {}

  /**
   * @param folder for data and logs
   * @param progress is told what happens, line by line
   */
  Outcome run(Path folder, Consumer<String> progress) throws Exception {
    try (Stage stage = new Stage(folder, batchRecords)) {
      Installation installation = installation(stage);
      List<DecisionId> asked = ask(stage, installation);
      Instant now = Instant.now();
      Multiset multiset = Multiset.of(installation, asked, seed, spans, Stage.PARTITIONS, now);
      progress.accept(
          multiset.spans() + " spans in " + multiset.records().size() + " records are planned");
      long begin = System.nanoTime();
      send(stage, multiset, progress);
      progress.accept(String.format("all is sent after %.0f s", seconds(begin)));
      revive(stage);
      TopicReader topics = new TopicReader(stage.kafka());
      awaitNoLag(stage, topics.end(Stage.TOPICS));
      progress.accept(String.format("all is read after %.0f s", seconds(begin)));
      Figures truth = Oracle.figures(installation, topics.placed(Stage.TOPICS, multiset.records()));
      awaitNobodyWaits(stage, truth.sum("evaluations/held"));
      progress.accept(String.format("all that can be joined is after %.0f s", seconds(begin)));
      Figures found = found(stage, topics);
      return new Outcome(
          truth,
          found,
          truth.compare(found),
          String.format(
              "seed %d: %d spans, %d records, %d faults, %.0f s",
              seed, multiset.spans(), multiset.records().size(), faults, seconds(begin)));
    }
  }

  private Installation installation(Stage stage) throws SQLException {
    try (Connection connection = stage.connect()) {
      return Installation.read(connection);
    }
  }

  /** Some decisions are the service's own. */
  private List<DecisionId> ask(Stage stage, Installation installation) {
    List<DecisionId> ids = new ArrayList<>();
    ServiceProcess service = stage.replicas().get(0);
    for (int i = 0; i < Math.min(400, spans / 100); i++) {
      JsonNode answer = service.route(ROLES.get(i % ROLES.size()));
      ids.add(installation.keys().verify(answer.path("decision_id").asText()));
    }
    return ids;
  }

  private void send(Stage stage, Multiset multiset, Consumer<String> progress) throws Exception {
    Random random = new Random(seed ^ 0x5DEECE66DL);
    List<Faults.Kind> kinds = Faults.drawn(faults, random);
    TreeMap<Integer, Faults.Kind> points = new TreeMap<>();
    while (points.size() < faults) {
      int at = random.nextInt(multiset.records().size());
      points.putIfAbsent(at, kinds.get(points.size()));
    }
    Faults happening = new Faults(stage, random, progress);
    SynchronousQueue<Faults.Kind> due = new SynchronousQueue<>();
    CompletableFuture<Void> all =
        CompletableFuture.runAsync(
            () -> {
              try {
                for (int i = 0; i < faults; i++) {
                  happening.happen(due.take());
                }
              } catch (InterruptedException e) {
                throw new IllegalStateException(e);
              }
            },
            task -> new Thread(task, "faults").start());
    new Sender(stage.kafka(), spansPerSecond)
        .send(multiset.records(), number -> hand(points.get(number), due, all));
    all.get(6, TimeUnit.MINUTES);
  }

  /** Returns when the fault begins. */
  private static void hand(
      Faults.Kind kind, SynchronousQueue<Faults.Kind> due, CompletableFuture<Void> all) {
    try {
      if (kind != null && !due.offer(kind, 6, TimeUnit.MINUTES)) {
        all.getNow(null); // tells what it died of
        throw new IllegalStateException("the fault before takes too long");
      }
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  /** The last one killed may have been left to start by itself, and been killed at that. */
  private static void revive(Stage stage) {
    for (ServiceProcess replica : stage.replicas()) {
      if (!replica.isAlive()) {
        replica.start();
      }
    }
  }

  private void awaitNoLag(Stage stage, long end) {
    Awaitility.await("all " + end + " records are read")
        .atMost(drainLimit)
        .pollInterval(Duration.ofMillis(200))
        .ignoreExceptionsInstanceOf(SQLException.class)
        .until(() -> position(stage) == end);
  }

  /** But for those that wait for what never comes; else the comparison tells who waits. */
  private void awaitNobodyWaits(Stage stage, long held) {
    try {
      Awaitility.await()
          .atMost(drainLimit)
          .pollInterval(Duration.ofMillis(200))
          .ignoreExceptionsInstanceOf(SQLException.class)
          .until(() -> waiting(stage) == held);
    } catch (ConditionTimeoutException e) {
      return;
    }
  }

  private static long waiting(Stage stage) throws SQLException {
    try (Connection connection = stage.connect();
        Statement statement = connection.createStatement();
        ResultSet row =
            statement.executeQuery("select count(*) from evaluation where standing = 'held'")) {
      row.next();
      return row.getLong(1);
    }
  }

  private static long position(Stage stage) throws SQLException {
    try (Connection connection = stage.connect();
        Statement statement = connection.createStatement();
        ResultSet row =
            statement.executeQuery(
                "select coalesce(sum(next_offset), 0) from stream_position where topic in ('"
                    + String.join("', '", Stage.TOPICS)
                    + "')")) {
      row.next();
      return row.getLong(1);
    }
  }

  private static Figures found(Stage stage, TopicReader topics) throws SQLException {
    Figures found;
    try (Connection connection = stage.connect()) {
      found = LiveFigures.read(connection);
    }
    Map<String, String> letters = topics.letters("floorkeeper.dead-letters");
    letters.forEach((key, code) -> found.put("letter-topic/" + key, code));
    return found;
  }

  private static double seconds(long sinceNanos) {
    return (System.nanoTime() - sinceNanos) / 1e9;
  }
}
