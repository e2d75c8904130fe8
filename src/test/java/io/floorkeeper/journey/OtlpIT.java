package io.floorkeeper.journey;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.google.protobuf.ByteString;
import com.google.protobuf.CodedInputStream;
import io.floorkeeper.platform.EmbeddedPlatform;
import io.opentelemetry.api.logs.Severity;
import io.opentelemetry.exporter.internal.otlp.traces.TraceRequestMarshaler;
import io.opentelemetry.exporter.otlp.http.logs.OtlpHttpLogRecordExporter;
import io.opentelemetry.exporter.otlp.http.trace.OtlpHttpSpanExporter;
import io.opentelemetry.proto.logs.v1.LogRecord;
import io.opentelemetry.proto.logs.v1.LogsData;
import io.opentelemetry.sdk.common.CompletableResultCode;
import io.opentelemetry.sdk.logs.SdkLoggerProvider;
import io.opentelemetry.sdk.logs.export.SimpleLogRecordProcessor;
import io.opentelemetry.sdk.trace.SdkTracerProvider;
import io.opentelemetry.sdk.trace.data.SpanData;
import io.opentelemetry.sdk.trace.export.SimpleSpanProcessor;
import io.opentelemetry.sdk.trace.export.SpanExporter;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What reaches the running service as OTLP besides spans on their topic: logs, and OTLP/HTTP. */
class OtlpIT {
  private static final Duration SOON = Duration.ofSeconds(20);
  private static final Path POLICY = Path.of("src/test/resources/policies/journey.yaml");
  private static final String PROTOBUF = "application/x-protobuf";
  private static final String JSON = "application/json";
  private static final int MOST = 100_000;

  @TempDir static Path folder;
  private static EmbeddedPlatform parts;
  private static ServiceProcess service;
  private static Spans kafka;

  @BeforeAll
  static void start() {
    parts = EmbeddedPlatform.start(folder.resolve("parts"), EmbeddedPlatform.Options.onFreePorts());
    Map<String, String> settings = new HashMap<>(parts.quarkusSettings());
    settings.put("floorkeeper.policy.file", POLICY.toAbsolutePath().toString());
    settings.put("floorkeeper.ingest.log-topics", "otlp_logs,otlp_spans"); // one of them twice
    settings.put("floorkeeper.ingest.max-message-bytes", "" + MOST);
    settings.put("floorkeeper.ingest.http.ack-limit", "PT2S");
    service = new ServiceProcess(folder, settings).start();
    kafka = new Spans(service.kafka());
    await().atMost(SOON).until(() -> ingest().at("/streams/logs/state").asText().equals("reading"));
  }

  @AfterAll
  static void stop() {
    kafka.close();
    service.close();
    parts.close();
  }

  @Test
  void logRecordsAreReadFromTheirTopicEachForItself() {
    long before = total("log_records");

    kafka.send("otlp_logs", logs(log(16), log(2), log(0)).toByteArray());

    await().atMost(SOON).until(() -> total("log_records") >= before + 3);
    assertThat(ingest().path("dead_letters"))
        .anySatisfy(
            letter -> {
              assertThat(letter.path("topic").asText()).isEqualTo("otlp_logs");
              assertThat(letter.path("item").asInt()).isEqualTo(1);
              assertThat(letter.path("code").asText()).isEqualTo("bad_id");
              assertThat(letter.path("field").asText()).isEqualTo("traceId");
            });
  }

  @ParameterizedTest
  @ValueSource(strings = {"none", "gzip"})
  void theExportersOfTheSdkAreUnderstood(String compression) {
    // Given
    long spans = total("spans");
    long logs = total("log_records");
    try (SdkTracerProvider tracers =
            SdkTracerProvider.builder()
                .addSpanProcessor(
                    SimpleSpanProcessor.create(
                        OtlpHttpSpanExporter.builder()
                            .setEndpoint(service.uri("/v1/traces").toString())
                            .setCompression(compression)
                            .build()))
                .build();
        SdkLoggerProvider loggers =
            SdkLoggerProvider.builder()
                .addLogRecordProcessor(
                    SimpleLogRecordProcessor.create(
                        OtlpHttpLogRecordExporter.builder()
                            .setEndpoint(service.uri("/v1/logs").toString())
                            .setCompression(compression)
                            .build()))
                .build()) {

      // When
      end(tracers);
      loggers.get("test").logRecordBuilder().setSeverity(Severity.INFO).setBody("hello").emit();

      // Then the exporters were told that all went well, and it was read
      assertThat(tracers.forceFlush().join(20, TimeUnit.SECONDS).isSuccess()).isTrue();
      assertThat(loggers.forceFlush().join(20, TimeUnit.SECONDS).isSuccess()).isTrue();
      await().atMost(SOON).until(() -> total("spans") >= spans + 1);
      await().atMost(SOON).until(() -> total("log_records") >= logs + 1);
    }
  }

