package io.floorkeeper.ingest;

import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;

/**
 * One span or log record of OTLP/JSON. The body of a log record is never read: it is where the text
 * of conversations lies.
 */
final class JsonItem {
  private final JsonWalk walk;
  private final KnownKeys known;
  private final SpanDraft draft;

  JsonItem(JsonWalk walk, KnownKeys known, SpanDraft draft) {
    this.walk = walk;
    this.known = known;
    this.draft = draft;
  }

  void read() throws IOException {
    walk.members(draft.signal == RawSpan.Signal.LOG ? this::logRecord : this::span);
  }

  private void span(String name) throws IOException {
    switch (name) {
      case "traceId", "trace_id" -> draft.traceId(walk.text("traceId", draft::flaw));
      case "spanId", "span_id" -> draft.spanId(walk.text("spanId", draft::flaw));
      case "parentSpanId", "parent_span_id" ->
          draft.parentSpanId(walk.text("parentSpanId", draft::flaw));
      case "traceState", "trace_state" -> draft.traceState(walk.text("traceState", draft::flaw));
      case "name" -> draft.name = walk.text("name", draft::flaw);
      case "startTimeUnixNano", "start_time_unix_nano" ->
          draft.startUnixNano = walk.unsigned("startTimeUnixNano", draft::flaw);
      case "endTimeUnixNano", "end_time_unix_nano" ->
          draft.endUnixNano = walk.unsigned("endTimeUnixNano", draft::flaw);
      case "attributes" ->
          walk.attributes(
              "attributes", known::attribute, known::json, draft.attributes, draft::flaw);
      case "events" -> walk.objects("events", draft::flaw, () -> event());
      case "links" -> walk.objects("links", draft::flaw, () -> link());
      case "status" -> {
        if (walk.isObject("status", draft::flaw)) {
          walk.members(inner -> status(inner));
        }
      }
      default -> walk.skip();
    }
  }

  private void logRecord(String name) throws IOException {
    switch (name) {
      case "traceId", "trace_id" -> draft.traceId(walk.text("traceId", draft::flaw));
      case "spanId", "span_id" -> draft.spanId(walk.text("spanId", draft::flaw));
      case "eventName", "event_name" -> draft.name = walk.text("eventName", draft::flaw);
      case "timeUnixNano", "time_unix_nano" ->
          draft.startUnixNano = walk.unsigned("timeUnixNano", draft::flaw);
      case "observedTimeUnixNano", "observed_time_unix_nano" ->
          draft.observedUnixNano = walk.unsigned("observedTimeUnixNano", draft::flaw);
      case "attributes" ->
          walk.attributes(
              "attributes", known::logAttribute, known::json, draft.attributes, draft::flaw);
      default -> walk.skip();
    }
  }

  private void status(String name) throws IOException {
    if (!name.equals("code")) {
      walk.skip();
    } else if (walk.token() == JsonToken.VALUE_STRING) {
      draft.status =
          switch (walk.string()) {
            case "STATUS_CODE_OK" -> RawSpan.Status.OK;
            case "STATUS_CODE_ERROR" -> RawSpan.Status.ERROR;
            default -> RawSpan.Status.UNSET;
          };
    } else {
      long code = walk.unsigned("status.code", draft::flaw);
      draft.status(code > 2 ? 0 : (int) code);
    }
  }

  private void event() throws IOException {
    String[] event = {""};
    long[] time = {0};
    Map<String, Object> attributes = new HashMap<>();
    walk.members(
        name -> {
          switch (name) {
            case "name" -> event[0] = walk.text("events.name", draft::flaw);
            case "timeUnixNano", "time_unix_nano" ->
                time[0] = walk.unsigned("events.timeUnixNano", draft::flaw);
            case "attributes" ->
                walk.attributes(
                    "events.attributes", known::eventAttribute, attributes, draft::flaw);
            default -> walk.skip();
          }
        });
    if (known.event(event[0])) {
      draft.events.add(new RawSpan.Event(event[0], time[0], attributes));
    }
  }

  private void link() throws IOException {
    String[] ids = {"", ""};
    walk.members(
        name -> {
          switch (name) {
            case "traceId", "trace_id" -> ids[0] = walk.text("links.traceId", draft::flaw);
            case "spanId", "span_id" -> ids[1] = walk.text("links.spanId", draft::flaw);
            default -> walk.skip();
          }
        });
    draft.link(ids[0], ids[1]);
  }
}
