package io.floorkeeper.truth;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.floorkeeper.journey.ServiceProcess;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.apache.kafka.clients.admin.Admin;
import org.apache.kafka.clients.admin.RecordsToDelete;
import org.apache.kafka.common.TopicPartition;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * From the topics and the recorded facts comes what is there, to the last unit: though the policy
 * changed in the middle, and copies of one span were read before and after. What was tampered with
 * is found, and what the topic has lost is told.
 */
class RebuildIT {
  private static final Duration SOON = Duration.ofSeconds(60);

  @TempDir Path folder;

  @Test
  void aRebuildComesToTheSameOrSaysWhatDiffers() throws Exception {
    try (Stage stage = new Stage(folder, 12)) {
      ServiceProcess service = stage.replicas().get(0);
      List<PlannedRecord> records = records(stage);
      int half = records.size() / 2;
      Sender sender = new Sender(stage.kafka(), 10_000);

      // Given: a policy that judges, prices and names otherwise, from the middle on
      sender.send(records.subList(0, half), number -> {});
      awaitRead(stage, half);
      publish(
          service,
          service
              .policy()
              .path("document")
              .asText()
              .replace("weight: 2", "weight: 3")
              .replace("errors_count_as_zero: true", "errors_count_as_zero: false")
              .replace("aliases: [tiny-latest]", "aliases: [another-name]")
              .replace("input_usd_per_million: 3,", "input_usd_per_million: 2,"));
      sender.send(records.subList(half, records.size()), number -> {});
      awaitRead(stage, records.size());
      awaitJoined(stage);

      JsonNode same = rebuild(service);

      assertThat(same.path("equal").asBoolean()).as(same.toPrettyString()).isTrue();
      assertThat(same.path("records").asInt()).isEqualTo(records.size());
      assertThat(same.path("generations").asInt()).isGreaterThanOrEqualTo(2);
      assertThat(rows(same, "evidence")).isGreaterThan(50);
      assertThat(same.at("/missing/partitions")).isEmpty();
      assertThat(query(stage, "select count(*) from pg_namespace where nspname like '%rebuild'"))
          .as("nothing is left behind")
          .isZero();

      // A row of evidence that somebody has mended by a billionth of a dollar
      execute(
          stage,
          "update evidence set sum_nano_usd = sum_nano_usd + 1 where ctid ="
              + " (select min(ctid) from evidence where sum_nano_usd > 0)");
      String told = ServiceProcess.command(folder, "rebuild", "--server", "" + service.uri(""));
      assertThat(told).startsWith("1\n").contains("NOT equal", "live {", "rebuilt {");
      assertThat(told.lines().filter(l -> l.matches(" +evidence +\\d+ rows +2 differences")))
          .as(told)
          .hasSize(1);

      // What the topic does not keep is told
      lose(stage, 3);
      JsonNode less = rebuild(service);
      assertThat(less.at("/missing/partitions/otlp_spans-2").asInt()).isEqualTo(3);
      assertThat(less.path("equal").asBoolean()).isFalse();
    }
  }

  private static List<PlannedRecord> records(Stage stage) throws SQLException {
    try (Connection connection = stage.connect()) {
      return Multiset.of(
              Installation.read(connection), List.of(), 7, 1_500, Stage.PARTITIONS, Instant.now())
          .records()
          .stream()
          .filter(record -> !record.topic().equals(Told.OUTCOMES)) // they are not read again
          .toList();
    }
  }

  /** Nobody waits for what is there. */
  private static void awaitJoined(Stage stage) {
    Awaitility.await()
        .atMost(SOON)
        .until(
            () ->
                query(
                        stage,
                        "select count(*) from evaluation e where standing = 'held' and (exists"
                            + " (select 1 from call where trace_id || span_id ="
                            + " substring(e.target from 2)) or exists (select 1 from response_call"
                            + " where response_hash = substring(e.target from 2)))")
                    == 0);
  }

  private static void publish(ServiceProcess service, String document) {
    String digest = service.policy().path("digest").asText();
    assertThat(service.putPolicy(document, digest, "to see what is judged by it").statusCode())
        .isEqualTo(201);
  }

  private static JsonNode rebuild(ServiceProcess service) {
    return ServiceProcess.json(service.ask("POST", "/rebuild", Duration.ofSeconds(60)));
  }

  private static int rows(JsonNode report, String name) {
    for (JsonNode one : report.path("compared")) {
      if (one.path("name").asText().equals(name)) {
        return one.path("rows").asInt();
      }
    }
    throw new AssertionError("nothing was compared as " + name);
  }

  private static void lose(Stage stage, long records) throws Exception {
    try (Admin admin = Admin.create(stage.kafka())) {
      admin
          .deleteRecords(
              Map.of(new TopicPartition(Stage.TOPIC, 2), RecordsToDelete.beforeOffset(records)))
          .all()
          .get();
    }
  }

  private static void awaitRead(Stage stage, long records) {
    Awaitility.await()
        .atMost(SOON)
        .until(
            () ->
                query(
                        stage,
                        "select coalesce(sum(next_offset), 0) from stream_position where topic in ('"
                            + String.join("', '", Stage.TOPICS)
                            + "')")
                    == records);
  }

  private static long query(Stage stage, String sql) throws SQLException {
    try (Connection connection = stage.connect();
        Statement statement = connection.createStatement();
        ResultSet row = statement.executeQuery(sql)) {
      row.next();
      return row.getLong(1);
    }
  }

  private static void execute(Stage stage, String sql) throws SQLException {
    try (Connection connection = stage.connect();
        Statement statement = connection.createStatement()) {
      assertThat(statement.executeUpdate(sql)).isEqualTo(1);
    }
  }
}
