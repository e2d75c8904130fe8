package io.floorkeeper.policy;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonLocation;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLParser;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.regex.Pattern;
import org.yaml.snakeyaml.error.Mark;
import org.yaml.snakeyaml.error.MarkedYAMLException;

/**
 * Text to {@link Node}s. A document that starts with a brace is JSON, every other is YAML. What
 * would make one text mean two things is refused where it stands: duplicate keys, anchors and
 * aliases (they also multiply), explicit tags, octal and other numbers that only some readers know.
 */
final class DocumentParser {
  static final int MOST_BYTES = 1 << 20;
  static final int MOST_VALUES = 50_000;
  static final int DEEPEST = 16;

  private static final Pattern DECIMAL =
      Pattern.compile("[-+]?(?:(?:0|[1-9][0-9]*)(?:\\.[0-9]*)?|\\.[0-9]+)(?:[eE][-+]?[0-9]{1,3})?");
  private static final int MOST_DIGITS = 40;

  private final JsonParser parser;
  private final String source;
  private final Findings findings;
  private int values;

  private DocumentParser(JsonParser parser, String source, Findings findings) {
    this.parser = parser;
    this.source = source;
    this.findings = findings;
  }

  /**
   * The document's root. What is legible but refused stands in it as {@link Node.Nothing#REFUSED}
   * and in the findings, so that one reading tells everything.
   *
   * @throws InvalidPolicyException where reading cannot go on, with line and column
   */
  static Node parse(String document, String source, Findings findings) {
    if (document.length() > MOST_BYTES
        || document.getBytes(StandardCharsets.UTF_8).length > MOST_BYTES) {
      throw end(findings, source, "a policy has at most 1 MiB");
    }
    String text = document.startsWith("\uFEFF") ? document.substring(1) : document;
    boolean json = text.stripLeading().startsWith("{");
    try (JsonParser parser = json ? jsonParser(text) : yamlParser(text)) {
      DocumentParser reading = new DocumentParser(parser, source, findings);
      if (parser.nextToken() == null) {
        throw end(findings, source, "the document is empty; a policy has at least tiers and roles");
      }
      Node root = reading.value("", 0);
      if (parser.nextToken() != null) {
        throw reading.end("one document only; a second one starts here");
      }
      return root;
    } catch (JsonProcessingException malformed) {
      throw end(findings, source, told(malformed, json ? "JSON" : "YAML"));
    } catch (IOException impossible) {
      throw new UncheckedIOException("a text in memory could not be read", impossible);
    }
  }

  private static JsonParser jsonParser(String text) throws IOException {
    return new JsonFactory().createParser(text);
  }

  private static JsonParser yamlParser(String text) throws IOException {
    return YAMLFactory.builder()
        // "learning: off" says off, not false
        .enable(YAMLParser.Feature.PARSE_BOOLEAN_LIKE_WORDS_AS_STRINGS)
        .build()
        .createParser(text);
  }

  /** The value at the current token; leaves the parser at its last token. */
  private Node value(String path, int depth) throws IOException {
    if (depth > DEEPEST) {
      throw end("nested deeper than " + DEEPEST + " levels");
    }
    if (++values > MOST_VALUES) {
      throw end("more than " + MOST_VALUES + " values");
    }
    boolean plain = isPlain(path);
    JsonToken token = parser.currentToken();
    if (token == null) {
      throw end("the document ends too early");
    }
    Node value =
        switch (token) {
          case START_OBJECT -> new Node(members(path, depth));
          case START_ARRAY -> new Node(items(path, depth));
          case VALUE_STRING -> text(path, parser.getText());
          case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT -> number(path, parser.getText());
          case VALUE_TRUE -> new Node(Boolean.TRUE);
          case VALUE_FALSE -> new Node(Boolean.FALSE);
          case VALUE_NULL -> new Node(Node.Nothing.NULL);
          default -> throw end("the document ends too early");
        };
    return plain ? value : new Node(Node.Nothing.REFUSED);
  }

