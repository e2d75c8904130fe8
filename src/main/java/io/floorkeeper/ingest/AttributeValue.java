package io.floorkeeper.ingest;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.List;
import java.util.Map;

/** Reads the {@code AnyValue} of OTLP/JSON into what the protobuf encoding would give. */
final class AttributeValue {
  private AttributeValue() {}

  /**
   * From the start of the value to its end; null where it is empty or not wanted as a whole.
   *
   * @param whole whether the value itself is wanted; a text that is not never becomes a string
   * @param members what is wanted of a text that is JSON
   */
  static Object read(
      JsonParser parser, boolean whole, List<JsonMember> members, Map<String, Object> into)
      throws IOException {
    if (!whole) {
      members(parser, members, into);
      return null;
    }
    if (parser.currentToken() == JsonToken.VALUE_NULL) {
      return null;
    }
    if (parser.currentToken() != JsonToken.START_OBJECT) {
      parser.skipChildren();
      return new RawSpan.Unusable("wrong_type");
    }
    Object value = null;
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      String kind = parser.currentName();
      if (parser.nextToken() == JsonToken.VALUE_NULL) {
        continue;
      }
      value =
          switch (kind) {
            case "stringValue", "string_value" -> string(parser, members, into);
            case "boolValue", "bool_value" -> bool(parser);
            case "intValue", "int_value" -> integer(parser);
            case "doubleValue", "double_value" -> floating(parser);
            case "arrayValue",
                "array_value",
                "kvlistValue",
                "kvlist_value",
                "bytesValue",
                "bytes_value" ->
                unusable(parser, "wrong_type");
            default -> {
              parser.skipChildren();
              yield value;
            }
          };
    }
    return value;
  }

  private static void members(JsonParser parser, List<JsonMember> members, Map<String, Object> into)
      throws IOException {
    if (parser.currentToken() != JsonToken.START_OBJECT) {
      parser.skipChildren();
      return;
    }
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      String kind = parser.currentName();
      boolean isText = parser.nextToken() == JsonToken.VALUE_STRING;
      if (isText && (kind.equals("stringValue") || kind.equals("string_value"))) {
        JsonMember.read(
            parser.getTextCharacters(),
            parser.getTextOffset(),
            parser.getTextLength(),
            members,
            into);
      } else {
        parser.skipChildren();
      }
    }
  }

  private static Object string(
      JsonParser parser, List<JsonMember> members, Map<String, Object> into) throws IOException {
    if (parser.currentToken() != JsonToken.VALUE_STRING) {
      return unusable(parser, "wrong_type");
    }
    if (!members.isEmpty()) {
      JsonMember.read(
          parser.getTextCharacters(),
          parser.getTextOffset(),
          parser.getTextLength(),
          members,
          into);
    }
    return parser.getTextLength() > RawSpan.MAX_TEXT
        ? new RawSpan.Unusable("too_long")
        : SpanDraft.bounded(parser.getText());
  }

  private static Object bool(JsonParser parser) throws IOException {
    return parser.currentToken().isBoolean()
        ? (Object) parser.getBooleanValue()
        : unusable(parser, "wrong_type");
  }

  private static Object integer(JsonParser parser) throws IOException {
    if (parser.currentToken() == JsonToken.VALUE_NUMBER_FLOAT) {
      return parser.getDoubleValue();
    }
    if (parser.currentToken() != JsonToken.VALUE_NUMBER_INT
        && parser.currentToken() != JsonToken.VALUE_STRING) {
      return unusable(parser, "wrong_type");
    }
    try {
      return Long.parseLong(parser.getText());
    } catch (NumberFormatException e) {
      return new RawSpan.Unusable("not_a_number");
    }
  }

  private static Object floating(JsonParser parser) throws IOException {
    if (parser.currentToken().isNumeric()) {
      return parser.getDoubleValue();
    }
    if (parser.currentToken() != JsonToken.VALUE_STRING) {
      return unusable(parser, "wrong_type");
    }
    String text = parser.getText();
    return switch (text) {
      case "NaN" -> Double.NaN;
      case "Infinity" -> Double.POSITIVE_INFINITY;
      case "-Infinity" -> Double.NEGATIVE_INFINITY;
      default ->
          Numbers.isPlain(text)
              ? (Object) Double.valueOf(text)
              : new RawSpan.Unusable("not_a_number");
    };
  }

  private static Object unusable(JsonParser parser, String code) throws IOException {
    parser.skipChildren();
    return new RawSpan.Unusable(code);
  }
}
