package io.floorkeeper.ingest;

import com.google.protobuf.WireFormat;
import io.opentelemetry.proto.logs.v1.LogRecord;
import io.opentelemetry.proto.trace.v1.Span;
import io.opentelemetry.proto.trace.v1.Status;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;

/**
 * One span or log record of protobuf. The body of a log record is never read: it is where the text
 * of conversations lies.
 */
final class ProtobufItem {
  private static final int VARINT = WireFormat.WIRETYPE_VARINT;
  private static final int FIXED32 = WireFormat.WIRETYPE_FIXED32;
  private static final int FIXED64 = WireFormat.WIRETYPE_FIXED64;
  private static final int LENGTH = WireFormat.WIRETYPE_LENGTH_DELIMITED;

  private static final int TRACE_ID = Span.TRACE_ID_FIELD_NUMBER << 3 | LENGTH;
  private static final int SPAN_ID = Span.SPAN_ID_FIELD_NUMBER << 3 | LENGTH;
  private static final int PARENT_ID = Span.PARENT_SPAN_ID_FIELD_NUMBER << 3 | LENGTH;
  private static final int TRACE_STATE = Span.TRACE_STATE_FIELD_NUMBER << 3 | LENGTH;
  private static final int NAME = Span.NAME_FIELD_NUMBER << 3 | LENGTH;
  private static final int KIND = Span.KIND_FIELD_NUMBER << 3 | VARINT;
  private static final int START = Span.START_TIME_UNIX_NANO_FIELD_NUMBER << 3 | FIXED64;
  private static final int END = Span.END_TIME_UNIX_NANO_FIELD_NUMBER << 3 | FIXED64;
  private static final int ATTRIBUTE = Span.ATTRIBUTES_FIELD_NUMBER << 3 | LENGTH;
  private static final int DROPPED = Span.DROPPED_ATTRIBUTES_COUNT_FIELD_NUMBER << 3 | VARINT;
  private static final int EVENT = Span.EVENTS_FIELD_NUMBER << 3 | LENGTH;
  private static final int LINK = Span.LINKS_FIELD_NUMBER << 3 | LENGTH;
  private static final int STATUS = Span.STATUS_FIELD_NUMBER << 3 | LENGTH;
  private static final int STATUS_CODE = Status.CODE_FIELD_NUMBER << 3 | VARINT;
  private static final int EVENT_NAME = Span.Event.NAME_FIELD_NUMBER << 3 | LENGTH;
  private static final int EVENT_TIME = Span.Event.TIME_UNIX_NANO_FIELD_NUMBER << 3 | FIXED64;
  private static final int EVENT_ATTRIBUTE = Span.Event.ATTRIBUTES_FIELD_NUMBER << 3 | LENGTH;
  private static final int LINK_TRACE_ID = Span.Link.TRACE_ID_FIELD_NUMBER << 3 | LENGTH;
  private static final int LINK_SPAN_ID = Span.Link.SPAN_ID_FIELD_NUMBER << 3 | LENGTH;

  private static final int LOG_TIME = LogRecord.TIME_UNIX_NANO_FIELD_NUMBER << 3 | FIXED64;
  private static final int LOG_SEVERITY = LogRecord.SEVERITY_NUMBER_FIELD_NUMBER << 3 | VARINT;
  private static final int LOG_ATTRIBUTE = LogRecord.ATTRIBUTES_FIELD_NUMBER << 3 | LENGTH;
  private static final int LOG_DROPPED =
      LogRecord.DROPPED_ATTRIBUTES_COUNT_FIELD_NUMBER << 3 | VARINT;
  private static final int LOG_FLAGS = LogRecord.FLAGS_FIELD_NUMBER << 3 | FIXED32;
  private static final int LOG_TRACE_ID = LogRecord.TRACE_ID_FIELD_NUMBER << 3 | LENGTH;
  private static final int LOG_SPAN_ID = LogRecord.SPAN_ID_FIELD_NUMBER << 3 | LENGTH;
  private static final int LOG_OBSERVED =
      LogRecord.OBSERVED_TIME_UNIX_NANO_FIELD_NUMBER << 3 | FIXED64;
  private static final int LOG_EVENT_NAME = LogRecord.EVENT_NAME_FIELD_NUMBER << 3 | LENGTH;

