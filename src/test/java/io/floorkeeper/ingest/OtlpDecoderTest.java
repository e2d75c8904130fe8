package io.floorkeeper.ingest;

import static io.floorkeeper.ingest.Otlp.SPAN;
import static io.floorkeeper.ingest.Otlp.TRACE;
import static io.floorkeeper.ingest.Otlp.batch;
import static io.floorkeeper.ingest.Otlp.json;
import static io.floorkeeper.ingest.Otlp.span;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_16LE;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import com.google.protobuf.ByteString;
import io.floorkeeper.ingest.Decoded.Spans;
import io.floorkeeper.ingest.Decoded.Undecodable;
import io.opentelemetry.proto.trace.v1.Span;
import io.opentelemetry.proto.trace.v1.Status;
import io.opentelemetry.proto.trace.v1.TracesData;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class OtlpDecoderTest {

  private final OtlpDecoder decoder = new OtlpDecoder(Dialects.bundled());

  @Test
  void bothEncodingsGiveTheSameSpan() {
    // Given
    TracesData data =
        batch(
            "acme.instrumentation",
            Map.of("service.name", "shop", "host.name", "web-1"),
            span(
                    "gen_ai.operation.name",
                    "chat",
                    "gen_ai.usage.input_tokens",
                    12,
                    "gen_ai.usage.cost",
                    0.5,
                    "floorkeeper.check.passed",
                    true,
                    "gen_ai.agent.name",
                    List.of("a", "b"),
                    "http.url",
                    "https://example.org")
                .setParentSpanId(Otlp.bytes("00f067aa0ba902b7"))
                .setStatus(Status.newBuilder().setCodeValue(2).setMessage("no"))
                .addEvents(Otlp.event("exception", "exception.type", "E", "exception.message", "m"))
                .addEvents(Otlp.event("something else", "exception.type", "E"))
                .addLinks(
                    Span.Link.newBuilder()
                        .setTraceId(Otlp.bytes(TRACE))
                        .setSpanId(Otlp.bytes(SPAN))));

    // When
    Decoded fromProtobuf = decoder.decode(data.toByteArray());
    Decoded fromJson = decoder.decode(json(data));

    // Then
    RawSpan expected =
        new RawSpan(
            RawSpan.Signal.SPAN,
            TRACE,
            SPAN,
            "00f067aa0ba902b7",
            "chat",
            Otlp.START,
            Otlp.END,
            RawSpan.Status.ERROR,
            "acme.instrumentation",
            Map.of(
                "gen_ai.operation.name",
                "chat",
                "gen_ai.usage.input_tokens",
                12L,
                "gen_ai.usage.cost",
                0.5,
                "floorkeeper.check.passed",
                true,
                "gen_ai.agent.name",
                new RawSpan.Unusable("wrong_type")),
            Map.of("service.name", "shop"),
            List.of(new RawSpan.Event("exception", 0, Map.of("exception.type", "E"))),
            List.of(new RawSpan.Link(TRACE, SPAN)));
    assertThat(fromProtobuf).isEqualTo(new Spans(List.of(expected), List.of()));
    assertThat(fromJson).isEqualTo(fromProtobuf);
  }

  @Test
  void nothingIsEmpty() {
    assertThat(code(decoder.decode(null))).isEqualTo("empty");
    assertThat(code(decoder.decode(new byte[0]))).isEqualTo("empty");
    assertThat(code(decode(" \n\t"))).isEqualTo("empty");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          not_otlp    | [{"traceId":"0af7651916cd43dd8448eb211c80319c"}]
          not_otlp    | "a string"
          not_otlp    | {"resourceMetrics":[]}
          not_otlp    | {"resourceLogs":[{"scopeLogs":[{"logRecords":{}}]}]}
          not_otlp    | {"resourceSpans":{}}
          not_otlp    | {"resourceSpans":["a"]}
          not_otlp    | {"resourceSpans":[{"scopeSpans":7}]}
          not_otlp    | {"resourceSpans":[{"scopeSpans":[{"spans":{}}]}]}
          not_otlp    | {"resourceSpans":[]} {"resourceSpans":[]}
          broken_json | {
          broken_json | {"resourceSpans":[
          broken_json | {"resourceSpans":[}
          broken_json | {"resourceSpans":[{"scopeSpans":[{"spans":[{"startTimeUnixNano":NaN}]}]}]}
          """)
  void whatIsNoBatchOfSpansIsUndecodable(String code, String value) {
    assertThat(code(decode(value))).isEqualTo(code);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        "{\"resourceSpans\":null}",
        "{\"resourceLogs\":[]}",
        "{\"resourceSpans\":[null,{},{\"scopeSpans\":null},{\"scopeSpans\":[null,{\"spans\":null}]}]}",
        "\n  {\"resourceSpans\":[]}"
      })
  void emptyBatchesAreFine(String value) {
    assertThat(decode(value)).isEqualTo(new Spans(List.of(), List.of()));
  }

  @Test
  void textThatIsNotUtf8IsBrokenJson() {
    byte[] latin1 = "{\"resourceSpans\":[{\"schemaUrl\":\"?\"}]}".getBytes(UTF_8);
    latin1[new String(latin1, UTF_8).indexOf('?')] = (byte) 0xE9;

    assertThat(code(decoder.decode(latin1))).isEqualTo("broken_json");
    assertThat(code(decoder.decode("{\"resourceSpans\":[]}".getBytes(UTF_16LE))))
        .isEqualTo("broken_json");
  }

  @Test
  void jsonThatNestsWithoutEndIsBroken() {
    String deep = "{\"resourceSpans\":" + "[".repeat(100_000);

    assertThat(code(decode(deep))).isIn("broken_json", "not_otlp");
    assertThat(code(decode("{\"x\":" + "[".repeat(100_000)))).isEqualTo("broken_json");
  }

  @Test
  void aJaegerSpanIsNotOtlp() {
    // Given a Jaeger span: trace id, span id, operation name
    ByteString jaeger =
        ByteString.fromHex("0a10" + TRACE + "1208" + SPAN)
            .concat(ByteString.fromHex("1a04").concat(ByteString.copyFromUtf8("chat")));

    // When, Then
    assertThat(code(decoder.decode(jaeger.toByteArray()))).isEqualTo("not_otlp");
  }

  @Test
  void protobufIsWholeOrBroken() {
    // Given
    byte[] whole = batch(span("gen_ai.operation.name", "chat"), span()).toByteArray();

    for (int length = 2; length < whole.length; length++) {
      // When
      Decoded cut = decoder.decode(Arrays.copyOf(whole, length));

      // Then
      assertThat(code(cut)).as("cut after %s bytes", length).isEqualTo("broken_protobuf");
    }
  }

  @Test
  void textThatIsNotUtf8CostsOneAttributeOfProtobufAndNotTheBatch() {
    // Given
    byte[] value = batch(span("session.id", "caf?"), span("session.id", "cafe")).toByteArray();
    value[new String(value, ISO_8859_1).indexOf('?')] = (byte) 0xE9;

    // When
    List<RawSpan> spans = ((Spans) decoder.decode(value)).spans();

    // Then
    assertThat(spans)
        .extracting(span -> span.attributes().get("session.id"))
        .containsExactly(new RawSpan.Unusable("not_utf8"), "cafe");
  }

  @Test
  void aLineFeedThatIsProtobufIsNotTakenForJson() {
    // Given a batch whose second byte, its length, is an opening brace
    Span.Builder span = span("gen_ai.operation.name", "chat");
    while (batch(span).getResourceSpans(0).getSerializedSize() < '{') {
      span.setName(span.getName() + "!");
    }
    byte[] value = batch(span).toByteArray();
    assertThat(new String(value, 0, 2, UTF_8)).isEqualTo("\n{");

    // When, Then
    assertThat(only(decoder.decode(value)).traceId()).isEqualTo(TRACE);
  }

  @Test
  void oneBadSpanLosesThatSpanOnly() {
    // Given
    TracesData data =
        batch(span().setTraceId(Otlp.bytes("0af7")), span(), span().setSpanId(ByteString.EMPTY));

    for (byte[] value : List.of(data.toByteArray(), json(data))) {
      // When
      Spans decoded = (Spans) decoder.decode(value);

      // Then
      assertThat(decoded.spans()).extracting(RawSpan::spanId).containsExactly(SPAN);
      assertThat(decoded.rejected())
          .extracting(
              SpanReading.Rejected::traceId,
              SpanReading.Rejected::spanId,
              SpanReading.Rejected::code,
              SpanReading.Rejected::field)
          .containsExactly(
              tuple("", SPAN, "bad_id", "traceId"), tuple(TRACE, "", "bad_id", "spanId"));
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          bad_id       | traceId           | "traceId":"CvdlGRbNQ92ESOshHIAxnA=="
          bad_id       | traceId           | "traceId":"00000000000000000000000000000000"
          bad_id       | traceId           | "traceId":"zaf7651916cd43dd8448eb211c80319c"
          wrong_type   | traceId           | "traceId":{"data":[1,2,3]}
          bad_id       | parentSpanId      | "parentSpanId":"b7ad"
          wrong_type   | links             | "links":[7]
          wrong_type   | name              | "name":["a"]
          not_a_number | startTimeUnixNano | "startTimeUnixNano":"soon"
          not_a_number | startTimeUnixNano | "startTimeUnixNano":-1
          wrong_type   | endTimeUnixNano   | "endTimeUnixNano":1.5
          wrong_type   | attributes        | "attributes":{"gen_ai.system":"x"}
          wrong_type   | attributes        | "attributes":["gen_ai.system"]
          wrong_type   | attributes.key    | "attributes":[{"key":7,"value":{"stringValue":"x"}}]
          wrong_type   | events            | "events":{}
          wrong_type   | status            | "status":"ERROR"
          wrong_type   | status.code       | "status":{"code":[2]}
          """)
  void aBadFieldRejectsItsSpanByName(String code, String field, String member) {
    // Given
    String good = "{\"traceId\":\"" + TRACE + "\",\"spanId\":\"" + SPAN + "\"}";
    String bad = good.replace("}", "," + member + "}");

    // When
    Spans decoded = (Spans) decode(traces(bad + "," + good));

    // Then
    assertThat(decoded.spans()).hasSize(1);
    assertThat(decoded.rejected()).hasSize(1);
    assertThat(decoded.rejected().get(0).code()).isEqualTo(code);
    assertThat(decoded.rejected().get(0).field()).isEqualTo(field);
  }

  @Test
  void aBadResourceRejectsItsSpansAndNoOthers() {
    // Given
    String span = "{\"traceId\":\"" + TRACE + "\",\"spanId\":\"" + SPAN + "\"}";
    String group = "{\"scopeSpans\":[{\"spans\":[" + span + "]}],\"resource\":%s}";

    // When
    Spans decoded =
        (Spans)
            decode(
                "{\"resourceSpans\":["
                    + group.formatted("\"shop\"")
                    + ","
                    + group.formatted("null")
                    + "]}");

    // Then
    assertThat(decoded.spans()).hasSize(1);
    assertThat(decoded.rejected())
        .singleElement()
        .extracting(SpanReading.Rejected::field)
        .isEqualTo("resource");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '`',
      textBlock =
          """
          {"intValue":7}                  | 7
          {"intValue":"7"}                | 7
          {"int_value":"7"}               | 7
          {"intValue":7.0}                | 7.0
          {"intValue":"7.5"}              | Unusable[code=not_a_number]
          {"intValue":true}               | Unusable[code=wrong_type]
          {"doubleValue":7}               | 7.0
          {"doubleValue":"NaN"}           | NaN
          {"doubleValue":"-Infinity"}     | -Infinity
          {"doubleValue":"0x1p3"}         | Unusable[code=not_a_number]
          {"stringValue":"7"}             | 7
          {"stringValue":7}               | Unusable[code=wrong_type]
          {"boolValue":"true"}            | Unusable[code=wrong_type]
          {"arrayValue":{"values":[]}}    | Unusable[code=wrong_type]
          {"newValue":[1],"intValue":"7"} | 7
          "7"                             | Unusable[code=wrong_type]
          """)
  void valuesComeInManyForms(String written, String read) {
    String key = "\"key\":\"gen_ai.usage.input_tokens\"";
    for (String attribute :
        List.of(
            "{" + key + ",\"value\":" + written + "}", "{\"value\":" + written + "," + key + "}")) {
      // When
      RawSpan span =
          only(
              decode(
                  traces(
                      ("{\"traceId\":\"%s\",\"spanId\":\"%s\",\"attributes\":[{\"key\":\"é\",\"value\":"
                              + "{\"stringValue\":\"日本\"}},%s]}")
                          .formatted(TRACE, SPAN, attribute))));

      // Then
      assertThat(span.attributes().get("gen_ai.usage.input_tokens").toString())
          .as(attribute)
          .startsWith(read);
    }
  }

  @Test
  void emptyValuesAreAbsentAndSnakeCaseAndCapitalsAreUnderstood() {
    // When
    RawSpan span =
        only(
            decode(
                ("{\"resource_spans\":[{\"scope_spans\":[{\"spans\":[{\"trace_id\":\"%s\",\"span_id\":\"%s\","
                        + "\"parent_span_id\":\"0000000000000000\",\"start_time_unix_nano\":5,\"status\":"
                        + "{\"code\":\"STATUS_CODE_OK\"},\"attributes\":[{\"key\":\"session.id\",\"value\":{}}]}]}]}]}")
                    .formatted(TRACE.toUpperCase(java.util.Locale.ROOT), SPAN)));

    // Then
    assertThat(span.traceId()).isEqualTo(TRACE);
    assertThat(span.parentSpanId()).isEmpty();
    assertThat(span.startUnixNano()).isEqualTo(5);
    assertThat(span.status()).isEqualTo(RawSpan.Status.OK);
    assertThat(span.attributes()).isEmpty();
  }

  private Decoded decode(String value) {
    return decoder.decode(value.getBytes(UTF_8));
  }

  private static String traces(String spans) {
    return "{\"resourceSpans\":[{\"scopeSpans\":[{\"spans\":[" + spans + "]}]}]}";
  }

  private static String code(Decoded decoded) {
    assertThat(decoded).isInstanceOf(Undecodable.class);
    return ((Undecodable) decoded).code();
  }

  private static RawSpan only(Decoded decoded) {
    assertThat(decoded).isInstanceOf(Spans.class);
    assertThat(((Spans) decoded).spans()).hasSize(1);
    return ((Spans) decoded).spans().get(0);
  }
}
