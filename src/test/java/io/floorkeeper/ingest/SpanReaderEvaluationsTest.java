package io.floorkeeper.ingest;

import static io.floorkeeper.ingest.Otlp.batch;
import static io.floorkeeper.ingest.Otlp.event;
import static io.floorkeeper.ingest.Otlp.span;
import static io.floorkeeper.ingest.Readings.read;
import static org.assertj.core.api.Assertions.assertThat;

import io.floorkeeper.ledger.Evaluation;
import io.floorkeeper.ledger.EvaluationTarget;
import io.floorkeeper.ledger.TargetedEvaluation;
import io.opentelemetry.proto.trace.v1.Span;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Whom a judgement is about: said, or refused, never guessed. */
class SpanReaderEvaluationsTest {

  private static final String OTHER_TRACE = "80f198ee56343ba864fe8b2a57d3eff7";
  private static final String OTHER_SPAN = "e457b5a2e4d86bd1";
  private static final Instant END = Instant.parse("2026-09-21T14:13:21.234567890Z");

  @Test
  void aCarrierJudgesTheOneSpanThatItLinksTo() {
    // Given an evaluator's span that hangs below some span, and links to another
    Span.Builder carrier =
        carrier().setParentSpanId(Otlp.bytes("00f067aa0ba902b7")).addLinks(link(OTHER_SPAN));

    // When
    List<TargetedEvaluation> evaluations = evaluations(carrier);

    // Then
    assertThat(evaluations)
        .containsExactly(
            new TargetedEvaluation(
                new EvaluationTarget.OfSpan(OTHER_TRACE, OTHER_SPAN),
                evaluation("hallucination", 1.0, Optional.of("judge-v2")),
                END,
                "span:" + Otlp.TRACE + ":" + Otlp.SPAN + ":0"));
  }

  @Test
  void aCarrierThatLinksToNoneOrToSeveralIsRefused() {
    assertThat(read(carrier()))
        .isInstanceOfSatisfying(
            SpanReading.Rejected.class,
            r -> assertThat(List.of(r.code(), r.field())).containsExactly("no_target", "links"));
    assertThat(read(carrier().addLinks(Span.Link.newBuilder())))
        .isInstanceOfSatisfying(
            SpanReading.Rejected.class, r -> assertThat(r.code()).isEqualTo("no_target"));
    assertThat(read(carrier().addLinks(link(OTHER_SPAN)).addLinks(link(Otlp.SPAN))))
        .isInstanceOfSatisfying(
            SpanReading.Rejected.class,
            r ->
                assertThat(List.of(r.code(), r.field()))
                    .containsExactly("ambiguous_target", "links"));
  }

  @Test
  void aSpanThatSaysNothingButJudgementsIsACarrierToo() {
    Span.Builder bare =
        span("annotations.0.annotation.name", "tone", "annotations.0.annotation.score", 1)
            .addLinks(link(OTHER_SPAN));

    assertThat(evaluations(bare))
        .extracting(TargetedEvaluation::target)
        .containsExactly(new EvaluationTarget.OfSpan(OTHER_TRACE, OTHER_SPAN));
  }

  @Test
  void onAnyOtherSpanAJudgementIsOfThatSpan() {
    Span.Builder chain =
        span(
                "openinference.span.kind", "CHAIN",
                "evaluations.0.evaluation.name", "tone",
                "evaluations.0.evaluation.score", 0.5)
            .addLinks(link(OTHER_SPAN));

    assertThat(evaluations(chain))
        .extracting(TargetedEvaluation::target)
        .containsExactly(new EvaluationTarget.OfSpan(Otlp.TRACE, Otlp.SPAN));
  }

  @ParameterizedTest
  @CsvSource({"session", "trace"})
  void aWholeSessionIsJudgedByItsId(String subject) {
    String key = subject + ".evaluations.0.evaluation.";
    Object[] judged = {
      "openinference.span.kind", "AGENT", key + "name", "solved", key + "score", 1
    };

    assertThat(evaluations(with(span(judged), "session.id", "session-1")))
        .extracting(TargetedEvaluation::target)
        .containsExactly(new EvaluationTarget.OfSession("session-1"));
    assertThat(read(span(judged)))
        .isInstanceOfSatisfying(
            SpanReading.Rejected.class,
            r ->
                assertThat(List.of(r.code(), r.field()))
                    .containsExactly("no_target", "session.id"));
  }

