package io.floorkeeper.policy;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.util.Arrays;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The published schema and the reader say the same, so that neither rots. */
class PolicySchemaTest {
  private final MiniSchema schema = MiniSchema.ofPolicy();

  @ParameterizedTest
  @EnumSource(Shape.class)
  void schemaAndReaderKnowTheSameKeys(Shape shape) {
    JsonNode definition = schema.definitions().get(Section.spelled(shape));
    Set<String> published = new TreeSet<>();
    definition.get("properties").fieldNames().forEachRemaining(published::add);
    assertThat(published).containsExactlyInAnyOrderElementsOf(shape.keys());
    assertThat(definition.get("additionalProperties").asBoolean(true)).isFalse();
  }

  @Test
  void schemaHasNoObjectThatTheReaderLacks() {
    Map<String, JsonNode> objects = new TreeMap<>();
    schema
        .definitions()
        .properties()
        .forEach(
            definition -> {
              if (definition.getValue().path("type").asText().equals("object")) {
                objects.put(definition.getKey(), definition.getValue());
              }
            });
    assertThat(objects.keySet())
        .containsExactlyInAnyOrderElementsOf(
            Arrays.stream(Shape.values()).map(Section::spelled).toList());
  }

  @ParameterizedTest
  @MethodSource("io.floorkeeper.policy.PolicyPresets#names")
  void presetsPassTheSchema(String preset) throws Exception {
    assertThat(schema.faults(asJson(PolicyPresets.document(preset)))).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "label_rate: 0",
        "learning: of",
        "flor: {}",
        "floor: {scope: role}",
        "holdout_share: some"
      })
  void schemaRefusesWhatTheReaderRefuses(String setting) throws Exception {
    // Given
    String document = Documents.withRole("{" + setting + "}");
    // When
    JsonNode json = asJson(document);
    // Then
    assertThat(Documents.findings(document)).isNotEmpty();
    assertThat(schema.faults(json)).isNotEmpty();
  }

  static JsonNode asJson(String document) throws Exception {
    Node root = DocumentParser.parse(document, "test", new Findings());
    return new ObjectMapper().readTree(CanonicalForm.of(root));
  }
}
