package io.floorkeeper.ingest;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * Facts within an attribute that holds JSON, named {@code json:attribute member.member}, or {@code
 * json:attribute} for one that is a bare JSON value. All that is not named is stepped over and
 * never becomes a string: the JSON around a token count is often a whole answer of a model.
 *
 * @param key as the dialect writes it; the fact is found under it
 * @param path names of members, from the outermost
 * @param numberOnly where nobody asks for more than an amount, no word becomes a string
 */
record JsonMember(String key, List<String> path, boolean numberOnly) {
  static final String PREFIX = "json:";

  private static final int DEEPEST = 8;
  private static final int LONGEST_NUMBER = 64;

  private static final JsonFactory JSON =
      JsonFactory.builder()
          // A text that nobody asked for is stepped over, however long; numbers stay bounded.
          .streamReadConstraints(
              StreamReadConstraints.builder().maxStringLength(Integer.MAX_VALUE).build())
          // Else every name that a model invents would be kept for ever.
          .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
          .build();

  /** Of a key that begins with {@link #PREFIX}. */
  static JsonMember of(String key, boolean numberOnly) {
    int space = key.indexOf(' ');
    return new JsonMember(
        key, space < 0 ? List.of() : List.of(key.substring(space + 1).split("\\.")), numberOnly);
  }

  /** The attribute that a key looks into, or is. */
  static String attributeOf(String key) {
    if (!key.startsWith(PREFIX)) {
      return key;
    }
    int space = key.indexOf(' ');
    return key.substring(PREFIX.length(), space < 0 ? key.length() : space);
  }

  static boolean isWellFormed(String key) {
    String[] words = key.substring(PREFIX.length()).split(" ", -1);
    return words.length <= 2
        && Stream.of(words).noneMatch(String::isEmpty)
        && (words.length < 2
            || Stream.of(words[1].split("\\.", -1)).noneMatch(String::isEmpty)
                && words[1].split("\\.").length <= DEEPEST);
  }

  /**
   * Reads what the members name. JSON that is damaged, and what is no number and no word, gives
   * nothing: whether the attribute was meant to hold JSON nobody knows.
   *
   * @param utf8 with the JSON at {@code from}
   */
  static void read(
      byte[] utf8, int from, int length, List<JsonMember> members, Map<String, Object> into) {
    try (JsonParser parser = JSON.createParser(utf8, from, length)) {
      read(parser, members, into);
    } catch (IOException damaged) {
      // Its message quotes the text around the fault. What was found before it stays found.
      return;
    }
  }

  /** The same of characters. */
  static void read(
      char[] text, int from, int length, List<JsonMember> members, Map<String, Object> into) {
    try (JsonParser parser = JSON.createParser(text, from, length)) {
      read(parser, members, into);
    } catch (IOException damaged) {
      // As above.
      return;
    }
  }

  private static void read(JsonParser parser, List<JsonMember> members, Map<String, Object> into)
      throws IOException {
    if (parser.nextToken() != null) {
      value(parser, members, 0, into);
    }
  }

  private static void value(
      JsonParser parser, List<JsonMember> members, int depth, Map<String, Object> into)
      throws IOException {
    if (parser.currentToken() != JsonToken.START_OBJECT) {
      for (JsonMember member : members) {
        if (member.path.size() == depth) {
          scalar(parser, member, into);
        }
      }
      parser.skipChildren();
      return;
    }
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      String name = parser.currentName();
      parser.nextToken();
      if (isNamed(members, depth, name)) {
        List<JsonMember> inner = members.stream().filter(m -> m.isAt(depth, name)).toList();
        value(parser, inner, depth + 1, into);
      } else {
        parser.skipChildren();
      }
    }
  }

  private static boolean isNamed(List<JsonMember> members, int depth, String name) {
    for (JsonMember member : members) {
      if (member.isAt(depth, name)) {
        return true;
      }
    }
    return false;
  }

  private boolean isAt(int depth, String name) {
    return path.size() > depth && path.get(depth).equals(name);
  }

  /** Many write numbers as text. */
  private static boolean isPlain(JsonParser parser) throws IOException {
    return parser.currentToken() == JsonToken.VALUE_STRING
        && parser.getTextLength() <= LONGEST_NUMBER
        && Numbers.isPlain(parser.getText());
  }

  private static void scalar(JsonParser parser, JsonMember member, Map<String, Object> into)
      throws IOException {
    String key = member.key;
    if (member.numberOnly && !parser.currentToken().isNumeric() && !isPlain(parser)) {
      return;
    }
    switch (parser.currentToken()) {
      case VALUE_NUMBER_INT ->
          into.put(
              key,
              parser.getNumberType() == JsonParser.NumberType.BIG_INTEGER
                  ? new RawSpan.Unusable("not_a_number")
                  : (Object) parser.getLongValue());
      case VALUE_NUMBER_FLOAT -> into.put(key, parser.getDoubleValue());
      case VALUE_STRING ->
          into.put(
              key,
              parser.getTextLength() > RawSpan.MAX_TEXT
                  ? new RawSpan.Unusable("too_long")
                  : SpanDraft.bounded(parser.getText()));
      case VALUE_TRUE, VALUE_FALSE -> into.put(key, parser.getBooleanValue());
      default -> {}
    }
  }
}