  @ParameterizedTest
  @CsvSource({PROTOBUF + ",", PROTOBUF + ",gzip", JSON + ",", JSON + ",gzip"})
  void theAnswerIsInTheEncodingOfTheRequest(String kind, String coding) throws IOException {
    // Given
    long before = total("spans");
    byte[] body = request(kind);

    // When
    HttpResponse<byte[]> answer =
        post("/v1/traces", kind, coding, coding == null ? body : gzip(body));

    // Then
    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.headers().firstValue("Content-Type").orElse("")).startsWith(kind);
    assertThat(new String(answer.body(), UTF_8)).isEqualTo(kind.equals(JSON) ? "{}" : "");
    await().atMost(SOON).until(() -> total("spans") >= before + 1);
  }

  @Test
  void whatIsNoOtlpIsRefusedAndNeverReachesKafka() throws IOException {
    long before = total("records");

    HttpResponse<byte[]> json = post("/v1/traces", JSON, null, "{\"secret\":1}".getBytes(UTF_8));
    HttpResponse<byte[]> protobuf = post("/v1/logs", PROTOBUF, null, new byte[] {7, 7, 7});
    HttpResponse<byte[]> cut = post("/v1/logs", PROTOBUF, "gzip", new byte[] {7, 7, 7});
    HttpResponse<byte[]> brotli = post("/v1/traces", JSON, "br", request(JSON));
    HttpResponse<byte[]> text = post("/v1/traces", "text/plain", null, request(JSON));
    HttpResponse<byte[]> empty = post("/v1/traces", PROTOBUF, null, new byte[0]);

    assertThat(json.statusCode()).isEqualTo(400);
    assertThat(ServiceProcess.JSON.readTree(json.body()).path("code").asInt()).isEqualTo(3);
    assertThat(new String(json.body(), UTF_8)).contains("not_otlp").doesNotContain("secret");
    assertThat(protobuf.statusCode()).isEqualTo(400);
    assertThat(message(protobuf)).startsWith("not_otlp");
    assertThat(cut.statusCode()).isEqualTo(400);
    assertThat(brotli.statusCode()).isEqualTo(415);
    assertThat(text.statusCode()).isEqualTo(415);
    assertThat(empty.statusCode()).isEqualTo(200);
    assertThat(total("records")).isEqualTo(before);
  }

  @Test
  void theNameOfACodingIsOfAnyCase() throws IOException {
    long before = total("spans");

    assertThat(post("/v1/traces", JSON, "GZIP", gzip(request(JSON))).statusCode()).isEqualTo(200);

    await().atMost(SOON).until(() -> total("spans") >= before + 1);
  }

  @Test
  void aFloodOfEmptySpansIsCountedWholeAndToldInPart() {
    // Given
    long spans = total("spans");
    long letters = total("dead_letters");
    String flood = "{},".repeat(30_000) + "{}";
    String body = "{\"resourceSpans\":[{\"scopeSpans\":[{\"spans\":[" + flood + "]}]}]}";

    // When
    assertThat(post("/v1/traces", JSON, null, body.getBytes(UTF_8)).statusCode()).isEqualTo(200);

    // Then
    await().atMost(SOON).until(() -> total("spans") >= spans + 30_001);
    assertThat(total("dead_letters")).isGreaterThanOrEqualTo(letters + 30_001);
    assertThat(ServiceProcess.json(service.get("/ingest?dead_letters=500")).path("dead_letters"))
        .anySatisfy(
            letter ->
                assertThat(letter.path("message").asText())
                    .isEqualTo("29901 more items of this record could not be read"));
  }

  @Test
  void aDecisionOnASpanThatIsNoCallIsSaidToBe() throws IOException {
    // Given
    long before = ingest().at("/correlation/decisions_on_no_call/n").asLong();
    String body =
        new String(request(JSON), UTF_8)
            .replace("\"chat\"", "\"invoke_agent\"")
            .replace("gen_ai.request.model", "floorkeeper.decision.id");

    // When
    assertThat(post("/v1/traces", JSON, null, body.getBytes(UTF_8)).statusCode()).isEqualTo(200);

    // Then
    await()
        .atMost(SOON)
        .until(() -> ingest().at("/correlation/decisions_on_no_call/n").asLong() == before + 1);
    assertThat(ingest().at("/correlation/decisions_on_no_call/by_reason")).isNotEmpty();
  }

  @Test
  void whatIsTooLargeIsSaidToBe() throws IOException {
    // Given blanks behind a batch: a bomb that is small until it is unpacked
    byte[] batch = request(JSON);
    byte[] bomb = new byte[5_000_000];
    Arrays.fill(bomb, (byte) ' ');
    System.arraycopy(batch, 0, bomb, 0, batch.length);
    byte[] small = gzip(bomb);
    assertThat(small).hasSizeLessThan(MOST);

    // When
    HttpResponse<byte[]> plain = post("/v1/traces", JSON, null, Arrays.copyOf(bomb, MOST + 1));
    HttpResponse<byte[]> packed = post("/v1/traces", JSON, "gzip", small);

    // Then
    assertThat(plain.statusCode()).isEqualTo(413);
    assertThat(packed.statusCode()).isEqualTo(413);
    assertThat(new String(packed.body(), UTF_8)).contains("more than " + MOST + " bytes");
  }

  @Test
  void aLargeRecordOfAnotherWriterIsADeadLetter() {
    kafka.send("otlp_spans", new byte[MOST + 1]);

    await()
        .atMost(SOON)
        .until(() -> ingest().path("dead_letters").findValuesAsText("code").contains("too_large"));
  }

  @Test
  void withoutABrokerItAsksToComeAgain() throws IOException {
    byte[] body = request(PROTOBUF);
    assertThat(post("/v1/traces", PROTOBUF, null, body).statusCode()).isEqualTo(200);
    parts.broker().orElseThrow().stop();
    try {
      HttpResponse<byte[]> waited = post("/v1/traces", PROTOBUF, null, body);
      HttpResponse<byte[]> atOnce = post("/v1/traces", PROTOBUF, null, body);

      for (HttpResponse<byte[]> answer : List.of(waited, atOnce)) {
        assertThat(answer.statusCode()).isEqualTo(503);
        assertThat(answer.headers().firstValue("Retry-After")).contains("1");
        assertThat(message(answer)).startsWith("the broker");
      }
    } finally {
      parts.broker().orElseThrow().start();
    }
    await().atMost(SOON).until(() -> post("/v1/traces", PROTOBUF, null, body).statusCode() == 200);
    assertThat(service.get("/q/metrics").body())
        .contains("floorkeeper_ingest_http_seconds_count{result=\"unavailable\",signal=\"span\"}")
        .contains("floorkeeper_ingest_http_in_flight_bytes 0.0");
  }

  private static void end(SdkTracerProvider tracers) {
    tracers
        .get("test")
        .spanBuilder("chat")
        .setAttribute("gen_ai.operation.name", "chat")
        .setAttribute("gen_ai.request.model", "tiny-1")
        .setAttribute("gen_ai.usage.input_tokens", 12)
        .startSpan()
        .end();
  }

  /** One span, as the SDK writes it. */
  private static byte[] request(String kind) throws IOException {
    List<SpanData> ended = new ArrayList<>();
    try (SdkTracerProvider tracers =
        SdkTracerProvider.builder()
            .addSpanProcessor(SimpleSpanProcessor.create(collecting(ended)))
            .build()) {
      end(tracers);
    }
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    TraceRequestMarshaler marshaler = TraceRequestMarshaler.create(ended);
    if (kind.equals(JSON)) {
      marshaler.writeJsonTo(bytes);
    } else {
      marshaler.writeBinaryTo(bytes);
    }
    return bytes.toByteArray();
  }

  private static SpanExporter collecting(List<SpanData> ended) {
    return new SpanExporter() {
      @Override
      public CompletableResultCode export(Collection<SpanData> spans) {
        ended.addAll(spans);
        return CompletableResultCode.ofSuccess();
      }

      @Override
      public CompletableResultCode flush() {
        return CompletableResultCode.ofSuccess();
      }

      @Override
      public CompletableResultCode shutdown() {
        return CompletableResultCode.ofSuccess();
      }
    };
  }

  private static HttpResponse<byte[]> post(String path, String kind, String coding, byte[] body) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(service.uri(path))
            .timeout(Duration.ofSeconds(20))
            .header("Content-Type", kind)
            .POST(HttpRequest.BodyPublishers.ofByteArray(body));
    if (coding != null) {
      request.header("Content-Encoding", coding);
    }
    return service.send(request.build(), HttpResponse.BodyHandlers.ofByteArray());
  }

  /** Of a google.rpc.Status: its second field. */
  private static String message(HttpResponse<byte[]> answer) throws IOException {
    CodedInputStream in = CodedInputStream.newInstance(answer.body());
    assertThat(in.readTag()).isEqualTo(1 << 3);
    in.readInt32();
    assertThat(in.readTag()).isEqualTo(2 << 3 | 2);
    return in.readString();
  }

  private static byte[] gzip(byte[] body) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (GZIPOutputStream out = new GZIPOutputStream(bytes)) {
      out.write(body);
    }
    return bytes.toByteArray();
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
