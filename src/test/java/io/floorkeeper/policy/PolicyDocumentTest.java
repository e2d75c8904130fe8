package io.floorkeeper.policy;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/** The text itself: what is refused before its meaning, and what the digest rests on. */
class PolicyDocumentTest {
  private static final String YAML =
      """
      # what a comment says does not count
      tiers:
        - name: small
          models: [{provider: anthropic, name: haiku}]
      roles:
        worker: {floor: {quality: .9, confidence: 0.80}, label_rate: 1}
      """;

  @Test
  void digestIsThatOfTheMeaning() {
    // Given
    String json =
        """
        {"roles": {"worker": {"label_rate": 1.0, "floor": {"confidence": 8e-1, "quality": 0.90}}},
         "tiers": [{"models": [{"name": "haiku", "provider": "anthropic"}], "name": "small"}]}
        """;
    // When
    String digest = digest(YAML);
    // Then
    assertThat(digest).isEqualTo(digest(json));
    assertThat(digest)
        .isEqualTo("c3b4964418340353d92d8f08bebb3b12beb58f95eaae794c9e15080ab7e96500");
    assertThat(digest).isNotEqualTo(digest(YAML.replace(".9,", ".91,")));
  }

  @Test
  void canonicalFormIsSortedJsonWithPlainNumbers() {
    Node root = DocumentParser.parse(YAML, "test.yaml", new Findings());
    assertThat(CanonicalForm.of(root))
        .isEqualTo(
            "{\"roles\":{\"worker\":{\"floor\":{\"confidence\":0.8,\"quality\":0.9},"
                + "\"label_rate\":1}},\"tiers\":[{\"models\":[{\"name\":\"haiku\","
                + "\"provider\":\"anthropic\"}],\"name\":\"small\"}]}");
  }

  @Test
  void theOrderOfTiersCounts() {
    String up =
        "[{name: a, models: [{name: m, provider: p}]}, {name: b, models: [{name: n, provider: p}]}]";
    String down =
        "[{name: b, models: [{name: n, provider: p}]}, {name: a, models: [{name: m, provider: p}]}]";
    assertThat(digest(Documents.withTiers(up))).isNotEqualTo(digest(Documents.withTiers(down)));
  }

  @Test
  void aQuotedNumberIsAText() {
    assertThat(digest(Documents.with("pins: [{name: '0.9', match: {tenant: t}, models: [opus]}]")))
        .isNotEqualTo(
            digest(Documents.with("pins: [{name: '0.90', match: {tenant: t}, models: [opus]}]")));
  }

  @Test
  void whatIsNoYamlIsToldWithItsLineAndColumn() {
    assertUnreadable("tiers:\n  - name: [small\nroles: {}\n", "line 3, column ", "not YAML: ");
    assertUnreadable("? [a]\n: b\n", "line 1, column ", "a key is a text");
    assertUnreadable("tiers: 'small\n", "line ", "not YAML: ");
    assertUnreadable("tiers:\n\t- name: small\n", "line 2, column 1", "not YAML: ");
  }

  @Test
  void whatIsNoJsonIsToldWithItsLineAndColumn() {
    assertUnreadable("{\"tiers\": [],\n \"roles\": {]}", "line 2, column ", "not JSON: ");
    assertUnreadable("{\"tiers\": [NaN]}", "line 1, column ", "not JSON: ");
    assertUnreadable("{\"tiers\": [", "line 1, column ", "not JSON: ");
  }

  @Test
  void aKeyThatStandsTwiceIsRefusedWhereItStandsAgain() {
    assertFinding(
        "default_role",
        Documents.with("default_role: worker\ndefault_role: worker"),
        "line 9, column 1: ");
    assertFinding("roles", "{\"tiers\": [], \"roles\": {}, \"roles\": {}}", "a second time");
  }

  @Test
  void anchorsAliasesAndTagsAreRefused() {
    assertFinding("defaults", Documents.TIERS + "defaults: &d {}\nroles: {}\n", "anchors");
    assertFinding("roles.b", Documents.TIERS + "roles: {a: {}, b: *a}\n", "aliases");
    assertFinding("default_role", Documents.with("default_role: !!str worker"), "tags");
  }

  @Test
  void anAliasBombNeverGoesOff() {
    // Given
    StringBuilder bomb = new StringBuilder("a0: &a0 [x, x, x, x, x, x, x, x, x]\n");
    for (int i = 1; i < 9; i++) {
      String alias = "*a" + (i - 1);
      bomb.append("a" + i + ": &a" + i + " [" + (alias + ", ").repeat(8) + alias + "]\n");
    }
    // Then
    assertThat(Documents.findings(bomb.toString())).isNotEmpty().hasSizeLessThan(110);
  }

  @Test
  void sizeDepthAndCountAreLimited() {
    assertUnreadable("#".repeat((1 << 20) + 1), "at most 1 MiB");
    assertUnreadable("# " + "é".repeat(1 << 19), "at most 1 MiB");
    assertUnreadable("a: " + "[".repeat(17) + "]".repeat(17), "nested deeper than 16");
    assertUnreadable("{\"a\":" + "[".repeat(100_000), "nested deeper than 16");
    assertUnreadable("a: [" + "1,".repeat(60_000) + "1]", "more than 50000 values");
  }

  @Test
  void nothingIsNoPolicy() {
    for (String nothing : List.of("", "  \n", "# a comment\n", "\uFEFF")) {
      assertUnreadable(nothing, "the document is empty");
    }
    assertUnreadable("worker", "a policy is an object");
    assertUnreadable("- tiers", "a policy is an object");
    assertUnreadable(YAML + "---\n" + YAML, "one document only");
  }

  @Test
  void textsAreOneCleanLine() {
    assertFinding("default_role", Documents.with("default_role: \"a\\nb\""), "line breaks");
    assertFinding(
        "default_role",
        "{\"tiers\": [], \"roles\": {}, \"default_role\": \"\\ud800\"}",
        "control characters");
  }

  private static void assertFinding(String path, String document, String message) {
    assertThat(Documents.findings(document))
        .anySatisfy(
            finding -> {
              assertThat(finding.path()).isEqualTo(path);
              assertThat(finding.message()).contains(message);
            });
  }

  private static void assertUnreadable(String document, String... parts) {
    List<Finding> findings = Documents.findings(document);
    assertThat(findings).extracting(Finding::path).containsExactly("test.yaml");
    assertThat(findings.get(0).message()).contains(parts);
  }

  private static String digest(String document) {
    return PolicyReader.read(document, "test").digest();
  }
}
