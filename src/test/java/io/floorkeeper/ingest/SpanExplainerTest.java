package io.floorkeeper.ingest;

import static io.floorkeeper.ingest.Otlp.SPAN;
import static io.floorkeeper.ingest.Otlp.TRACE;
import static io.floorkeeper.ingest.Otlp.batch;
import static io.floorkeeper.ingest.Otlp.span;
import static io.floorkeeper.ingest.OtlpLogs.log;
import static io.floorkeeper.ingest.OtlpLogs.logs;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import com.google.protobuf.ByteString;
import io.floorkeeper.ingest.SpanExplanation.Fact;
import io.floorkeeper.ingest.SpanExplanation.Judgement;
import io.floorkeeper.ingest.SpanExplanation.TakenFor;
import io.floorkeeper.policy.PolicyPresets;
import io.floorkeeper.pricing.Catalogue;
import io.opentelemetry.proto.trace.v1.Span;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.zip.GZIPOutputStream;
import org.junit.jupiter.api.Test;

/** What a payload is taken for is told by those that take it. */
class SpanExplainerTest {
  private final SpanExplainer explainer =
      new SpanExplainer(
          Dialects.bundled(),
          new CallPrices(PolicyPresets.read(PolicyPresets.DEFAULT), Catalogue.NONE));

  @Test
  void aCallIsToldWithTheAttributeOfEachFact() {
    // When
    SpanExplanation call =
        only(
            batch(
                    "acme",
                    Map.of("service.name", "shop"),
                    span(
                        "gen_ai.operation.name", "chat",
                        "gen_ai.request.model", "m-4",
                        "gen_ai.response.model", "m-4-0613",
                        "gen_ai.system", "openai",
                        "gen_ai.usage.input_tokens", "100",
                        "gen_ai.usage.cache_read.input_tokens", 60,
                        "gen_ai.usage.output_tokens", 5,
                        "floorkeeper.check.passed", true))
                .toByteArray());

    // Then
    assertThat(call.takenFor()).isEqualTo(TakenFor.MODEL_CALL);
    assertThat(call.dialect()).isEqualTo("otel-genai");
    assertThat(call.why()).hasSize(2);
    assertThat(call.why().get(1)).startsWith("model call: gen_ai.operation.name is chat");
    assertThat(call.facts())
        .contains(
            new Fact("model", "m-4-0613", "gen_ai.response.model"),
            new Fact("request_model", "m-4", "gen_ai.request.model"),
            new Fact("provider", "openai", "gen_ai.system"),
            new Fact("role", "shop", "resource:service.name"),
            new Fact("reported.input", "100", "gen_ai.usage.input_tokens"),
            new Fact(
                "tokens.input",
                "40",
                "reported less 60 of cache, which this dialect's input includes"));
    assertThat(call.evaluations())
        .containsExactly(new Judgement("floorkeeper.check", "passed", "this call"));
  }

  @Test
  void whatTheStreamsRefuseOfACallIsToldToo() {
    long inThreeDays = System.currentTimeMillis() * 1_000_000L + 3 * 86_400_000_000_000L;
    Span.Builder ahead =
        span("gen_ai.operation.name", "chat", "gen_ai.request.model", "m")
            .setStartTimeUnixNano(inThreeDays)
            .setEndTimeUnixNano(inThreeDays + 1);
    Span.Builder cut =
        span(
            "gen_ai.operation.name",
            "chat",
            "gen_ai.request.model",
            "m",
            "floorkeeper.decision.id",
            "AbC");

    assertThat(only(batch(ahead).toByteArray()).takenFor()).isEqualTo(TakenFor.REJECTED);
    assertThat(only(batch(ahead).toByteArray()).why().get(1))
        .startsWith("future_time (startTimeUnixNano): ");
    assertThat(only(batch(cut).toByteArray()).takenFor()).isEqualTo(TakenFor.REJECTED);
    assertThat(only(batch(cut).toByteArray()).why().get(1))
        .startsWith("invalid_decision_id (floorkeeper.decision.id): ")
        .doesNotContain("AbC");
  }

  @Test
  void moreCacheThanInputIsSaidToStandBesideIt() {
    SpanExplanation call =
        only(
            batch(
                    span(
                        "gen_ai.operation.name",
                        "chat",
                        "gen_ai.request.model",
                        "m",
                        "gen_ai.usage.input_tokens",
                        3,
                        "gen_ai.usage.cache_read.input_tokens",
                        60))
                .toByteArray());

    assertThat(call.facts())
        .contains(
            new Fact(
                "tokens.input", "3", "as reported: more cache than input, so it stands beside it"));
  }

  /** 100 tokens of which 60 come out of the cache, at 1 and 0.1 dollars a million, and 5 at 5. */
  @Test
  void theCostIsToldAsReportedAndAsPriced() {
    SpanExplanation call =
        only(
            batch(
                    span(
                        "gen_ai.operation.name",
                        "chat",
                        "gen_ai.request.model",
                        "claude-haiku-4-5-20251001",
                        "gen_ai.provider.name",
                        "anthropic",
                        "gen_ai.usage.input_tokens",
                        100,
                        "gen_ai.usage.cache_read.input_tokens",
                        60,
                        "gen_ai.usage.output_tokens",
                        5,
                        "gen_ai.usage.cost",
                        0.25))
                .toByteArray());

    assertThat(call.facts())
        .contains(
            new Fact("cost.reported_usd", "0.25", "gen_ai.usage.cost"),
            new Fact("cost.usd", "0.000071", "tokens at the price of anthropic/claude-haiku-4-5"));
  }

