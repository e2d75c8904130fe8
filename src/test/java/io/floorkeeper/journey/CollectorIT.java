package io.floorkeeper.journey;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.ByteArrayDeserializer;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * SDK, Collector, Kafka, service: what is counted in the end is what was sent, to the unit. Wants a
 * Collector, so it runs only where one is named: {@code src/acceptance/collector.sh}.
 */
@EnabledIfSystemProperty(named = CollectorIT.BINARY, matches = ".+")
class CollectorIT {
  static final String BINARY = "floorkeeper.test.collector";
  private static final Duration LONG = Duration.ofMinutes(5);
  private static final long SEED = 20_261_125L;

  @TempDir Path folder;

  @ParameterizedTest(name = "{0}, killed in the middle: {1}")
  @CsvSource({"otlp_proto, false", "otlp_json, false", "otlp_proto, true", "otlp_json, true"})
  void whatIsCountedIsWhatWasSent(String encoding, boolean killed) throws IOException {
    int tasks = Integer.getInteger("floorkeeper.test.collector.calls", 20_000) / 2;
    try (ServiceProcess service =
            ServiceProcess.embedded(folder, Path.of("src/test/resources/policies/collector.yaml"))
                .start();
        CollectorProcess collector =
            new CollectorProcess(
                    Path.of(System.getProperty(BINARY)), folder, service.kafka(), encoding)
                .start();
        InstrumentedAgents agents =
            new InstrumentedAgents(
                collector.endpoint("/v1/traces"),
                collector.endpoint("/v1/logs"),
                new SplittableRandom(SEED))) {
      // Given decisions that are signed by a stored key
      await("the database is in use")
          .atMost(LONG)
          .until(() -> service.role("worker").path("policy_version").asInt() == 1);
      List<JsonNode> decisions =
          IntStream.range(0, tasks).parallel().mapToObj(i -> service.route(role(i))).toList();
      long startNanos = System.nanoTime();

      // When
      for (int i = 0; i < tasks; i++) {
        JsonNode decision = decisions.get(i);
        agents.work(
            role(i), decision.path("decision_id").asText(), decision.path("model").asText());
        if (killed && i == tasks / 2) {
          await("the Collector is writing")
              .atMost(LONG)
              .pollInterval(Duration.ofMillis(20))
              .until(() -> collector.metric("otelcol_exporter_sent_spans_total") > 0);
          collector.kill();
          collector.start();
        }
      }
      agents.flush();
      InstrumentedAgents.Truth truth = agents.truth();
      await("all calls are counted")
          .atMost(LONG)
          .until(() -> total(service, "calls") >= truth.calls());
      await("the Collector holds nothing more")
          .atMost(LONG)
          .until(() -> collector.metric("otelcol_exporter_queue_size") == 0);
      Topics topics = new Topics(service.kafka());
      await("nothing is left to read")
          .atMost(LONG)
          .until(() -> total(service, "records") >= topics.read().spanRecords);
      double seconds = (System.nanoTime() - startNanos) / 1e9;

      // Then
      ObjectNode figures = ServiceProcess.JSON.createObjectNode();
      figures.put("encoding", encoding).put("killed", killed).put("seconds", seconds);
      figures.set("truth", ServiceProcess.JSON.valueToTree(truth));
      figures.put("batches_sent_again", agents.resends());
      figures.set("counted", totals(service));
      figures.set("topics", topics.figures());
      figures.put(
          "spans_refused_by_the_broker",
          collector.metric("otelcol_exporter_send_failed_spans_total"));
      figures.put(
          "spans_not_queued", collector.metric("otelcol_exporter_enqueue_failed_spans_total"));
      write(encoding + (killed ? "-killed" : ""), figures);
      assertThat(figures.path("spans_refused_by_the_broker").asDouble()).isZero();
      assertThat(topics.secrets).as("prompts in Kafka").isZero();
      assertThat(topics.noise).as("HTTP and database spans in Kafka").isZero();
      assertCountedOnce(service, truth, killed);
      assertThat(total(service, "dead_letters")).isZero();
      assertThat(topics.verdicts).isGreaterThanOrEqualTo(truth.verdicts());
      if (!killed) {
        assertThat(topics.verdicts).isEqualTo(truth.verdicts());
        assertThat(total(service, "log_records")).isEqualTo(truth.verdicts());
      }
    }
  }

