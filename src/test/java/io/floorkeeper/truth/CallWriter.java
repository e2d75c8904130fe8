package io.floorkeeper.truth;

import static io.floorkeeper.truth.OtlpRecords.attribute;

import io.opentelemetry.proto.trace.v1.Span;
import io.opentelemetry.proto.trace.v1.Status;
import java.math.BigDecimal;

/** A planned call as a span, in the style that it is planned in. */
final class CallWriter {
  private CallWriter() {}

  static Span write(PlannedSpan.Call call) {
    Span.Builder span =
        Span.newBuilder()
            .setTraceId(OtlpRecords.id(call.traceId()))
            .setSpanId(OtlpRecords.id(call.spanId()))
            .setName("chat")
            .setStartTimeUnixNano(call.startNanos())
            .setEndTimeUnixNano(call.startNanos() + call.durationNanos());
    switch (call.style()) {
      case OTEL -> otel(span, call);
      case OTEL_BEFORE -> before(span, call);
      case OPENINFERENCE -> openInference(span, call);
    }
    put(span, "floorkeeper.decision.id", call.decisionId());
    if (call.probability() != null) {
      put(span, "floorkeeper.label_probability", call.probability());
    }
    if (call.roleBy() == PlannedSpan.RoleBy.ATTRIBUTE) {
      put(span, "floorkeeper.role", call.role());
    }
    put(span, "gen_ai.response.id", call.responseId());
    fail(span, call);
    judge(span, call);
    // What must never be read lies beside what is.
    put(span, "gen_ai.input.messages", "[{\"role\":\"user\",\"content\":\"nobody reads this\"}]");
    return span.build();
  }

  private static void otel(Span.Builder span, PlannedSpan.Call call) {
    put(span, "gen_ai.operation.name", "chat");
    put(span, "gen_ai.provider.name", "acme");
    put(span, "gen_ai.request.model", "asked-for-another");
    put(span, "gen_ai.response.model", call.modelName());
    if (call.usage() != null) {
      put(span, "gen_ai.usage.input_tokens", call.usage().input());
      put(span, "gen_ai.usage.cache_read.input_tokens", call.usage().read());
      put(span, "gen_ai.usage.cache_write.input_tokens", call.usage().write());
      put(span, "gen_ai.usage.output_tokens", call.usage().output());
      put(span, "gen_ai.usage.reasoning.output_tokens", call.usage().reasoning());
    }
    if (call.reportedNanoUsd() != null) {
      put(span, "gen_ai.usage.cost.amount", call.reportedNanoUsd() / 1e9);
      put(span, "gen_ai.usage.cost.currency", "USD");
    }
    agent(span, call, "gen_ai.agent.name");
  }

  /** Names as they were before the operation had one; some numbers come as text. */
  private static void before(Span.Builder span, PlannedSpan.Call call) {
    put(span, "gen_ai.system", "acme");
    put(span, "gen_ai.request.model", call.modelName());
    if (call.usage() != null) {
      put(span, "gen_ai.usage.prompt_tokens", Long.toString(call.usage().input()));
      put(span, "gen_ai.usage.cache_read_input_tokens", call.usage().read());
      put(span, "gen_ai.usage.cache_creation_input_tokens", (double) call.usage().write());
      put(span, "gen_ai.usage.completion_tokens", call.usage().output());
      put(span, "gen_ai.usage.reasoning_tokens", call.usage().reasoning());
    }
    if (call.reportedNanoUsd() != null) {
      put(span, "gen_ai.usage.cost", dollars(call.reportedNanoUsd()) + "USD");
    }
    agent(span, call, "agent.name");
  }

  private static void openInference(Span.Builder span, PlannedSpan.Call call) {
    put(span, "openinference.span.kind", "LLM");
    put(span, "llm.model_name", call.modelName());
    put(span, "llm.provider", "acme");
    if (call.usage() != null) {
      put(span, "llm.token_count.prompt", call.usage().input());
      put(span, "llm.token_count.prompt_details.cache_read", call.usage().read());
      put(span, "llm.token_count.prompt_details.cache_write", call.usage().write());
      put(span, "llm.token_count.completion", call.usage().output());
      put(span, "llm.token_count.completion_details.reasoning", call.usage().reasoning());
    }
    if (call.reportedNanoUsd() != null) {
      put(span, "llm.cost.total", dollars(call.reportedNanoUsd()));
    }
    agent(span, call, "agent.name");
  }

  private static void agent(Span.Builder span, PlannedSpan.Call call, String key) {
    if (call.roleBy() == PlannedSpan.RoleBy.AGENT) {
      put(span, key, call.role());
    }
  }

  private static void fail(Span.Builder span, PlannedSpan.Call call) {
    switch (call.failure()) {
      case NONE -> span.setStatus(Status.newBuilder().setCode(Status.StatusCode.STATUS_CODE_UNSET));
      case STATUS ->
          span.setStatus(Status.newBuilder().setCode(Status.StatusCode.STATUS_CODE_ERROR));
      case TYPE -> put(span, "error.type", "timeout");
      case EXCEPTION ->
          span.addEvents(
              Span.Event.newBuilder()
                  .setName("exception")
                  .setTimeUnixNano(call.startNanos() + 1)
                  .addAttributes(attribute("exception.type", "RateLimit")));
    }
  }

  private static void judge(Span.Builder span, PlannedSpan.Call call) {
    int number = 0;
    for (PlannedSpan.Judgement judgement : call.judgements()) {
      if (judgement.passed() != null) {
        put(span, "floorkeeper.check.passed", judgement.passed());
        put(span, "floorkeeper.check.name", judgement.name());
      } else if (call.style() == PlannedSpan.Style.OPENINFERENCE) {
        String prefix = "evaluations." + number++ + ".evaluation.";
        put(span, prefix + "name", judgement.name());
        if (judgement.score() != null) {
          put(span, prefix + "score", judgement.score());
        }
        put(span, prefix + "label", judgement.label());
      } else {
        Span.Event.Builder event =
            Span.Event.newBuilder()
                .setName("gen_ai.evaluation.result")
                .setTimeUnixNano(call.startNanos() + call.durationNanos())
                .addAttributes(attribute("gen_ai.evaluation.name", judgement.name()));
        if (judgement.score() != null) {
          event.addAttributes(attribute("gen_ai.evaluation.score.value", judgement.score()));
        }
        if (judgement.label() != null) {
          event.addAttributes(attribute("gen_ai.evaluation.score.label", judgement.label()));
        }
        span.addEvents(event);
      }
    }
  }

  private static String dollars(long nanoUsd) {
    return BigDecimal.valueOf(nanoUsd, 9).toPlainString();
  }

  private static void put(Span.Builder span, String key, Object value) {
    if (value != null) {
      span.addAttributes(attribute(key, value));
    }
  }
}
