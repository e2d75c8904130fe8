package io.floorkeeper.policy;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;

/**
 * A document reduced to what it says, so that two documents share a digest if and only if they say
 * the same: JSON without spaces, keys sorted by UTF-16 code unit (as in RFC 8785), numbers as plain
 * decimals without trailing zeros. Lists keep their order, which means something everywhere;
 * built-in defaults stay out, so that a stored document keeps its digest over upgrades.
 */
final class CanonicalForm {
  private CanonicalForm() {}

  /** SHA-256 of {@link #of} in UTF-8, lower-case hex. */
  static String digest(Node root) {
    try {
      byte[] bytes = of(root).getBytes(StandardCharsets.UTF_8);
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException("every JDK has SHA-256", impossible);
    }
  }

  static String of(Node root) {
    StringWriter text = new StringWriter();
    try (JsonGenerator json = new JsonFactory().createGenerator(text)) {
      write(root, json);
    } catch (IOException impossible) {
      throw new UncheckedIOException("a text in memory could not be written", impossible);
    }
    return text.toString();
  }

  private static void write(Node node, JsonGenerator json) throws IOException {
    Object value = node.value();
    if (node.members() != null) {
      json.writeStartObject();
      for (Map.Entry<String, Node> member : new TreeMap<>(node.members()).entrySet()) {
        json.writeFieldName(member.getKey());
        write(member.getValue(), json);
      }
      json.writeEndObject();
    } else if (node.items() != null) {
      json.writeStartArray();
      for (Node item : node.items()) {
        write(item, json);
      }
      json.writeEndArray();
    } else if (value instanceof BigDecimal number) {
      json.writeNumber(number.stripTrailingZeros().toPlainString());
    } else if (value instanceof Boolean truth) {
      json.writeBoolean(truth);
    } else if (value instanceof String text) {
      json.writeString(text);
    } else {
      json.writeNull();
    }
  }
}
