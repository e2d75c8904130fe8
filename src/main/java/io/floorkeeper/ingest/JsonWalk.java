package io.floorkeeper.ingest;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.floorkeeper.ingest.SpanDraft.Flaw;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * One document of OTLP/JSON, member by member: the value of an attribute that nobody names is
 * stepped over and never becomes a string. What is of the wrong type is told as a flaw; what is no
 * JSON is thrown.
 */
final class JsonWalk implements AutoCloseable {
  private final byte[] bytes;
  private final JsonFactory factory;
  private final JsonParser parser;

  /** Stands on the first token. */
  JsonWalk(byte[] bytes, JsonFactory factory) throws IOException {
    this.bytes = bytes;
    this.factory = factory;
    this.parser = factory.createParser(bytes);
    parser.nextToken();
  }

  @Override
  public void close() throws IOException {
    parser.close();
  }

  /** Reads a member whose name was read: the parser stands on its value and must end on it. */
  @FunctionalInterface
  interface Members {
    void read(String name) throws IOException;
  }

  /** Reads an object of an array: the parser stands on its start and must end on its end. */
  @FunctionalInterface
  interface Element {
    void read() throws IOException;
  }

  JsonToken token() {
    return parser.currentToken();
  }

  JsonToken next() throws IOException {
    return parser.nextToken();
  }

  /** Of the text at hand. */
  String string() throws IOException {
    return parser.getText();
  }

  void skip() throws IOException {
    parser.skipChildren();
  }

  void attributes(
      String field, Predicate<String> wanted, Map<String, Object> into, Consumer<Flaw> flaw)
      throws IOException {
    attributes(field, wanted, key -> List.of(), into, flaw);
  }

  /**
   * @param members what is wanted of a text that is JSON
   */
  void attributes(
      String field,
      Predicate<String> wanted,
      Function<String, List<JsonMember>> members,
      Map<String, Object> into,
      Consumer<Flaw> flaw)
      throws IOException {
    objects(field, flaw, () -> attribute(field, wanted, members, into, flaw));
  }

  private void attribute(
      String field,
      Predicate<String> wanted,
      Function<String, List<JsonMember>> members,
      Map<String, Object> into,
      Consumer<Flaw> flaw)
      throws IOException {
    String key = null;
    Object value = null;
    int from = 0;
    int to = 0;
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      String name = parser.currentName();
      parser.nextToken();
      if (name.equals("key")) {
        key = text(field, ".key", flaw);
      } else if (!name.equals("value")) {
        parser.skipChildren();
      } else if (key == null) {
        // Whether the value is wanted is not known yet: remember where it stands.
        from = offset() - 1;
        parser.skipChildren();
        to = offset();
      } else {
        boolean whole = wanted.test(key);
        List<JsonMember> within = members.apply(key);
        if (whole || !within.isEmpty()) {
          value = AttributeValue.read(parser, whole, within, into);
        } else {
          parser.skipChildren();
        }
      }
    }
    if (key == null) {
      return;
    }
    if (to > 0) {
      boolean whole = wanted.test(key);
      List<JsonMember> within = members.apply(key);
      if (whole || !within.isEmpty()) {
        value = again(from, to, whole, within, into);
      }
    }
    if (value != null) {
      into.put(key, value);
    }
  }

  private int offset() {
    return (int) parser.currentLocation().getByteOffset();
  }

  private Object again(
      int from, int to, boolean whole, List<JsonMember> members, Map<String, Object> into)
      throws IOException {
    if (bytes[from] != '{') {
      return whole ? new RawSpan.Unusable("wrong_type") : null;
    }
    try (JsonParser value = factory.createParser(bytes, from, to - from)) {
      value.nextToken();
      return AttributeValue.read(value, whole, members, into);
    }
  }

  void members(Members members) throws IOException {
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      String name = parser.currentName();
      parser.nextToken();
      members.read(name);
    }
  }

  void objects(String field, Consumer<Flaw> flaw, Element element) throws IOException {
    if (parser.currentToken() == JsonToken.VALUE_NULL) {
      return;
    }
    if (parser.currentToken() != JsonToken.START_ARRAY) {
      flaw.accept(Flaw.wrongType(field));
      parser.skipChildren();
      return;
    }
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      if (isObject(field, flaw)) {
        element.read();
      }
    }
  }

  /** Whether the parser stands on an object; anything else but null is a flaw and skipped. */
  boolean isObject(String field, Consumer<Flaw> flaw) throws IOException {
    if (parser.currentToken() == JsonToken.START_OBJECT) {
      return true;
    }
    if (parser.currentToken() != JsonToken.VALUE_NULL) {
      flaw.accept(Flaw.wrongType(field));
      parser.skipChildren();
    }
    return false;
  }

  String text(String field, Consumer<Flaw> flaw) throws IOException {
    return text(field, "", flaw);
  }

  /** The field's name is put together only where it is told. */
  private String text(String field, String member, Consumer<Flaw> flaw) throws IOException {
    if (parser.currentToken() == JsonToken.VALUE_STRING) {
      return parser.getText();
    }
    if (parser.currentToken() != JsonToken.VALUE_NULL) {
      flaw.accept(Flaw.wrongType(field + member));
      parser.skipChildren();
    }
    return "";
  }

  long unsigned(String field, Consumer<Flaw> flaw) throws IOException {
    JsonToken token = parser.currentToken();
    if (token == JsonToken.VALUE_STRING || token == JsonToken.VALUE_NUMBER_INT) {
      try {
        return Long.parseUnsignedLong(parser.getText());
      } catch (NumberFormatException e) {
        flaw.accept(new Flaw("not_a_number", field, field + " is not an unsigned 64-bit number"));
        return 0;
      }
    }
    if (token != JsonToken.VALUE_NULL) {
      flaw.accept(Flaw.wrongType(field));
      parser.skipChildren();
    }
    return 0;
  }
}