  @Test
  void anEventJudgesTheResponseThatItNamesElseItsSpan() {
    // Given a span of no dialect with two judgements, one at a time of its own
    Span.Builder evaluator =
        span("job", "nightly")
            .addEvents(
                result("Relevance", 4, "gen_ai.response.id", "msg_9")
                    .setTimeUnixNano(Otlp.START + 1_000_000_000L))
            .addEvents(result("Tone", 1));

    // When
    List<TargetedEvaluation> evaluations = evaluations(evaluator);

    // Then
    assertThat(evaluations)
        .extracting(TargetedEvaluation::target)
        .containsExactly(
            new EvaluationTarget.OfResponse("msg_9"),
            new EvaluationTarget.OfSpan(Otlp.TRACE, Otlp.SPAN));
    assertThat(evaluations)
        .extracting(TargetedEvaluation::saidAt)
        .containsExactly(Instant.parse("2026-09-21T14:13:21Z"), END);
    assertThat(evaluations).extracting(TargetedEvaluation::source).doesNotHaveDuplicates();
  }

  @Test
  void onACallAnEventThatNamesAnotherResponseIsNotOfTheCall() {
    // Given
    Span.Builder call =
        span("gen_ai.operation.name", "chat", "gen_ai.response.id", "msg_1")
            .addEvents(result("own", 1))
            .addEvents(result("own too", 1, "gen_ai.response.id", "msg_1"))
            .addEvents(result("other", 1, "gen_ai.response.id", "msg_0"));

    // When
    SpanReading.ModelCall reading = (SpanReading.ModelCall) read(call);

    // Then
    assertThat(reading.call().evaluations())
        .extracting(Evaluation::name)
        .containsExactly("own", "own too");
    assertThat(reading.evaluations())
        .extracting(TargetedEvaluation::target)
        .containsExactly(new EvaluationTarget.OfResponse("msg_0"));
  }

  @Test
  void ofAScoreThatIsNoNumberNothingIsTaken() {
    Span.Builder carrier =
        span(
                "openinference.span.kind", "EVALUATOR",
                "evaluations.0.evaluation.name", "tone",
                "evaluations.0.evaluation.score", "high")
            .addLinks(link(OTHER_SPAN));

    assertThat(read(carrier))
        .isInstanceOfSatisfying(
            SpanReading.Rejected.class, r -> assertThat(r.code()).isEqualTo("not_a_number"));
  }

  private static Span.Builder carrier() {
    return span(
        "openinference.span.kind", "EVALUATOR",
        "evaluations.0.evaluation.name", "hallucination",
        "evaluations.0.evaluation.score", 1,
        "evaluations.0.evaluation.identifier", "judge-v2");
  }

  private static Span.Event.Builder result(String name, int score, Object... more) {
    Span.Event.Builder event =
        event(
            "gen_ai.evaluation.result",
            "gen_ai.evaluation.name",
            name,
            "gen_ai.evaluation.score.value",
            score);
    for (int i = 0; i < more.length; i += 2) {
      event.addAttributes(Otlp.attribute((String) more[i], more[i + 1]));
    }
    return event;
  }

  private static Span.Builder with(Span.Builder span, String key, Object value) {
    return span.addAttributes(Otlp.attribute(key, value));
  }

  private static Span.Link.Builder link(String spanId) {
    return Span.Link.newBuilder().setTraceId(Otlp.bytes(OTHER_TRACE)).setSpanId(Otlp.bytes(spanId));
  }

  private static Evaluation evaluation(String name, double score, Optional<String> identifier) {
    return new Evaluation(
        name, Optional.of(score), Optional.empty(), Optional.empty(), Optional.empty(), identifier);
  }

  private static List<TargetedEvaluation> evaluations(Span.Builder span) {
    SpanReading reading = read(batch("test", Map.of(), span).toByteArray());
    assertThat(reading).isInstanceOf(SpanReading.NotACall.class);
    return ((SpanReading.NotACall) reading).evaluations();
  }
}
