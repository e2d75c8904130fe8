package io.floorkeeper.ingest;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.WireFormat;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.KeyValue;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * One message of protobuf, field by field: the generated parser would turn every prompt into a
 * string, here what nobody wants is stepped over. All methods throw {@link IOException} where the
 * bytes are no well-formed message.
 */
final class Wire {
  private static final int LENGTH = WireFormat.WIRETYPE_LENGTH_DELIMITED;
  private static final int KEY = KeyValue.KEY_FIELD_NUMBER << 3 | LENGTH;
  private static final int VALUE = KeyValue.VALUE_FIELD_NUMBER << 3 | LENGTH;
  private static final int STRING = AnyValue.STRING_VALUE_FIELD_NUMBER << 3 | LENGTH;
  private static final int BOOL =
      AnyValue.BOOL_VALUE_FIELD_NUMBER << 3 | WireFormat.WIRETYPE_VARINT;
  private static final int INT = AnyValue.INT_VALUE_FIELD_NUMBER << 3 | WireFormat.WIRETYPE_VARINT;
  private static final int DOUBLE =
      AnyValue.DOUBLE_VALUE_FIELD_NUMBER << 3 | WireFormat.WIRETYPE_FIXED64;

  private final byte[] bytes;
  private final int from;
  private final int length;
  private final CodedInputStream in;

  Wire(byte[] bytes) {
    this(bytes, 0, bytes.length);
  }

  private Wire(byte[] bytes, int from, int length) {
    this.bytes = bytes;
    this.from = from;
    this.length = length;
    this.in = CodedInputStream.newInstance(bytes, from, length);
  }

  /** Reads a field whose tag was read, or says that it is none of its own: it is then skipped. */
  @FunctionalInterface
  interface Fields {
    boolean read(int tag) throws IOException;
  }

  /** All fields of this message. */
  void fields(Fields fields) throws IOException {
    for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
      if (!fields.read(tag)) {
        skip(tag);
      }
    }
  }

  /** The field at hand is a message of which all fields are read: what is wrong in it is thrown. */
  void message(Fields fields) throws IOException {
    int outer = in.pushLimit(in.readRawVarint32());
    fields(fields);
    if (in.getBytesUntilLimit() != 0) {
      throw new InvalidProtocolBufferException("cut off");
    }
    in.popLimit(outer);
  }

  /** The field at hand is a message that is read apart: what is wrong in it is not wrong here. */
  Wire part() throws IOException {
    int size = in.readRawVarint32();
    int start = from + in.getTotalBytesRead();
    in.skipRawBytes(size);
    return new Wire(bytes, start, size);
  }

  /** The same message from its start, whatever was read of it. */
  Wire again() {
    return new Wire(bytes, from, length);
  }

  /** The first byte, which is the first tag where that is below 16; -1: the message is empty. */
  int firstByte() {
    return length == 0 ? -1 : bytes[from];
  }

  /** What is not UTF-8 comes as replacement characters, and then matches nothing. */
  String text() throws IOException {
    return in.readString();
  }

  String hex() throws IOException {
    return SpanDraft.hex(in.readByteArray());
  }

  long fixed64() throws IOException {
    return in.readFixed64();
  }

  int number() throws IOException {
    return in.readEnum();
  }

  void attribute(Predicate<String> wanted, Map<String, Object> into) throws IOException {
    attribute(wanted, key -> List.of(), into);
  }

  /**
   * One key and its value; the value is stepped over first and visited only where it is wanted.
   *
   * @param members what is wanted of a text that is JSON
   */
  void attribute(
      Predicate<String> wanted,
      Function<String, List<JsonMember>> members,
      Map<String, Object> into)
      throws IOException {
    String[] key = {""};
    int[] at = {0, 0};
    message(
        tag -> {
          if (tag == KEY) {
            key[0] = in.readString();
          } else if (tag == VALUE) {
            at[1] = in.readRawVarint32();
            at[0] = from + in.getTotalBytesRead();
            in.skipRawBytes(at[1]);
          } else {
            return false;
          }
          return true;
        });
    List<JsonMember> within = members.apply(key[0]);
    if (!within.isEmpty()) {
      new Wire(bytes, at[0], at[1]).members(within, into);
    }
    if (wanted.test(key[0])) {
      Object read = new Wire(bytes, at[0], at[1]).value();
      if (read != null) {
        into.put(key[0], read);
      }
    }
  }

  private void members(List<JsonMember> members, Map<String, Object> into) throws IOException {
    for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
      if (tag == STRING) {
        int size = in.readRawVarint32();
        int start = from + in.getTotalBytesRead();
        in.skipRawBytes(size);
        JsonMember.read(bytes, start, size, members, into);
      } else {
        skip(tag);
      }
    }
  }

  private Object value() throws IOException {
    Object value = null;
    for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
      if (tag == STRING) {
        value = bounded();
      } else if (tag == BOOL) {
        value = in.readBool();
      } else if (tag == INT) {
        value = in.readInt64();
      } else if (tag == DOUBLE) {
        value = in.readDouble();
      } else {
        value = new RawSpan.Unusable("wrong_type");
        skip(tag);
      }
    }
    return value;
  }

  /**
   * One text that is not UTF-8 must not cost the other spans of the batch: such a value says that
   * it cannot be used.
   */
  private Object bounded() throws IOException {
    int size = in.readRawVarint32();
    int start = from + in.getTotalBytesRead();
    in.skipRawBytes(size);
    if (size > RawSpan.MAX_TEXT) {
      return new RawSpan.Unusable("too_long");
    }
    try {
      return StandardCharsets.UTF_8
          .newDecoder()
          .decode(ByteBuffer.wrap(bytes, start, size))
          .toString();
    } catch (CharacterCodingException e) {
      return new RawSpan.Unusable("not_utf8");
    }
  }

  /** Groups are refused: OTLP never had them, and they nest. */
  private void skip(int tag) throws IOException {
    int type = WireFormat.getTagWireType(tag);
    if (type == WireFormat.WIRETYPE_START_GROUP || type == WireFormat.WIRETYPE_END_GROUP) {
      throw new InvalidProtocolBufferException("a group");
    }
    in.skipField(tag);
  }
}
