package io.floorkeeper.ingest;

import static io.floorkeeper.ingest.Otlp.SPAN;
import static io.floorkeeper.ingest.Otlp.START;
import static io.floorkeeper.ingest.Otlp.TRACE;
import static io.floorkeeper.ingest.Otlp.batch;
import static io.floorkeeper.ingest.Otlp.span;
import static io.floorkeeper.ingest.OtlpLogs.body;
import static io.floorkeeper.ingest.OtlpLogs.log;
import static io.floorkeeper.ingest.OtlpLogs.logs;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedOutputStream;
import io.floorkeeper.ingest.RawSpan.Signal;
import io.opentelemetry.proto.logs.v1.LogRecord;
import io.opentelemetry.proto.logs.v1.LogsData;
import io.opentelemetry.proto.trace.v1.TracesData;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Log records become spans that begin and end when they were written. */
class OtlpLogsTest {
  private static final String EVALUATION = "gen_ai.evaluation.result";
  private static final int MOST = 100_000;

  private final OtlpDecoder decoder = new OtlpDecoder(Dialects.bundled(), MOST);

  @Test
  void bothEncodingsGiveTheSame() {
    // Given
    LogsData data =
        logs(
            "acme.evaluator",
            Map.of("service.name", "shop", "host.name", "web-1"),
            log(
                    EVALUATION,
                    "gen_ai.evaluation.name",
                    "Relevance",
                    "gen_ai.evaluation.score.value",
                    4.0,
                    "gen_ai.evaluation.explanation",
                    "because",
                    "gen_ai.response.id",
                    "r-1")
                .setBody(body("what was said"))
                .setSeverityNumberValue(9)
                .setFlags(1));

    for (byte[] value : List.of(data.toByteArray(), OtlpLogs.json(data))) {
      // When
      Decoded decoded = decoder.decode(value, Signal.LOG);

      // Then
      RawSpan expected =
          new RawSpan(
              Signal.LOG,
              TRACE,
              SPAN,
              "",
              EVALUATION,
              START,
              START,
              RawSpan.Status.UNSET,
              "acme.evaluator",
              Map.of(
                  "gen_ai.evaluation.name", "Relevance",
                  "gen_ai.evaluation.score.value", 4.0,
                  "gen_ai.response.id", "r-1"),
              Map.of("service.name", "shop"),
              List.of(),
              List.of());
      assertThat(decoded).isEqualTo(new Decoded.Spans(List.of(expected), List.of(), 1, 0));
    }
  }

  @Test
  void theNameMayBeAnAttributeAndTheTimeThatOfTheObserver() {
    // Given
    LogsData data =
        logs(log("", "event.name", "api_request").setTimeUnixNano(0).setObservedTimeUnixNano(7));

    for (byte[] value : List.of(data.toByteArray(), OtlpLogs.json(data))) {
      // When
      RawSpan read = spans(value, Signal.LOG).spans().get(0);

      // Then
      assertThat(read.name()).isEqualTo("api_request");
      assertThat(read.startUnixNano()).isEqualTo(7);
      assertThat(read.endUnixNano()).isEqualTo(7);
    }
  }

  @Test
  void aRecordNeedsNoSpanAndNoTrace() {
    // Given
    LogsData data =
        logs(
            log("a").clearTraceId().clearSpanId(),
            log("b").clearSpanId(),
            log("c").setTraceId(zeros(16)).setSpanId(zeros(8)));

    for (byte[] value : List.of(data.toByteArray(), OtlpLogs.json(data))) {
      // When
      Decoded.Spans decoded = spans(value, Signal.LOG);

      // Then
      assertThat(decoded.rejected()).isEmpty();
      assertThat(decoded.spans())
          .extracting(RawSpan::name, RawSpan::traceId, RawSpan::spanId)
          .containsExactly(tuple("a", "", ""), tuple("b", TRACE, ""), tuple("c", "", ""));
    }
  }

  @Test
  void oneBadRecordLosesThatRecordOnly() {
    // Given an id that is cut off, and a span without its trace
    LogsData data =
        logs(log("a").setTraceId(Otlp.bytes("0af7")), log("b"), log("c").clearTraceId());

    for (byte[] value : List.of(data.toByteArray(), OtlpLogs.json(data))) {
      // When
      Decoded.Spans decoded = spans(value, Signal.LOG);

      // Then
      assertThat(decoded.spans()).extracting(RawSpan::name).containsExactly("b");
      assertThat(decoded.rejected())
          .extracting(SpanReading.Rejected::code, SpanReading.Rejected::field)
          .containsExactly(tuple("bad_id", "traceId"), tuple("bad_id", "traceId"));
      assertThat(decoded.logRecords()).isEqualTo(3);
    }
  }

