package io.floorkeeper.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.floorkeeper.ledger.Tokens;
import io.floorkeeper.platform.StartRefusedException;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DialectsTest {

  private static final String WHOLE =
      """
      {
        "id": "house",
        "detect": [{"scope": ["acme*"]}],
        "model_call_when": [{"attribute": {"acme.kind": ["llm"]}}],
        "incl_cache": false,
        "keys": {"request_model": ["acme.model"]}
      }
      """;

  @Test
  void theBundledOnesLoadInTheirOrder() {
    assertThat(Dialects.bundled().ids())
        .hasSize(24)
        .startsWith("claude-code-logs", "claude-code-spans")
        .containsSubsequence("crewai-openinference", "openinference", "openllmetry", "otel-genai")
        .endsWith("otel-genai");
  }

  @Test
  void aDialectOfTheUserComesFirst() {
    // When
    Dialects dialects = Dialects.bundled().with("acme.json", WHOLE);

    // Then
    assertThat(dialects.ids()).startsWith("house").hasSize(25);
    assertThat(dialects.knownKeys().attribute("acme.model")).isTrue();
    assertThat(Dialects.bundled().knownKeys().attribute("acme.model")).isFalse();
  }

  @Test
  void aDialectOfTheSameIdIsReplaced() {
    // When
    Dialects dialects =
        Dialects.bundled().with("mine.json", WHOLE.replace("\"house\"", "\"otel-genai\""));

    // Then
    assertThat(dialects.ids()).startsWith("otel-genai").doesNotHaveDuplicates().hasSize(24);
  }

  @ParameterizedTest(name = "{1} for {0}: {3}")
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          "id": "house"     | "id": "house", "oder": 1 | oder                  | unknown key; known are
          "request_model"   | "agnet": [], "request_model" | keys.agnet       | unknown key; known are
          "incl_cache": false, | ''                   | ''                       | incl_cache is missing
          "house"           | "A House"               | ''                       | id must match
          ["acme.model"]    | "acme.model"            | keys.request_model       | is of the wrong type
          ["acme.model"]    | [null]                  | keys                     | a list holds null
          ["acme.model"]    | []                      | keys                     | a dialect must name the model
          {"scope": ["acme*"]} | {}                   | detect[0]                | a condition must test something
          ["llm"]           | null                    | model_call_when[0]       | acme.kind has no values
          ["llm"]           | [null]                  | model_call_when[0]       | a list holds null
          ["llm"]           | []                      | model_call_when[0]       | acme.kind has no values
          "incl_cache": false | "incl_cache": "no"    | incl_cache               | is of the wrong type
          "id": "house"     | "id": "a", "id": "b"    | ''                       | Duplicate field
          "detect": [       | "detect": 7, "about": [ | detect                   | is of the wrong type
          ["acme.model"]    | ["json:acme.x a..b"]    | keys                     | must be json:attribute
          ["acme.model"]    | [" "]                   | keys                     | holds an empty one
          "id": "house"     | "id": "a", "agent_span_names": ["x"] | '' | agent_span_names must end in *
          "id": "house"     | "id": "a", "signal": "metrics" | signal            | is of the wrong type
          "id": "house"     | "id": "a", "signal": "logs" | ''                   | must end in -logs
          "id": "house"     | "id": "a", "identity": [[]] | ''                   | a group of identity
          ["acme.model"]    | ["output.value"]        | ''                       | output.value holds what was said
          ["acme.model"]    | ["json:output.value name"] | ''                    | json:output.value name holds what
          {"request_model"  | {"agent": ["json:input.value question"], "request_model" | '' | json:input.value question holds
          {"request_model"  | {"session": ["json:gen_ai.prompt text"], "request_model" | '' | json:gen_ai.prompt text holds
          {"request_model"  | {"cost_currency": ["json:output.value a"], "request_model" | '' | json:output.value a holds
          "id": "house"     | "id": "a", "identity": [["json:gen_ai.prompt"]] | '' | json:gen_ai.prompt holds
          ["llm"]}}         | ["llm"], "json:output.value a": ["x*"]}} | ''        | json:output.value a holds
          {"request_model"  | {"input_tokens": ["output.value"], "request_model" | '' | output.value holds what
          "id": "house"     | "id": "a", "error_events": {"e": ["exception.message"]} | '' | exception.message holds what
          "incl_cache": false | "incl_cache": 1       | incl_cache               | must be true or false
          "id": "house"     | "id": "a", "extends": 7 | extends                  | must be the id of one of
          """)
  void anErrorSaysWhichDocumentWhereAndWhy(String given, String written, String path, String why) {
    String document = WHOLE.replace(given, written);

    assertThatThrownBy(() -> Dialects.bundled().with("acme.json", document))
        .isInstanceOf(InvalidDialectException.class)
        .hasMessageStartingWith("acme.json: " + path)
        .hasMessageContaining(why);
  }

  @Test
  void ofWhatWasSaidANumberMayBeReadAndNothingElse() {
    // Given amounts that stand nowhere but within an answer's JSON
    Dialects dialects =
        Dialects.bundled()
            .with(
                "acme.json",
                WHOLE.replace(
                    "{\"request_model\"",
                    "{\"input_tokens\": [\"json:output.value n\"], \"request_model\""));

    // When
    List<RawSpan> spans =
        List.of("{\"n\": 7, \"text\": \"secret\"}", "{\"n\": \"secret\"}").stream()
            .map(
                value ->
                    ((Decoded.Spans)
                            new OtlpDecoder(dialects)
                                .decode(Otlp.batch(Otlp.span("output.value", value)).toByteArray()))
                        .spans()
                        .get(0))
            .toList();

    // Then
    assertThat(spans.get(0).attributes()).isEqualTo(Map.of("json:output.value n", 7L));
    assertThat(spans.get(1).attributes()).isEmpty();
  }

  @Test
  void aDocumentThatIsNoDocumentIsRefused() {
    assertThatThrownBy(() -> Dialects.bundled().with("acme.json", "null"))
        .hasMessage("acme.json: is null");
    assertThatThrownBy(() -> Dialects.bundled().with("acme.json", ""))
        .isInstanceOf(InvalidDialectException.class);
    assertThatThrownBy(() -> Dialects.bundled().with("acme.json", WHOLE + "{}"))
        .isInstanceOf(InvalidDialectException.class);
  }

  @Test
  void judgementsAreKnownByTheirNumber() {
    KnownKeys known = Dialects.bundled().knownKeys();

    assertThat(known.attribute("evaluations.0.evaluation.score")).isTrue();
    assertThat(known.attribute("evaluations.99.evaluation.score")).isTrue();
    assertThat(known.attribute("evaluations.100.evaluation.score")).isFalse();
    assertThat(known.attribute("evaluations.07.evaluation.score")).isFalse();
    assertThat(known.attribute("evaluations.x.evaluation.score")).isFalse();
    assertThat(known.attribute("evaluations.0.evaluation.explanation")).isFalse();
    assertThat(known.attribute("evaluations..evaluation.score")).isFalse();
  }

  @Test
  void anotherDialectIsExtendedButForWhatIsWritten() {
    // When
    Dialects dialects =
        Dialects.bundled()
            .with(
                "mine.json",
                """
                {
                  "id": "mine",
                  "extends": "openinference",
                  "detect": [{"scope": ["mine"]}],
                  "incl_cache": false,
                  "keys": {"agent": ["who"]}
                }
                """);

    // Then
    Dialect mine = dialects.of(span("mine", Map.of())).dialect();
    Dialect base = dialects.of(span("", Map.of("openinference.span.kind", "LLM"))).dialect();
    assertThat(mine.keys().agent()).containsExactly("who");
    assertThat(mine.keys().inputTokens()).isEqualTo(base.keys().inputTokens()).isNotEmpty();
    assertThat(mine.inclCache()).isFalse();
    assertThat(mine.evaluationAttributes()).isEqualTo(base.evaluationAttributes());
    assertThatThrownBy(
            () -> dialects.with("my.json", WHOLE.replace("{\n", "{\n \"extends\": \"minne\",")))
        .hasMessageStartingWith("my.json: extends: must be the id of one of [")
        .hasMessageContaining("otel-genai");
  }

  @Test
  void everyDialectIsDetectedWhereItIsFirst() {
    // Given a span that many know
    RawSpan span =
        span(
            "pydantic-ai",
            Map.of("gen_ai.operation.name", "chat", "llm.request.type", "chat", "outcome", "x"));

    assertThat(Dialects.bundled().of(span).id()).isEqualTo("pydantic-ai");
    assertThat(Dialects.bundled().with("acme.json", WHOLE).of(span("acme.x", Map.of())).id())
        .isEqualTo("house");
    assertThat(Dialects.bundled().of(span("acme.x", Map.of()))).isNull();
  }

  @Test
  void theExampleReadsWhatItSays() throws IOException {
    // Given
    Dialects dialects =
        Dialects.bundled().with(List.of(Path.of("src/site/examples/dialect-acme.json")));
    byte[] value =
        Otlp.batch(
                "acme.agents",
                Map.of(),
                Otlp.span("acme.kind", "agent", "acme.usage", "{\"completion\": 50}")
                    .setName("acme.agent/planner"),
                Otlp.span(
                    "acme.kind", "llm",
                    "acme.model", "large",
                    "acme.usage",
                        "{\"prompt\": {\"total\": 1000, \"cached\": 600}, \"completion\": 50}",
                    "acme.cost", "0.5 USD",
                    "acme.outcome", "refused by policy"))
            .toByteArray();

    // When
    Decoded.Spans decoded = (Decoded.Spans) new OtlpDecoder(dialects).decode(value);
    SpanReader reader = new SpanReader(dialects);
    SpanReading agent = reader.read(decoded.spans().get(0));
    SpanReading call = reader.read(decoded.spans().get(1));

    // Then
    assertThat(((SpanReading.NotACall) agent).link().orElseThrow().role()).contains("planner");
    assertThat(((SpanReading.ModelCall) call).call())
        .satisfies(c -> assertThat(c.dialect()).isEqualTo("acme-agents"))
        .satisfies(c -> assertThat(c.provider()).contains("acme-gateway"))
        .satisfies(c -> assertThat(c.tokens()).contains(new Tokens(400, 600, 0, 50, 0)))
        .satisfies(c -> assertThat(c.reportedNanoUsd()).hasValue(500_000_000))
        .satisfies(c -> assertThat(c.error()).isTrue());
  }

  @Test
  void ofAFolderEveryFileIsADialectInTheOrderOfTheirNames(@TempDir Path folder) throws IOException {
    // Given, the first of which extends the second
    Files.writeString(
        folder.resolve("10-first.json"),
        WHOLE.replace("\"id\": \"house\"", "\"id\": \"first\", \"extends\": \"second\""));
    Files.writeString(folder.resolve("20-second.json"), WHOLE.replace("house", "second"));
    Files.writeString(folder.resolve("notes.txt"), "no dialect");

    // When, Then
    assertThat(Dialects.bundled().with(List.of(folder)).ids()).startsWith("first", "second");

    Files.writeString(folder.resolve("30-third.json"), WHOLE.replace("house", "second"));
    assertThatThrownBy(() -> Dialects.bundled().with(List.of(folder)))
        .isInstanceOf(InvalidDialectException.class)
        .hasMessageContaining("20-second.json: id: second is also that of ")
        .hasMessageEndingWith("30-third.json");
  }

  @Test
  void aSettingThatCannotBeUsedStopsTheStart(@TempDir Path folder) throws IOException {
    Path broken = Files.writeString(folder.resolve("x.json"), WHOLE.replace("acme.kind", ""));

    assertThatThrownBy(() -> Dialects.bundled().with(List.of(broken)))
        .hasMessageStartingWith(broken + ": model_call_when[0]: ");
    assertThatThrownBy(() -> Dialects.bundled().with(List.of(folder.resolve("absent.json"))))
        .hasMessageEndingWith("absent.json: does not exist");
    Path empty = Files.createDirectory(folder.resolve("empty"));
    assertThatThrownBy(() -> Dialects.bundled().with(List.of(empty)))
        .hasMessageEndingWith("empty: holds no *.json");
  }

  @Test
  void theStartIsRefusedWithTheSettingTheFileAndTheReason(@TempDir Path folder) throws IOException {
    Path broken =
        Files.writeString(folder.resolve("x.json"), WHOLE.replace("{\n", "{\"oder\": 1,\n"));

    assertThatThrownBy(() -> new Readers(settings(broken + ",src/site/examples/dialect-acme.json")))
        .isInstanceOf(StartRefusedException.class)
        .hasMessageStartingWith("floorkeeper.ingest.dialects: " + broken + ": oder: unknown key");
    assertThat(new Readers(settings("src/site/examples/dialect-acme.json")).dialects().ids())
        .startsWith("acme-agents");
  }

  private static IngestSettings settings(String dialects) {
    return new SmallRyeConfigBuilder()
        .addDiscoveredConverters()
        .withMapping(IngestSettings.class)
        .withDefaultValue("floorkeeper.ingest.dialects", dialects)
        .build()
        .getConfigMapping(IngestSettings.class);
  }

  private static RawSpan span(String scope, Map<String, Object> attributes) {
    return new RawSpan(
        RawSpan.Signal.SPAN,
        Otlp.TRACE,
        Otlp.SPAN,
        "",
        "",
        Otlp.START,
        Otlp.END,
        RawSpan.Status.UNSET,
        scope,
        attributes,
        Map.of(),
        List.of(),
        List.of());
  }
}
