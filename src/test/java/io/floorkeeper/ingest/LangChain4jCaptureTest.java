package io.floorkeeper.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.langchain4j.model.chat.ChatModel;
import dev.langchain4j.model.chat.listener.ChatModelRequestContext;
import dev.langchain4j.model.openai.OpenAiChatModel;
import io.floorkeeper.ledger.Call;
import io.floorkeeper.ledger.Tokens;
import io.opentelemetry.api.trace.Span;
import io.quarkiverse.langchain4j.cost.CostEstimator;
import io.quarkiverse.langchain4j.cost.CostEstimatorService;
import io.quarkiverse.langchain4j.runtime.listeners.ChatModelSpanContributor;
import io.quarkiverse.langchain4j.runtime.listeners.SpanChatModelListener;
import java.math.BigDecimal;
import java.util.List;
import org.junit.jupiter.api.Test;

/** LangChain4j with the span listener of quarkus-langchain4j. */
class LangChain4jCaptureTest {

  /**
   * How the decision id comes onto the span: a contributor, in Quarkus a bean of this type, which
   * knows the decision of the task at hand (a request-scoped bean, say).
   */
  private static final ChatModelSpanContributor STAMP =
      new ChatModelSpanContributor() {
        @Override
        public void onRequest(ChatModelRequestContext request, Span span) {
          span.setAttribute("floorkeeper.decision.id", Capture.DECISION);
        }
      };

  /** As a user configures one: dollars for a million tokens. */
  private static final CostEstimator COST =
      new CostEstimator() {
        @Override
        public boolean supports(SupportsContext context) {
          return true;
        }

        @Override
        public CostResult estimate(CostContext context) {
          return new CostResult(new BigDecimal("0.003"), new BigDecimal("0.0008"), "USD");
        }
      };

  @Test
  void aCallIsReadWithItsTokensItsCostAndItsDecision() {
    try (Capture capture = new Capture()) {
      model(capture).chat("Is the patient well?");

      Call call = capture.onlyCall().call();

      assertThat(call.dialect()).isEqualTo("quarkus-langchain4j");
      assertThat(call.model()).contains(Capture.MODEL);
      assertThat(call.requestModel()).contains("gpt-4o");
      assertThat(call.decisionId()).contains(Capture.DECISION);
      assertThat(call.responseId()).contains("chatcmpl-17");
      assertThat(call.reportedNanoUsd()).hasValue(3_800_000L);
      assertThat(call.error()).isFalse();
      // It says nothing of the 1,000 cached tokens: such a call is priced as if all were fresh.
      assertThat(call.tokens()).contains(new Tokens(1_200, 0, 0, 80, 0));
    }
  }

  @Test
  void aFailureIsAnExceptionEventAndNoStatus() {
    try (Capture capture = new Capture()) {
      capture.failing();
      ChatModel model = model(capture);

      assertThatThrownBy(() -> model.chat("Is the patient well?"))
          .isInstanceOf(RuntimeException.class);

      Call call = capture.onlyCall().call();
      assertThat(call.error()).isTrue();
      assertThat(call.errorType())
          .hasValueSatisfying(type -> assertThat(type).contains("Exception"));
      assertThat(call.model()).contains("gpt-4o");
      assertThat(call.tokens()).isEmpty();
    }
  }

  private static ChatModel model(Capture capture) {
    return OpenAiChatModel.builder()
        .baseUrl(capture.url() + "/v1")
        .apiKey("none")
        .modelName("gpt-4o")
        .maxRetries(0)
        .listeners(
            List.of(
                new SpanChatModelListener(
                    capture.sdk().getTracer("io.quarkus.opentelemetry"),
                    new CostEstimatorService(List.of(COST)),
                    List.of(STAMP))))
        .build();
  }
}