  /** The two are one shape in protobuf down to their items. */
  @ParameterizedTest
  @EnumSource
  void aBatchOnTheOthersTopicIsReadForWhatItIs(Signal topic) {
    // Given
    TracesData traces = batch(span("gen_ai.operation.name", "chat"));
    LogsData logs = logs(log(EVALUATION), log("").setTimeUnixNano(0).setObservedTimeUnixNano(5));

    for (byte[] value : List.of(traces.toByteArray(), Otlp.json(traces))) {
      // When
      Decoded.Spans decoded = spans(value, topic);

      // Then
      assertThat(decoded.spans()).extracting(RawSpan::signal).containsExactly(Signal.SPAN);
      assertThat(decoded.logRecords()).isZero();
    }
    for (byte[] value : List.of(logs.toByteArray(), OtlpLogs.json(logs))) {
      // When
      Decoded.Spans decoded = spans(value, topic);

      // Then
      assertThat(decoded.spans()).extracting(RawSpan::signal).containsOnly(Signal.LOG);
      assertThat(decoded.logRecords()).isEqualTo(2);
    }
  }

  /** Nothing but an attribute in it could be either: there the topic says which. */
  @Test
  void theTopicSaysWhatNothingElseTells() throws IOException {
    // Given field 9, which is an attribute of a span and the trace id of a log record
    byte[] item = lengthDelimited(9, Otlp.attribute("session.id", "s").toByteArray());
    byte[] value = lengthDelimited(1, lengthDelimited(2, lengthDelimited(2, item)));

    // When, Then
    assertThat(spans(value, Signal.SPAN).logRecords()).isZero();
    assertThat(spans(value, Signal.LOG).logRecords()).isEqualTo(1);
    assertThat(spans(value, Signal.LOG).rejected()).hasSize(1);
  }

  /** What is damaged inside of one item has not hurt the frame that says where the next begins. */
  @Test
  void damageWithinOneItemOfProtobufCostsThatItem() throws IOException {
    // Given a field that says that it is longer than its item
    byte[] damaged = LogRecord.newBuilder(log("damaged").build()).build().toByteArray();
    damaged[damaged.length - "damaged".length() - 1] = 100;
    byte[] whole = log("whole").build().toByteArray();
    byte[] value =
        lengthDelimited(
            1, lengthDelimited(2, concat(lengthDelimited(2, damaged), lengthDelimited(2, whole))));

    // When
    Decoded.Spans decoded = spans(value, Signal.LOG);

    // Then
    assertThat(decoded.spans()).extracting(RawSpan::name).containsExactly("whole");
    assertThat(decoded.rejected())
        .extracting(SpanReading.Rejected::code, SpanReading.Rejected::traceId)
        .containsExactly(tuple("broken_protobuf", TRACE));
  }

  @Test
  void theBodyIsNeverRead() {
    // Given text in the body, and values of attributes that lie in it
    LogsData data = logs(log("a").setBody(body("the patient's name is")));
    String nested =
        "{\"resourceLogs\":[{\"scopeLogs\":[{\"logRecords\":[{\"timeUnixNano\":\"5\",\"body\":"
            + "{\"kvlistValue\":{\"values\":[{\"key\":\"session.id\",\"value\":"
            + "{\"stringValue\":\"the patient\"}}]}}}]}]}]}";

    for (byte[] value : List.of(data.toByteArray(), OtlpLogs.json(data), nested.getBytes(UTF_8))) {
      assertThat(new String(value, UTF_8)).contains("the patient");

      // When, Then
      assertThat(spans(value, Signal.LOG).spans()).hasSize(1);
      assertThat(spans(value, Signal.LOG).toString()).doesNotContain("patient");
    }
  }

  @Test
  void whatIsLargerThanARecordMayBeIsNotLookedInto() {
    // Given
    byte[] atTheLimit = new byte[MOST];
    byte[] beyond = new byte[MOST + 1];

    // When, Then
    assertThat(code(decoder.decode(atTheLimit))).isEqualTo("not_otlp");
    assertThat(code(decoder.decode(beyond))).isEqualTo("too_large");
  }

  private Decoded.Spans spans(byte[] value, Signal topic) {
    Decoded decoded = decoder.decode(value, topic);
    assertThat(decoded).isInstanceOf(Decoded.Spans.class);
    return (Decoded.Spans) decoded;
  }

  private static String code(Decoded decoded) {
    assertThat(decoded).isInstanceOf(Decoded.Undecodable.class);
    return ((Decoded.Undecodable) decoded).code();
  }

  private static ByteString zeros(int bytes) {
    return ByteString.copyFrom(new byte[bytes]);
  }

  private static byte[] lengthDelimited(int field, byte[] content) throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    CodedOutputStream out = CodedOutputStream.newInstance(bytes);
    out.writeByteArray(field, content);
    out.flush();
    return bytes.toByteArray();
  }

  private static byte[] concat(byte[] first, byte[] second) {
    return ByteString.copyFrom(first).concat(ByteString.copyFrom(second)).toByteArray();
  }
}
