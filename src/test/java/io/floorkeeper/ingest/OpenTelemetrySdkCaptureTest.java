package io.floorkeeper.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import io.floorkeeper.ledger.Call;
import io.floorkeeper.ledger.SpanLink;
import io.floorkeeper.ledger.Tokens;
import io.opentelemetry.api.baggage.Baggage;
import io.opentelemetry.api.common.AttributeKey;
import io.opentelemetry.api.common.Attributes;
import io.opentelemetry.api.trace.Span;
import io.opentelemetry.api.trace.SpanKind;
import io.opentelemetry.api.trace.StatusCode;
import io.opentelemetry.api.trace.Tracer;
import io.opentelemetry.context.Context;
import io.opentelemetry.sdk.trace.ReadWriteSpan;
import io.opentelemetry.sdk.trace.ReadableSpan;
import io.opentelemetry.sdk.trace.SpanProcessor;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.Test;

/** The OpenTelemetry SDK, with spans as the GenAI conventions have them. */
class OpenTelemetrySdkCaptureTest {

  /**
   * The way that works with every instrumentation: the decision id is put into the baggage where
   * the call is made, and a processor of the SDK puts it from there onto each span that begins.
   */
  private static final class StampFromBaggage implements SpanProcessor {
    @Override
    public void onStart(Context parent, ReadWriteSpan span) {
      String id = Baggage.fromContext(parent).getEntryValue("floorkeeper.decision.id");
      if (id != null) {
        span.setAttribute("floorkeeper.decision.id", id);
      }
    }

    @Override
    public boolean isStartRequired() {
      return true;
    }

    @Override
    public void onEnd(ReadableSpan span) {}

    @Override
    public boolean isEndRequired() {
      return false;
    }
  }

  @Test
  void aCallBelowAnAgentIsReadWithItsCache() {
    try (Capture capture = new Capture()) {
      Tracer tracer = capture.sdk().getTracer("claims");
      Span agent =
          tracer
              .spanBuilder("invoke_agent claims-reviewer")
              .setAttribute("gen_ai.operation.name", "invoke_agent")
              .setAttribute("gen_ai.agent.name", "claims-reviewer")
              .setAttribute("gen_ai.usage.input_tokens", 1_200)
              .setAttribute("gen_ai.usage.output_tokens", 80)
              .startSpan();
      Span chat =
          chat(tracer, Context.root().with(agent))
              .setAttribute("floorkeeper.decision.id", Capture.DECISION);
      chat.setAttribute("gen_ai.response.model", Capture.MODEL)
          .setAttribute("gen_ai.response.id", "chatcmpl-17")
          .setAttribute("gen_ai.usage.input_tokens", 1_200)
          .setAttribute("gen_ai.usage.cache_read.input_tokens", 1_000)
          .setAttribute("gen_ai.usage.output_tokens", 80)
          .setAttribute("gen_ai.usage.reasoning.output_tokens", 30)
          .setAttribute("gen_ai.output.messages", "The patient is well.");
      chat.addEvent(
          "gen_ai.evaluation.result",
          Attributes.of(
              AttributeKey.stringKey("gen_ai.evaluation.name"),
              "helpful",
              AttributeKey.doubleKey("gen_ai.evaluation.score.value"),
              .75));
      chat.end();
      agent.end();

      Call call = capture.onlyCall().call();

      assertThat(call.dialect()).isEqualTo("otel-genai");
      assertThat(call.model()).contains(Capture.MODEL);
      assertThat(call.provider()).contains("openai");
      assertThat(call.decisionId()).contains(Capture.DECISION);
      assertThat(call.tokens()).contains(new Tokens(200, 1_000, 0, 80, 30));
      assertThat(call.parentSpanId()).contains(agent.getSpanContext().getSpanId());
      assertThat(capture.readings()).hasSize(2);
      assertThat(capture.readings()) // in whatever order the exports arrived
          .filteredOn(SpanReading.NotACall.class::isInstance)
          .singleElement(InstanceOfAssertFactories.type(SpanReading.NotACall.class))
          .satisfies(
              around ->
                  assertThat(around.link().flatMap(SpanLink::role)).contains("claims-reviewer"));
    }
  }

  @Test
  void aFailureSaysOfWhatKindItWas() {
    try (Capture capture = new Capture()) {
      Span chat = chat(capture.sdk().getTracer("claims"), Context.root());
      chat.setAttribute("error.type", "timeout");
      chat.setStatus(StatusCode.ERROR, "no answer to: Is the patient well?");
      chat.end();

      Call call = capture.onlyCall().call();

      assertThat(call.error()).isTrue();
      assertThat(call.errorType()).contains("timeout");
      assertThat(call.model()).contains("gpt-4o");
      assertThat(call.tokens()).isEmpty();
    }
  }

  @Test
  void theBaggageStampsWhateverBeginsWithin() {
    try (Capture capture = new Capture(new StampFromBaggage())) {
      Tracer tracer = capture.sdk().getTracer("claims");
      Baggage decided = Baggage.builder().put("floorkeeper.decision.id", Capture.DECISION).build();

      Context.root().with(decided).wrap(() -> chat(tracer, Context.current()).end()).run();

      assertThat(capture.onlyCall().call().decisionId()).contains(Capture.DECISION);
    }
  }

  private static Span chat(Tracer tracer, Context parent) {
    return tracer
        .spanBuilder("chat gpt-4o")
        .setParent(parent)
        .setSpanKind(SpanKind.CLIENT)
        .setAttribute("gen_ai.operation.name", "chat")
        .setAttribute("gen_ai.provider.name", "openai")
        .setAttribute("gen_ai.request.model", "gpt-4o")
        .setAttribute("gen_ai.input.messages", "Is the patient well?")
        .startSpan();
  }
}