  private Map<String, Node> members(String path, int depth) throws IOException {
    Map<String, Node> members = new LinkedHashMap<>();
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      String key = parser.currentName();
      String child = Names.path(path, key);
      boolean legible = text(child, key).value() == key;
      boolean again = members.containsKey(key);
      if (again) {
        refuse(child, "the key stands here a second time");
      }
      parser.nextToken();
      Node value = value(child, depth + 1);
      if (legible && !again) {
        members.put(key, value);
      }
    }
    return members;
  }

  private List<Node> items(String path, int depth) throws IOException {
    List<Node> items = new ArrayList<>();
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      items.add(value(Names.path(path, items.size()), depth + 1));
    }
    return items;
  }

  private Node text(String path, String text) {
    boolean clean =
        text.codePoints()
            .noneMatch(
                c -> Character.isISOControl(c) || Character.getType(c) == Character.SURROGATE);
    return clean
        ? new Node(text)
        : refuse(path, "a text without line breaks and control characters is expected");
  }

  /** From the text, never from a double: what is written is what is digested and priced. */
  private Node number(String path, String text) {
    if (!DECIMAL.matcher(text).matches()) {
      return refuse(
          path, "'" + Names.shortened(text) + "' is not read as a number; write it as 20 or 0.95");
    }
    if (text.length() <= 2 * MOST_DIGITS) {
      BigDecimal number = new BigDecimal(text).stripTrailingZeros();
      if (number.precision() <= MOST_DIGITS && Math.abs(number.scale()) <= MOST_DIGITS) {
        return new Node(number.scale() < 0 ? number.setScale(0) : number); // 20, not 2E+1
      }
    }
    return refuse(path, "a number has at most " + MOST_DIGITS + " digits");
  }

  /** False where a value would multiply or be retyped on its way: anchors, aliases, tags. */
  private boolean isPlain(String path) throws IOException {
    if (parser instanceof YAMLParser yaml) {
      if (yaml.isCurrentAlias() || yaml.getObjectId() != null) {
        refuse(path, "anchors and aliases (& and *) are not read; put what repeats under defaults");
        return false;
      }
      if (yaml.getTypeId() != null) {
        refuse(path, "explicit tags (!) are not read");
        return false;
      }
    }
    return true;
  }

  /**
   * In one line; of YAML the problem itself, where the parser would tell what it was about first.
   */
  private static String told(JsonProcessingException malformed, String language) {
    if (malformed.getCause() instanceof MarkedYAMLException marked
        && marked.getProblem() != null
        && marked.getProblemMark() != null) {
      Mark mark = marked.getProblemMark();
      return at(mark.getLine() + 1, mark.getColumn() + 1) + "not YAML: " + marked.getProblem();
    }
    String message = Objects.requireNonNullElse(malformed.getOriginalMessage(), "").strip();
    String first = message.lines().findFirst().orElse("unreadable");
    if (first.startsWith("Expected a field name")) { // goes on with a name of its own classes
      first = "a key is a text; a list or an object stands here";
    }
    return at(malformed.getLocation()) + "not " + language + ": " + first;
  }

  private Node refuse(String path, String message) {
    findings.add(path, at() + message);
    return new Node(Node.Nothing.REFUSED);
  }

  private InvalidPolicyException end(String message) {
    return end(findings, source, at() + message);
  }

  private static InvalidPolicyException end(Findings findings, String source, String message) {
    findings.add(source, message);
    return new InvalidPolicyException(findings.all());
  }

  private String at() {
    return at(parser.currentTokenLocation());
  }

  private static String at(JsonLocation location) {
    return location == null || location.getLineNr() < 1
        ? ""
        : at(location.getLineNr(), location.getColumnNr());
  }

  private static String at(int line, int column) {
    return "line " + line + ", column " + column + ": ";
  }
}
