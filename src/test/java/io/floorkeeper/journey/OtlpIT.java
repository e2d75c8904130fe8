package io.floorkeeper.journey;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.protobuf.ByteString;
import io.opentelemetry.proto.logs.v1.LogRecord;
import io.opentelemetry.proto.logs.v1.LogsData;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What reaches the running service as OTLP besides spans on their topic. */
class OtlpIT {
  private static final Duration SOON = Duration.ofSeconds(20);
  private static final Path POLICY = Path.of("src/test/resources/policies/journey.yaml");

  @TempDir static Path folder;
  private static ServiceProcess service;
  private static Spans kafka;

  @BeforeAll
  static void start() {
    service = ServiceProcess.embedded(folder, POLICY).start();
    kafka = new Spans(service.kafka());
    await().atMost(SOON).until(() -> ingest().at("/streams/logs/state").asText().equals("reading"));
  }

  @AfterAll
  static void stop() {
    kafka.close();
    service.close();
  }

  @Test
  void logRecordsAreReadFromTheirTopicEachForItself() {
    long before = total("log_records");

    kafka.send("otlp_logs", logs(log(16), log(2), log(0)).toByteArray());

    await().atMost(SOON).until(() -> total("log_records") == before + 3);
    assertThat(ingest().path("dead_letters"))
        .anySatisfy(
            letter -> {
              assertThat(letter.path("topic").asText()).isEqualTo("otlp_logs");
              assertThat(letter.path("item").asInt()).isEqualTo(1);
              assertThat(letter.path("code").asText()).isEqualTo("bad_id");
              assertThat(letter.path("field").asText()).isEqualTo("traceId");
            });
  }

  private static LogRecord.Builder log(int traceIdBytes) {
    return LogRecord.newBuilder()
        .setTimeUnixNano(System.currentTimeMillis() * 1_000_000L)
        .setTraceId(ByteString.copyFrom("0123456789abcdef".substring(0, traceIdBytes), UTF_8))
        .setEventName("app.started");
  }

  private static LogsData logs(LogRecord.Builder... records) {
    LogsData.Builder data = LogsData.newBuilder();
    for (LogRecord.Builder record : records) {
      data.addResourceLogsBuilder().addScopeLogsBuilder().addLogRecords(record);
    }
    return data.build();
  }

  private static JsonNode ingest() {
    return ServiceProcess.json(service.get("/ingest"));
  }

  private static long total(String name) {
    return ingest().at("/totals/" + name).asLong();
  }
}
