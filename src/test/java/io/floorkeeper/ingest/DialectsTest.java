package io.floorkeeper.ingest;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
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
          """)
  void anErrorSaysWhichDocumentWhereAndWhy(String given, String written, String path, String why) {
    String document = WHOLE.replace(given, written);

    assertThatThrownBy(() -> Dialects.bundled().with("acme.json", document))
        .isInstanceOf(InvalidDialectException.class)
        .hasMessageStartingWith("acme.json: " + path)
        .hasMessageContaining(why);
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
}
