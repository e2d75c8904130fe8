package io.floorkeeper.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.smallrye.config.WithDefault;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The Collector recipe says what its README claims. That a Collector does so: CollectorIT. */
class CollectorRecipeTest {
  private static final JsonNode RECIPE = read(Path.of("deploy", "collector", "config.yaml"));
  private static final Pattern LITERAL = Pattern.compile("\"((?:[^\"\\\\]|\\\\.)*)\"");

  @Test
  void nothingIsSampled() {
    assertThat(RECIPE.path("processors").fieldNames())
        .toIterable()
        .noneMatch(name -> name.contains("sampl"));
    for (JsonNode pipeline : RECIPE.at("/service/pipelines")) {
      assertThat(texts(pipeline.path("processors")))
          .containsExactly("memory_limiter", "filter/genai", "transform/strip-content");
      assertThat(texts(pipeline.path("exporters"))).containsExactly("kafka");
    }
  }

  @Test
  void theTopicsAreThoseThatTheServiceReads() {
    assertThat(RECIPE.at("/exporters/kafka/traces/topic").asText())
        .isEqualTo(settingsDefault("spanTopics"));
    assertThat(RECIPE.at("/exporters/kafka/logs/topic").asText())
        .isEqualTo(settingsDefault("logTopics"));
  }

  @Test
  void theEncodingIsOneOfTwo() {
    for (String signal : List.of("traces", "logs")) {
      assertThat(RECIPE.at("/exporters/kafka/" + signal + "/encoding").asText())
          .isEqualTo("${env:COLLECTOR_ENCODING:-otlp_proto}");
    }
  }

  @Test
  void aMessageIsWrittenWhenAllReplicasHaveItAndIsSmallerThanABrokerTakes() {
    assertThat(RECIPE.at("/exporters/kafka/producer/required_acks").asInt()).isEqualTo(-1);
    assertThat(RECIPE.at("/exporters/kafka/producer/max_message_bytes").asInt())
        .as("below Kafka's message.max.bytes, 1048588 unless changed")
        .isLessThan(1_000_000);
    assertThat(RECIPE.at("/exporters/kafka/partition_traces_by_id").asBoolean()).isTrue();
    assertThat(RECIPE.at("/exporters/kafka/partition_logs_by_trace_id").asBoolean()).isTrue();
  }

