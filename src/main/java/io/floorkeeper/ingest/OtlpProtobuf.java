package io.floorkeeper.ingest;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.WireFormat;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.InstrumentationScope;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.resource.v1.Resource;
import io.opentelemetry.proto.trace.v1.ResourceSpans;
import io.opentelemetry.proto.trace.v1.ScopeSpans;
import io.opentelemetry.proto.trace.v1.Span;
import io.opentelemetry.proto.trace.v1.Status;
import io.opentelemetry.proto.trace.v1.TracesData;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;

/**
 * Walks the wire format of {@code TracesData} by hand, because the generated parser would turn
 * every prompt into a string: here the value of an attribute that nobody names is stepped over. The
 * field numbers are those of the generated classes. Either the whole batch is well-formed or none
 * of it.
 */
final class OtlpProtobuf {
  private final byte[] bytes;
  private final CodedInputStream in;
  private final KnownKeys known;
  private final SpanDraft.Batch batch;

  private OtlpProtobuf(byte[] bytes, KnownKeys known, SpanDraft.Batch batch) {
    this.bytes = bytes;
    this.in = CodedInputStream.newInstance(bytes);
    this.known = known;
    this.batch = batch;
  }

  /** Reads a field whose tag was read, or says that it is none of its own: it is then skipped. */
  @FunctionalInterface
  private interface Fields {
    boolean read(int tag) throws IOException;
  }

  /** A whole record of spans into the batch. */
  static void read(byte[] bytes, KnownKeys known, SpanDraft.Batch batch) throws IOException {
    OtlpProtobuf walk = new OtlpProtobuf(bytes, known, batch);
    walk.within(
        bytes.length,
        tag -> {
          if (tag != lengthTag(TracesData.RESOURCE_SPANS_FIELD_NUMBER)) {
            return false;
          }
          walk.resourceSpans();
          return true;
        });
  }

  /**
   * Whether the top level holds batches of spans and nothing else; a Jaeger span, say, holds more.
   */
  static boolean holdsOnlyTraces(byte[] bytes) throws IOException {
    boolean[] foreign = {false};
    OtlpProtobuf walk = new OtlpProtobuf(bytes, null, null);
    walk.within(
        bytes.length,
        tag -> {
          foreign[0] |= tag != lengthTag(TracesData.RESOURCE_SPANS_FIELD_NUMBER);
          return false;
        });
    return !foreign[0];
  }

  private void resourceSpans() throws IOException {
    Map<String, Object> resource = new HashMap<>();
    List<ScopedDraft> drafts = new ArrayList<>();
    message(
        tag -> {
          if (tag == lengthTag(ResourceSpans.RESOURCE_FIELD_NUMBER)) {
            message(
                inner ->
                    attribute(inner, Resource.ATTRIBUTES_FIELD_NUMBER, known::resource, resource));
          } else if (tag == lengthTag(ResourceSpans.SCOPE_SPANS_FIELD_NUMBER)) {
            scopeSpans(drafts);
          } else {
            return false;
          }
          return true;
        });
    // Only now: the resource may stand behind its spans.
    drafts.forEach(draft -> draft.span().finish(draft.scope()[0], resource, null, batch));
  }

  private record ScopedDraft(SpanDraft span, String[] scope) {}

  private void scopeSpans(List<ScopedDraft> drafts) throws IOException {
    String[] scope = {""};
    message(
        tag -> {
          if (tag == lengthTag(ScopeSpans.SCOPE_FIELD_NUMBER)) {
            message(
                inner -> {
                  if (inner != lengthTag(InstrumentationScope.NAME_FIELD_NUMBER)) {
                    return false;
                  }
                  scope[0] = in.readString();
                  return true;
                });
          } else if (tag == lengthTag(ScopeSpans.SPANS_FIELD_NUMBER)) {
            SpanDraft draft = new SpanDraft();
            message(inner -> span(inner, draft));
            drafts.add(new ScopedDraft(draft, scope));
          } else {
            return false;
          }
          return true;
        });
  }

  private boolean span(int tag, SpanDraft draft) throws IOException {
    if (tag == lengthTag(Span.TRACE_ID_FIELD_NUMBER)) {
      draft.traceId(SpanDraft.hex(in.readByteArray()));
    } else if (tag == lengthTag(Span.SPAN_ID_FIELD_NUMBER)) {
      draft.spanId(SpanDraft.hex(in.readByteArray()));
    } else if (tag == lengthTag(Span.PARENT_SPAN_ID_FIELD_NUMBER)) {
      draft.parentSpanId(SpanDraft.hex(in.readByteArray()));
    } else if (tag == lengthTag(Span.NAME_FIELD_NUMBER)) {
      draft.name = in.readString();
    } else if (tag == tag(Span.START_TIME_UNIX_NANO_FIELD_NUMBER, WireFormat.WIRETYPE_FIXED64)) {
      draft.startUnixNano = in.readFixed64();
    } else if (tag == tag(Span.END_TIME_UNIX_NANO_FIELD_NUMBER, WireFormat.WIRETYPE_FIXED64)) {
      draft.endUnixNano = in.readFixed64();
    } else if (tag == lengthTag(Span.EVENTS_FIELD_NUMBER)) {
      event(draft);
    } else if (tag == lengthTag(Span.LINKS_FIELD_NUMBER)) {
      link(draft);
    } else if (tag == lengthTag(Span.STATUS_FIELD_NUMBER)) {
      message(inner -> status(inner, draft));
    } else {
      return attribute(tag, Span.ATTRIBUTES_FIELD_NUMBER, known::attribute, draft.attributes);
    }
    return true;
  }

