package io.floorkeeper.ingest;

import static io.floorkeeper.ingest.Otlp.batch;
import static io.floorkeeper.ingest.Otlp.event;
import static io.floorkeeper.ingest.Otlp.json;
import static io.floorkeeper.ingest.Otlp.span;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.opentelemetry.proto.trace.v1.Status;
import io.opentelemetry.proto.trace.v1.TracesData;
import java.lang.reflect.RecordComponent;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What people wrote to a model and what it answered must not come through, by no door. */
class PromptPrivacyTest {

  private static final String SECRET = "the patient's name is";

  /** A model's whole answer as JSON, longer than any text that is kept, with a count at its end. */
  private static final String ANSWER =
      "{\"content\": {\"parts\": [\"" + (SECRET + " ").repeat(99) + "\"]}, \"%s\": {\"%s\": 5}}";

  private final Dialects dialects = Dialects.bundled();
  private final OtlpDecoder decoder = new OtlpDecoder(dialects);
  private final SpanReader reader = new SpanReader(dialects);

  @Test
  void promptsAreOutOfReachOfWhatIsRead() {
    // Given a call, an agent and a span that is rejected, with prompts wherever they are met
    TracesData data = talkative();

    for (byte[] value : List.of(data.toByteArray(), json(data), valuesBeforeKeys(data))) {
      assertThat(new String(value, UTF_8)).contains(SECRET);

      // When
      Decoded.Spans decoded = (Decoded.Spans) decoder.decode(value);
      List<SpanReading> readings = decoded.spans().stream().map(reader::read).toList();

      // Then
      assertThat(decoded.spans().get(0).attributes())
          .as("what is asked for within JSON is read all the same")
          .containsEntry("json:langfuse.observation.usage_details input", 3L)
          .containsEntry("json:ai.response.providerMetadata openai.cachedPromptTokens", 5L)
          .containsEntry(
              "json:gcp.vertex.agent.llm_response usage_metadata.cached_content_token_count", 5L);
      assertThat(readings)
          .extracting(r -> r.getClass().getSimpleName())
          .containsExactly("ModelCall", "NotACall", "Rejected");
      List<Object> reachable = new ArrayList<>();
      collect(decoded, reachable);
      collect(readings, reachable);
      assertThat(reachable).hasSizeGreaterThan(50).map(Object::toString).noneMatch(this::tells);
    }
  }

  @Test
  void promptsAreOutOfReachOfWhatCannotBeRead() {
    // Given
    byte[] json = json(talkative());
    byte[] protobuf = talkative().toByteArray();
    int secret = new String(json, UTF_8).indexOf(SECRET);

    for (byte[] value :
        List.of(
            Arrays.copyOf(json, secret + 10),
            Arrays.copyOf(protobuf, protobuf.length - 3),
            ("[\"" + SECRET + "\"]").getBytes(UTF_8),
            ("{\"resourceSpans\":" + SECRET + "}").getBytes(UTF_8),
            ("{\"resourceSpans\":\"" + SECRET + "\"}").getBytes(UTF_8))) {
      // When
      Decoded decoded = decoder.decode(value);

      // Then
      assertThat(decoded).isInstanceOf(Decoded.Undecodable.class);
      assertThat(decoded.toString())
          .isNot(new org.assertj.core.api.Condition<>(this::tells, "told"));
    }
  }

  private boolean tells(String text) {
    return text.contains("patient");
  }

  private static TracesData talkative() {
    return batch(
        "test",
        Map.of("service.name", "clinic", "process.command_args", SECRET),
        span(
                "gen_ai.operation.name", "chat",
                "gen_ai.request.model", "m",
                "gen_ai.usage.input_tokens", 7,
                "gen_ai.input.messages", SECRET,
                "gen_ai.output.messages", List.of(SECRET),
                "gen_ai.prompt.0.content", SECRET,
                "gen_ai.evaluation.explanation", SECRET,
                "evaluations.0.evaluation.explanation", SECRET,
                "input.value", SECRET,
                "gcp.vertex.agent.llm_response",
                    ANSWER.formatted("usage_metadata", "cached_content_token_count"),
                "langfuse.observation.usage_details", "{\"input\": 3, \"" + SECRET + "\": 1}",
                "ai.response.providerMetadata", ANSWER.formatted("openai", "cachedPromptTokens"),
                "mlflow.chat.tokenUsage", SECRET,
                "langfuse.observation.status_message", SECRET,
                "floorkeeper.note", SECRET)
            .setStatus(Status.newBuilder().setCodeValue(2).setMessage(SECRET))
            .setTraceState(SECRET)
            .addEvents(
                event(
                    "gen_ai.evaluation.result",
                    "gen_ai.evaluation.name",
                    "Relevance",
                    "gen_ai.evaluation.score.value",
                    0.5,
                    "gen_ai.evaluation.explanation",
                    SECRET))
            .addEvents(event("gen_ai.user.message", "content", SECRET))
            .addEvents(event(SECRET))
            .addEvents(event("exception", "exception.message", SECRET, "exception.type", "E")),
        span("gen_ai.operation.name", "invoke_agent", "gen_ai.system_instructions", SECRET),
        span(
            "openinference.span.kind",
            "LLM",
            "llm.token_count.prompt",
            "seven",
            "llm.input_messages.0.message.content",
            SECRET));
  }

  /** The same batch, each value written before its key. */
  private static byte[] valuesBeforeKeys(TracesData data) {
    String json = new String(json(data), UTF_8);
    String swapped =
        json.replaceAll(
            "\"key\":(\"[^\"]*\"),\"value\":(\\{\"[a-z]+Value\":(?:\"(?:[^\"\\\\]++|\\\\.)*+\"|[^{}\"]*+)\\})",
            "\"value\":$2,\"key\":$1");
    assertThat(swapped).isNotEqualTo(json);
    return swapped.getBytes(UTF_8);
  }

  /**
   * Everything that can be reached from a result, through every record, collection and optional.
   */
  private static void collect(Object from, List<Object> into) {
    if (from == null) {
      return;
    }
    if (from instanceof Collection<?> many) {
      many.forEach(one -> collect(one, into));
    } else if (from instanceof Map<?, ?> map) {
      collect(map.keySet(), into);
      collect(map.values(), into);
    } else if (from instanceof Optional<?> optional) {
      optional.ifPresent(one -> collect(one, into));
    } else if (from instanceof Record) {
      for (RecordComponent component : from.getClass().getRecordComponents()) {
        try {
          component.getAccessor().setAccessible(true);
          collect(component.getAccessor().invoke(from), into);
        } catch (ReflectiveOperationException e) {
          throw new AssertionError(e);
        }
      }
    } else {
      into.add(from);
    }
  }
}
