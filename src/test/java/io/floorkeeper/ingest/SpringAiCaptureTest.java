package io.floorkeeper.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.floorkeeper.ledger.Call;
import io.floorkeeper.ledger.Tokens;
import io.micrometer.common.KeyValue;
import io.micrometer.observation.ObservationFilter;
import io.micrometer.observation.ObservationRegistry;
import io.micrometer.tracing.handler.DefaultTracingObservationHandler;
import io.micrometer.tracing.otel.bridge.OtelCurrentTraceContext;
import io.micrometer.tracing.otel.bridge.OtelTracer;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.springframework.ai.chat.client.ChatClient;
import org.springframework.ai.chat.observation.ChatModelObservationContext;
import org.springframework.ai.model.tool.ToolCallingChatOptions;
import org.springframework.ai.openai.OpenAiChatModel;
import org.springframework.ai.openai.OpenAiChatOptions;
import org.springframework.ai.openai.api.OpenAiApi;
import org.springframework.http.client.JdkClientHttpRequestFactory;
import org.springframework.retry.support.RetryTemplate;
import org.springframework.web.client.RestClient;

/** Spring AI over Micrometer's bridge to OpenTelemetry. */
class SpringAiCaptureTest {

  /**
   * How the decision id comes onto the span: a filter, in Spring Boot a bean of this type. The tool
   * context travels with the request and is not sent to the model.
   */
  private static final ObservationFilter STAMP =
      context -> {
        if (context instanceof ChatModelObservationContext call
            && call.getRequest().getOptions() instanceof ToolCallingChatOptions options
            && options.getToolContext().get("floorkeeper.decision.id") instanceof String id) {
          context.addHighCardinalityKeyValue(KeyValue.of("floorkeeper.decision.id", id));
        }
        return context;
      };

  @Test
  void aCallIsReadAndTheClientAroundItCountsForNothing() {
    try (Capture capture = new Capture()) {
      client(capture).prompt("Is the patient well?").call().content();

      Call call = capture.onlyCall().call();

      assertThat(call.model()).contains(Capture.MODEL);
      assertThat(call.requestModel()).contains("gpt-4o");
      assertThat(call.provider()).contains("openai");
      assertThat(call.decisionId()).contains(Capture.DECISION);
      assertThat(call.responseId()).contains("chatcmpl-17");
      assertThat(call.error()).isFalse();
      // All values are text, and the 1,000 cached tokens are not told.
      assertThat(call.tokens()).contains(new Tokens(1_200, 0, 0, 80, 0));
      assertThat(capture.readings())
          .filteredOn(SpanReading.NotACall.class::isInstance)
          .as("chat client and its advisor")
          .isNotEmpty()
          .allSatisfy(
              reading ->
                  assertThat(((SpanReading.NotACall) reading).reason()).contains("spring-ai"));
    }
  }

  @Test
  void aFailureIsAnErrorOfTheCall() {
    try (Capture capture = new Capture()) {
      capture.failing();
      ChatClient.CallResponseSpec response = client(capture).prompt("Is the patient well?").call();

      assertThatThrownBy(response::content).isInstanceOf(RuntimeException.class);

      Call call = capture.onlyCall().call();
      assertThat(call.error()).isTrue();
      assertThat(call.decisionId()).contains(Capture.DECISION);
      assertThat(call.tokens()).isEmpty();
    }
  }

  private static ChatClient client(Capture capture) {
    ObservationRegistry observations = ObservationRegistry.create();
    observations
        .observationConfig()
        .observationFilter(STAMP)
        .observationHandler(
            new DefaultTracingObservationHandler(
                new OtelTracer(
                    capture.sdk().getTracer("org.springframework.boot"),
                    new OtelCurrentTraceContext(),
                    event -> {})));
    OpenAiChatModel model =
        OpenAiChatModel.builder()
            .openAiApi(
                OpenAiApi.builder()
                    .baseUrl(capture.url())
                    .apiKey("none")
                    .restClientBuilder(
                        RestClient.builder().requestFactory(new JdkClientHttpRequestFactory()))
                    .build())
            .defaultOptions(
                OpenAiChatOptions.builder()
                    .model("gpt-4o")
                    .toolContext(Map.of("floorkeeper.decision.id", Capture.DECISION))
                    .build())
            .retryTemplate(RetryTemplate.builder().maxAttempts(1).build())
            .observationRegistry(observations)
            .build();
    return ChatClient.create(model, observations);
  }
}
