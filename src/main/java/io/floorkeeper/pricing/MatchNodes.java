package io.floorkeeper.pricing;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/**
 * Reads how providers and models are named: one clause, or several under {@code or}, {@code and}.
 */
final class MatchNodes {
  private static final int LONGEST_REGEX = 500;

  private final String path;
  private final CatalogueFindings findings;

  MatchNodes(String path, CatalogueFindings findings) {
    this.path = path;
    this.findings = findings;
  }

  NameMatch match(JsonNode node) {
    if (!node.isObject() || node.size() != 1) {
      return refuse(
          "an object with one of equals, starts_with, ends_with, contains, regex, or, and");
    }
    Map.Entry<String, JsonNode> clause = node.properties().iterator().next();
    JsonNode value = clause.getValue();
    return switch (clause.getKey()) {
      case "or" -> new NameMatch.Or(clauses(value));
      case "and" -> new NameMatch.And(clauses(value));
      case "equals" -> new NameMatch.Equal(text(value));
      case "starts_with" -> new NameMatch.StartsWith(text(value));
      case "ends_with" -> new NameMatch.EndsWith(text(value));
      case "contains" -> new NameMatch.Contains(text(value));
      case "regex" -> regex(value);
      default -> refuse("this version does not know the clause '" + clause.getKey() + "'");
    };
  }

  private List<NameMatch> clauses(JsonNode list) {
    List<NameMatch> clauses = new ArrayList<>();
    if (!list.isArray() || list.isEmpty()) {
      refuse("a list of clauses is expected");
    }
    list.forEach(one -> clauses.add(match(one)));
    return clauses;
  }

  private NameMatch regex(JsonNode value) {
    if (!value.isTextual() || value.asText().length() > LONGEST_REGEX) {
      return refuse("a regular expression of at most " + LONGEST_REGEX + " characters is expected");
    }
    try {
      return new NameMatch.Regex(Pattern.compile(value.asText(), Pattern.CASE_INSENSITIVE));
    } catch (PatternSyntaxException e) {
      return refuse("is no regular expression: " + e.getDescription());
    }
  }

  /** An empty text would match every name. */
  private String text(JsonNode value) {
    if (!value.isTextual() || value.asText().isEmpty()) {
      refuse("a text that is not empty is expected");
    }
    return value.asText().toLowerCase(Locale.ROOT);
  }

  private NameMatch refuse(String message) {
    findings.add(path, message);
    return NameMatch.NONE;
  }
}