  @Test
  void whatNobodyPricesIsAGapAndNotZero() {
    SpanExplanation call =
        only(
            batch(
                    span(
                        "gen_ai.operation.name", "chat",
                        "gen_ai.request.model", "homegrown",
                        "gen_ai.usage.output_tokens", 5))
                .toByteArray());

    assertThat(call.facts())
        .contains(
            new Fact(
                "cost.usd", "unpriced", "neither the policy nor the catalogue knows this model"));
  }

  @Test
  void whatIsNoCallIsToldWithTheTestThatDecided() {
    // When
    List<SpanExplanation> items =
        explainer
            .explain(
                batch(
                        span("gen_ai.operation.name", "invoke_agent"),
                        span("http.request.method", "GET"),
                        span("gen_ai.operation.name", "chat", "gen_ai.usage.input_tokens", -1),
                        span().setTraceId(ByteString.EMPTY))
                    .toByteArray())
            .items();

    // Then
    assertThat(items)
        .extracting(SpanExplanation::takenFor, i -> i.why().get(i.why().size() - 1).split(" is")[0])
        .containsExactly(
            tuple(TakenFor.NOT_A_CALL, "never counts: gen_ai.operation.name"),
            tuple(TakenFor.NOT_A_CALL, "unknown_dialect"),
            tuple(
                TakenFor.REJECTED,
                "negative_tokens (gen_ai.usage.input_tokens): tokens below zero"),
            tuple(
                TakenFor.REJECTED,
                "bad_id (traceId): traceId must be 16 bytes (hex in JSON), not all zero"));
  }

  @Test
  void aJudgementIsToldWithItsTarget() {
    // Given
    SpanExplanation judgement =
        only(
            logs(log(
                    "gen_ai.evaluation.result",
                    "gen_ai.evaluation.name",
                    "Relevance",
                    "gen_ai.evaluation.score.value",
                    4.0))
                .toByteArray());

    // Then
    assertThat(judgement.takenFor()).isEqualTo(TakenFor.EVALUATION_CARRIER);
    assertThat(judgement.signal()).isEqualTo("log");
    assertThat(judgement.evaluations())
        .containsExactly(new Judgement("Relevance", "score 4.0", "span " + TRACE + " " + SPAN));
  }

  /** The streams read; this tells. They must never be of two minds. */
  @Test
  void allSeedsAreToldAsTheyAreRead() throws IOException {
    Dialects dialects = Dialects.bundled();
    SpanReader reader = new SpanReader(dialects);
    for (byte[] seed : FuzzSeeds.all()) {
      if (new OtlpDecoder(dialects).decode(seed) instanceof Decoded.Spans spans) {
        List<SpanExplanation> told = explainer.explain(seed).items();

        assertThat(told).hasSize(spans.items());
        for (int i = 0; i < spans.spans().size(); i++) {
          SpanReading read = reader.read(spans.spans().get(i));
          assertThat(told.get(i).takenFor() == TakenFor.MODEL_CALL)
              .isEqualTo(read instanceof SpanReading.ModelCall);
          assertThat(told.get(i).takenFor() == TakenFor.REJECTED)
              .isEqualTo(read instanceof SpanReading.Rejected);
          if (read instanceof SpanReading.ModelCall call) {
            assertThat(told.get(i).dialect()).isEqualTo(call.call().dialect());
            assertThat(told.get(i).facts()).noneMatch(fact -> fact.from().isEmpty());
          }
        }
      } else {
        assertThat(explainer.explain(seed).trouble()).isPresent();
      }
    }
  }

  @Test
  void noPromptIsTold() {
    Span.Builder talkative =
        span(
            "gen_ai.operation.name", "chat",
            "gen_ai.request.model", "m",
            "gen_ai.input.messages", "the patient",
            "input.value", "the patient");

    assertThat(explainer.explain(batch(talkative).toByteArray()).toString())
        .contains("m")
        .doesNotContain("patient");
    assertThat(explainer.explain("{\"the patient\":".getBytes(UTF_8)).toString())
        .contains("broken_json")
        .doesNotContain("patient");
  }

  @Test
  void filesHoldPayloadsInSeveralWays() throws IOException {
    // Given
    byte[] protobuf = batch(span("gen_ai.operation.name", "chat")).toByteArray();
    byte[] json = Otlp.json(batch(span("gen_ai.operation.name", "chat")));
    String line = new String(json, UTF_8);
    String kcat = new String(Otlp.utf8(Map.of("topic", "otlp_spans", "payload", line)), UTF_8);

    // When, Then
    assertThat(payloads(protobuf)).isEqualTo(1);
    assertThat(payloads(json)).isEqualTo(1);
    assertThat(payloads(gzip(json))).isEqualTo(1);
    assertThat(payloads(line.replace(",", ",\n").getBytes(UTF_8))).isEqualTo(1);
    assertThat(payloads((line + "\n" + line + "\n\n").getBytes(UTF_8))).isEqualTo(2);
    assertThat(payloads((kcat + "\n" + kcat).getBytes(UTF_8))).isEqualTo(2);
  }

  /** How many there are; each holds one span that can be read. */
  private int payloads(byte[] file) throws IOException {
    List<byte[]> payloads = PayloadFile.payloads(file);
    assertThat(payloads).allSatisfy(payload -> assertThat(only(payload).spanId()).isEqualTo(SPAN));
    return payloads.size();
  }

  private SpanExplanation only(byte[] payload) {
    PayloadExplanation explanation = explainer.explain(payload);
    assertThat(explanation.trouble()).isEmpty();
    assertThat(explanation.items()).hasSize(1);
    return explanation.items().get(0);
  }

  private static byte[] gzip(byte[] bytes) throws IOException {
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    try (GZIPOutputStream out = new GZIPOutputStream(packed)) {
      out.write(bytes);
    }
    return packed.toByteArray();
  }
}