  private boolean status(int tag, SpanDraft draft) throws IOException {
    if (tag != tag(Status.CODE_FIELD_NUMBER, WireFormat.WIRETYPE_VARINT)) {
      return false;
    }
    draft.status(in.readEnum());
    return true;
  }

  private void event(SpanDraft draft) throws IOException {
    String[] name = {""};
    Map<String, Object> attributes = new HashMap<>();
    message(
        tag -> {
          if (tag == lengthTag(Span.Event.NAME_FIELD_NUMBER)) {
            name[0] = in.readString();
            return true;
          }
          return attribute(
              tag, Span.Event.ATTRIBUTES_FIELD_NUMBER, known::eventAttribute, attributes);
        });
    if (known.event(name[0])) {
      draft.events.add(new RawSpan.Event(name[0], attributes));
    }
  }

  private void link(SpanDraft draft) throws IOException {
    String[] ids = {"", ""};
    message(
        tag -> {
          if (tag == lengthTag(Span.Link.TRACE_ID_FIELD_NUMBER)) {
            ids[0] = SpanDraft.hex(in.readByteArray());
          } else if (tag == lengthTag(Span.Link.SPAN_ID_FIELD_NUMBER)) {
            ids[1] = SpanDraft.hex(in.readByteArray());
          } else {
            return false;
          }
          return true;
        });
    draft.links.add(new RawSpan.Link(ids[0], ids[1]));
  }

  /** One key and its value; the value is stepped over first and visited only where it is wanted. */
  private boolean attribute(
      int tag, int fieldNumber, Predicate<String> wanted, Map<String, Object> into)
      throws IOException {
    if (tag != lengthTag(fieldNumber)) {
      return false;
    }
    String[] key = {""};
    int[] value = {0, 0};
    message(
        inner -> {
          if (inner == lengthTag(KeyValue.KEY_FIELD_NUMBER)) {
            key[0] = in.readString();
          } else if (inner == lengthTag(KeyValue.VALUE_FIELD_NUMBER)) {
            value[1] = in.readRawVarint32();
            value[0] = in.getTotalBytesRead();
            in.skipRawBytes(value[1]);
          } else {
            return false;
          }
          return true;
        });
    if (wanted.test(key[0])) {
      Object read = value(CodedInputStream.newInstance(bytes, value[0], value[1]));
      if (read != null) {
        into.put(key[0], read);
      }
    }
    return true;
  }

  private static Object value(CodedInputStream in) throws IOException {
    Object value = null;
    for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
      if (tag == lengthTag(AnyValue.STRING_VALUE_FIELD_NUMBER)) {
        value = text(in.readByteArray());
      } else if (tag == tag(AnyValue.BOOL_VALUE_FIELD_NUMBER, WireFormat.WIRETYPE_VARINT)) {
        value = in.readBool();
      } else if (tag == tag(AnyValue.INT_VALUE_FIELD_NUMBER, WireFormat.WIRETYPE_VARINT)) {
        value = in.readInt64();
      } else if (tag == tag(AnyValue.DOUBLE_VALUE_FIELD_NUMBER, WireFormat.WIRETYPE_FIXED64)) {
        value = in.readDouble();
      } else {
        value = new RawSpan.Unusable("wrong_type");
        skip(in, tag);
      }
    }
    return value;
  }

  /**
   * One text that is not UTF-8 must not cost the other spans of the batch: names and keys are read
   * with replacement characters and then match nothing, a value says that it cannot be used.
   */
  private static Object text(byte[] utf8) {
    try {
      return SpanDraft.bounded(
          StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(utf8)).toString());
    } catch (CharacterCodingException e) {
      return new RawSpan.Unusable("not_utf8");
    }
  }

  private void message(Fields fields) throws IOException {
    within(in.readRawVarint32(), fields);
  }

  private void within(int length, Fields fields) throws IOException {
    int outer = in.pushLimit(length);
    for (int tag = in.readTag(); tag != 0; tag = in.readTag()) {
      if (!fields.read(tag)) {
        skip(in, tag);
      }
    }
    if (in.getBytesUntilLimit() != 0) {
      throw new InvalidProtocolBufferException("cut off");
    }
    in.popLimit(outer);
  }

  /** Groups are refused: OTLP never had them, and they nest. */
  private static void skip(CodedInputStream in, int tag) throws IOException {
    int type = WireFormat.getTagWireType(tag);
    if (type == WireFormat.WIRETYPE_START_GROUP || type == WireFormat.WIRETYPE_END_GROUP) {
      throw new InvalidProtocolBufferException("a group");
    }
    in.skipField(tag);
  }

  private static int lengthTag(int field) {
    return tag(field, WireFormat.WIRETYPE_LENGTH_DELIMITED);
  }

  private static int tag(int field, int type) {
    return field << 3 | type;
  }
}