  @Test
  void whatWasTakenIsKeptOnDiskAndTriedForEver() {
    JsonNode queue = RECIPE.at("/exporters/kafka/sending_queue");

    assertThat(queue.path("storage").asText()).isEqualTo("file_storage/queue");
    assertThat(queue.path("block_on_overflow").asBoolean()).isTrue();
    assertThat(RECIPE.at("/exporters/kafka/retry_on_failure/max_elapsed_time").asText())
        .isEqualTo("0s");
    assertThat(texts(RECIPE.at("/service/extensions"))).containsExactly("file_storage/queue");
    assertThat(RECIPE.at("/processors").has("batch"))
        .as("a batch processor answers before anything is on disk")
        .isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "gen_ai.input.messages",
        "gen_ai.output.messages",
        "gen_ai.system_instructions",
        "gen_ai.prompt",
        "gen_ai.prompt.0.content",
        "gen_ai.completion.0.content",
        "gen_ai.tool.definitions",
        "gen_ai.tool.call.arguments",
        "gen_ai.tool.call.result",
        "llm.input_messages.0.message.content",
        "llm.output_messages.3.message.contents.0.message_content.text",
        "llm.prompts",
        "llm.prompts.0.content",
        "llm.prompt_template.variables",
        "input.value",
        "output.value",
        "traceloop.entity.input",
        "traceloop.entity.output",
        "ai.prompt",
        "ai.prompt.messages",
        "ai.response.text",
        "ai.response.object",
        "ai.toolCall.args",
        "langfuse.observation.input",
        "langfuse.trace.output",
        "mlflow.spanInputs",
        "mlflow.spanOutputs",
        "gcp.vertex.agent.llm_request",
        "gcp.vertex.agent.llm_response",
        "pydantic_ai.all_messages",
        "all_messages_events",
        "events",
        "user_prompt",
        "retrieval.documents.0.document.content",
        "embedding.embeddings.0.embedding.text",
        "db.query.text",
        "url.full",
        "exception.message"
      })
  void whatHoldsTextIsStrippedFromSpans(String key) {
    assertThat(stripped("span.attributes", key)).isTrue();
  }

  @ParameterizedTest
  @MethodSource("keysThatAreRead")
  void whatTheServiceReadsIsNot(String key) {
    assertThat(stripped("span.attributes", key)).isFalse();
    assertThat(stripped("log.attributes", key)).isFalse();
  }

  static Stream<String> keysThatAreRead() throws IOException {
    List<String> keys = new ArrayList<>(FloorkeeperKeys.SPAN);
    try (Stream<Path> dialects = Files.list(Path.of("src", "main", "resources", "dialects"))) {
      dialects
          .map(CollectorRecipeTest::read)
          .forEach(dialect -> dialect.path("keys").forEach(list -> keys.addAll(texts(list))));
    }
    // Google's ADK tells cached tokens only within the whole answer, which is stripped.
    return keys.stream().filter(key -> !key.contains("gcp.vertex.agent.llm_response")).distinct();
  }

  @ParameterizedTest
  @CsvSource({
    "gen_ai.evaluation.name, false",
    "gen_ai.evaluation.score.value, false",
    "gen_ai.evaluation.explanation, true",
    "exception.type, false",
    "exception.stacktrace, true",
    "content, true",
    "gen_ai.event.content, true"
  })
  void eventsKeepTheirVerdictsAndLoseTheirText(String key, boolean gone) {
    assertThat(stripped("spanevent.attributes", key)).isEqualTo(gone);
  }

  @ParameterizedTest
  @CsvSource({
    "gen_ai.usage.input_tokens, true",
    "llm.token_count.prompt, true",
    "floorkeeper.role, true",
    "openinference.span.kind, true",
    "traceloop.span.kind, true",
    "ai.model.id, true",
    "langfuse.observation.type, true",
    "http.request.method, false",
    "db.system.name, false",
    "aws.s3.bucket, false",
    "messaging.system, false"
  })
  void aSpanIsOfAModelByItsKeys(String key, boolean genAi) {
    // Given the filter's second condition, which looks at the keys as a JSON list
    String condition = RECIPE.at("/processors/filter~1genai/traces/span/0").asText();

    boolean matches =
        Pattern.compile(literals(condition).get(2)).matcher("[\"" + key + "\"]").find();

    assertThat(matches).isEqualTo(genAi);
  }

  /**
   * The transformation runs a whole group per event as soon as one of its statements is on events.
   */
  @Test
  void noGroupOfStatementsMixesSpansAndEvents() {
    for (JsonNode group : RECIPE.at("/processors/transform~1strip-content/trace_statements")) {
      assertThat(texts(group.path("statements")))
          .map(statement -> statement.contains("(spanevent."))
          .satisfies(onEvents -> assertThat(Set.copyOf(onEvents)).hasSize(1));
    }
  }

  private static boolean stripped(String map, String key) {
    List<String> statements = new ArrayList<>();
    for (String kind : List.of("trace_statements", "log_statements")) {
      for (JsonNode group : RECIPE.at("/processors/transform~1strip-content/" + kind)) {
        statements.addAll(texts(group.path("statements")));
      }
    }
    return statements.stream()
        .filter(statement -> statement.startsWith("delete_matching_keys(" + map + ","))
        .map(statement -> literals(statement).get(0))
        .anyMatch(pattern -> Pattern.compile(pattern).matcher(key).find());
  }

  /** What stands in quotes in a statement of the transformation language. */
  private static List<String> literals(String statement) {
    Matcher matcher = LITERAL.matcher(statement);
    List<String> found = new ArrayList<>();
    while (matcher.find()) {
      found.add(matcher.group(1).replace("\\\"", "\"").replace("\\\\", "\\"));
    }
    return found;
  }

  private static String settingsDefault(String setting) {
    return Arrays.stream(IngestSettings.class.getMethods())
        .filter(method -> method.getName().equals(setting))
        .map(method -> method.getAnnotation(WithDefault.class).value())
        .findFirst()
        .orElse("no such setting");
  }

  private static List<String> texts(JsonNode list) {
    List<String> texts = new ArrayList<>();
    list.forEach(item -> texts.add(item.asText()));
    return texts;
  }

  private static JsonNode read(Path file) {
    try {
      return new YAMLMapper(new YAMLFactory()).readTree(file.toFile());
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }
}