  private final Wire wire;
  private final KnownKeys known;
  private final SpanDraft draft;

  ProtobufItem(Wire wire, KnownKeys known, SpanDraft draft) {
    this.wire = wire;
    this.known = known;
    this.draft = draft;
  }

  /**
   * What the item is: fields of one number are of other wire types in a span than in a log record,
   * and the first that either kind writes tells already.
   *
   * @param expected of an item that has no such field
   */
  static RawSpan.Signal signal(Wire item, RawSpan.Signal expected) {
    int first = item.firstByte();
    if (first == TRACE_ID || first == LOG_TIME) {
      return first == LOG_TIME ? RawSpan.Signal.LOG : RawSpan.Signal.SPAN;
    }
    RawSpan.Signal[] found = {null};
    try {
      item.again()
          .fields(
              tag -> {
                if (found[0] == null) {
                  found[0] = signalOf(tag);
                }
                return false;
              });
    } catch (IOException damaged) {
      // What it is was said before the damage, or nobody knows; the reader meets it again.
      return found[0] == null ? expected : found[0];
    }
    return found[0] == null ? expected : found[0];
  }

  private static RawSpan.Signal signalOf(int tag) {
    return switch (tag) {
      case TRACE_ID, SPAN_ID, KIND, START, END, DROPPED, EVENT -> RawSpan.Signal.SPAN;
      case LOG_TIME,
          LOG_SEVERITY,
          LOG_ATTRIBUTE,
          LOG_DROPPED,
          LOG_FLAGS,
          LOG_SPAN_ID,
          LOG_OBSERVED,
          LOG_EVENT_NAME ->
          RawSpan.Signal.LOG;
      default -> null;
    };
  }

  void read() throws IOException {
    wire.fields(draft.signal == RawSpan.Signal.LOG ? this::logRecord : this::span);
  }

  private boolean span(int tag) throws IOException {
    switch (tag) {
      case TRACE_ID -> draft.traceId(wire.hex());
      case SPAN_ID -> draft.spanId(wire.hex());
      case PARENT_ID -> draft.parentSpanId(wire.hex());
      case TRACE_STATE -> draft.traceState(wire.text());
      case NAME -> draft.name = wire.text();
      case START -> draft.startUnixNano = wire.fixed64();
      case END -> draft.endUnixNano = wire.fixed64();
      case ATTRIBUTE -> wire.attribute(known::attribute, known::json, draft.attributes);
      case EVENT -> event();
      case LINK -> link();
      case STATUS -> wire.message(this::status);
      default -> {
        return false;
      }
    }
    return true;
  }

  private boolean logRecord(int tag) throws IOException {
    switch (tag) {
      case LOG_TRACE_ID -> draft.traceId(wire.hex());
      case LOG_SPAN_ID -> draft.spanId(wire.hex());
      case LOG_TIME -> draft.startUnixNano = wire.fixed64();
      case LOG_OBSERVED -> draft.observedUnixNano = wire.fixed64();
      case LOG_EVENT_NAME -> draft.name = wire.text();
      case LOG_ATTRIBUTE -> wire.attribute(known::logAttribute, known::json, draft.attributes);
      default -> {
        return false;
      }
    }
    return true;
  }

  private boolean status(int tag) throws IOException {
    if (tag != STATUS_CODE) {
      return false;
    }
    draft.status(wire.number());
    return true;
  }

  private void event() throws IOException {
    String[] name = {""};
    long[] time = {0};
    Map<String, Object> attributes = new HashMap<>();
    wire.message(
        tag -> {
          switch (tag) {
            case EVENT_NAME -> name[0] = wire.text();
            case EVENT_TIME -> time[0] = wire.fixed64();
            case EVENT_ATTRIBUTE -> wire.attribute(known::eventAttribute, attributes);
            default -> {
              return false;
            }
          }
          return true;
        });
    if (known.event(name[0])) {
      draft.events.add(new RawSpan.Event(name[0], time[0], attributes));
    }
  }

  private void link() throws IOException {
    String[] ids = {"", ""};
    wire.message(
        tag -> {
          switch (tag) {
            case LINK_TRACE_ID -> ids[0] = wire.hex();
            case LINK_SPAN_ID -> ids[1] = wire.hex();
            default -> {
              return false;
            }
          }
          return true;
        });
    draft.link(ids[0], ids[1]);
  }
}