  private static void assertCountedOnce(
      ServiceProcess service, InstrumentedAgents.Truth truth, boolean killed) {
    long duplicates = total(service, "duplicates");
    assertThat(total(service, "calls")).isEqualTo(truth.calls());
    assertThat(total(service, "routed")).isEqualTo(truth.calls());
    assertThat(
            total(service, "spans") + total(service, "log_records") - total(service, "not_calls"))
        .isEqualTo(truth.calls() + duplicates);
    if (!killed) {
      assertThat(duplicates).isZero();
      assertThat(total(service, "spans"))
          .isEqualTo(truth.tasks() * InstrumentedAgents.KEPT_PER_TASK);
    }
    Ledger ledger = Ledger.embedded(service);
    Map<String, Long> sums = new HashMap<>();
    ledger.each(
        "select count(*), count(distinct decision_id), sum(input_tokens), sum(cache_read_tokens),"
            + " sum(cache_write_tokens), sum(output_tokens), sum(catalogue_nano_usd) from call",
        row -> {
          sums.put("calls", row.getLong(1));
          sums.put("tasks", row.getLong(2));
          sums.put("input", row.getLong(3));
          sums.put("cacheRead", row.getLong(4));
          sums.put("cacheWrite", row.getLong(5));
          sums.put("output", row.getLong(6));
          sums.put("nanoUsd", row.getLong(7));
        });
    assertThat(sums)
        .isEqualTo(
            Map.of(
                "calls", truth.calls(),
                "tasks", truth.tasks(),
                "input", truth.input(),
                "cacheRead", truth.cacheRead(),
                "cacheWrite", truth.cacheWrite(),
                "output", truth.output(),
                "nanoUsd", truth.nanoUsd()));
    assertThat(
            ledger.number(
                "select sum(input_tokens + cache_read_tokens + cache_write_tokens + output_tokens)"
                    + " from evidence"))
        .isEqualTo(truth.input() + truth.cacheRead() + truth.cacheWrite() + truth.output());
    assertThat(ledger.number("select sum(sum_nano_usd) from evidence")).isEqualTo(truth.nanoUsd());
  }

  private static String role(int task) {
    return task % 2 == 0 ? "worker" : "critic";
  }

  private static JsonNode totals(ServiceProcess service) {
    return ServiceProcess.json(service.get("/ingest?dead_letters=0")).path("totals");
  }

  private static long total(ServiceProcess service, String name) {
    return totals(service).path(name).asLong();
  }

  private static void write(String name, ObjectNode figures) throws IOException {
    Path file = Path.of("target", "collector", name + ".json");
    Files.createDirectories(file.getParent());
    Files.writeString(file, figures.toPrettyString());
  }

  /** What lies in the topics, byte for byte. */
  private static final class Topics {
    private static final List<String> NOISE =
        List.of("http.request.method", "db.system.name", "db.query.text", "url.full");

    private final String kafka;
    private long spanRecords;
    private long logRecords;
    private long keyed;
    private long bytes;
    private int largest;
    private long secrets;
    private long noise;
    private long verdicts;

    Topics(String kafka) {
      this.kafka = kafka;
    }

    /** From the beginning to what is now the end. */
    Topics read() {
      spanRecords = logRecords = keyed = bytes = secrets = noise = verdicts = 0;
      Properties properties = new Properties();
      properties.put("bootstrap.servers", kafka);
      try (KafkaConsumer<byte[], byte[]> consumer =
          new KafkaConsumer<>(
              properties, new ByteArrayDeserializer(), new ByteArrayDeserializer())) {
        List<TopicPartition> partitions = new ArrayList<>();
        for (String topic : List.of("otlp_spans", "otlp_logs")) {
          consumer
              .partitionsFor(topic)
              .forEach(p -> partitions.add(new TopicPartition(topic, p.partition())));
        }
        consumer.assign(partitions);
        consumer.seekToBeginning(partitions);
        Map<TopicPartition, Long> ends = consumer.endOffsets(partitions);
        while (partitions.stream().anyMatch(p -> consumer.position(p) < ends.get(p))) {
          consumer.poll(Duration.ofMillis(500)).forEach(this::look);
        }
      }
      return this;
    }

    private void look(ConsumerRecord<byte[], byte[]> record) {
      String text = new String(record.value(), StandardCharsets.ISO_8859_1);
      secrets += count(text, InstrumentedAgents.SECRET);
      NOISE.forEach(key -> noise += count(text, key));
      bytes += record.value().length;
      largest = Math.max(largest, record.value().length);
      keyed += record.key() == null ? 0 : 1;
      if (record.topic().equals("otlp_logs")) {
        logRecords++;
        verdicts += count(text, "gen_ai.evaluation.name");
      } else {
        spanRecords++;
      }
    }

    private static int count(String text, String of) {
      int found = 0;
      for (int at = text.indexOf(of); at >= 0; at = text.indexOf(of, at + 1)) {
        found++;
      }
      return found;
    }

    ObjectNode figures() {
      return ServiceProcess.JSON
          .createObjectNode()
          .put("span_records", spanRecords)
          .put("log_records", logRecords)
          .put("keyed", keyed)
          .put("bytes", bytes)
          .put("largest_bytes", largest)
          .put("prompts", secrets)
          .put("noise", noise)
          .put("verdicts", verdicts);
    }
  }
}
