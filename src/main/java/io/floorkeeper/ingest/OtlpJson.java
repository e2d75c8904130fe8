package io.floorkeeper.ingest;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.floorkeeper.ingest.SpanDraft.Flaw;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * Streams one record of OTLP/JSON: the value of an attribute that nobody names is stepped over and
 * never becomes a string. Ids are hex; 64-bit numbers come as numbers or as strings; unknown fields
 * are ignored; names come in camel case (the specification) or in snake case (which protobuf's own
 * JSON allows). What is wrong within one span is that span's flaw; what is wrong around the spans
 * ends the batch.
 */
final class OtlpJson {
  private final byte[] bytes;
  private final JsonFactory factory;
  private final JsonParser parser;
  private final KnownKeys known;
  private final SpanDraft.Batch batch;

  private OtlpJson(
      byte[] bytes,
      JsonFactory factory,
      JsonParser parser,
      KnownKeys known,
      SpanDraft.Batch batch) {
    this.bytes = bytes;
    this.factory = factory;
    this.parser = parser;
    this.known = known;
    this.batch = batch;
  }

  /** It is JSON, but no batch of spans. */
  static final class NotOtlpException extends IOException {
    private static final long serialVersionUID = 1L;

    NotOtlpException(String message) {
      super(message);
    }
  }

  /** Reads a member whose name was read: the parser stands on its value and must end on it. */
  @FunctionalInterface
  private interface Members {
    void read(String name) throws IOException;
  }

  /** Reads an object of an array: the parser stands on its start and must end on its end. */
  @FunctionalInterface
  private interface Element {
    void read() throws IOException;
  }

  /** A whole record of spans into the batch. */
  static void read(byte[] bytes, JsonFactory factory, KnownKeys known, SpanDraft.Batch batch)
      throws IOException {
    try (JsonParser parser = factory.createParser(bytes)) {
      parser.nextToken();
      new OtlpJson(bytes, factory, parser, known, batch).traces();
      if (parser.nextToken() != null) {
        throw new NotOtlpException("more than one JSON document");
      }
    }
  }

  private void traces() throws IOException {
    boolean[] seen = {false, false};
    members(
        name -> {
          seen[0] = true;
          if (name.equals("resourceSpans") || name.equals("resource_spans")) {
            seen[1] = true;
            groups(this::resourceSpans);
          } else {
            parser.skipChildren();
          }
        });
    if (seen[0] && !seen[1]) {
      throw new NotOtlpException("no resourceSpans");
    }
  }

  private void resourceSpans() throws IOException {
    Map<String, Object> resource = new HashMap<>();
    Flaw[] flaw = {null};
    List<ScopedDraft> drafts = new ArrayList<>();
    members(
        name -> {
          switch (name) {
            case "resource" -> {
              if (isObject("resource", f -> flaw[0] = f)) {
                members(
                    inner -> {
                      if (inner.equals("attributes")) {
                        attributes("resource", known::resource, resource, f -> flaw[0] = f);
                      } else {
                        parser.skipChildren();
                      }
                    });
              }
            }
            case "scopeSpans", "scope_spans" -> groups(() -> scopeSpans(drafts));
            default -> parser.skipChildren();
          }
        });
    // Only now: the resource may stand behind its spans.
    for (ScopedDraft draft : drafts) {
      Flaw around = flaw[0] != null ? flaw[0] : draft.scope().flaw;
      draft.span().finish(draft.scope().name, resource, around, batch);
    }
  }

  private static final class Scope {
    private String name = "";
    private Flaw flaw;
  }

  private record ScopedDraft(SpanDraft span, Scope scope) {}

  private void scopeSpans(List<ScopedDraft> drafts) throws IOException {
    Scope scope = new Scope();
    members(
        name -> {
          switch (name) {
            case "scope" -> {
              if (isObject("scope", f -> scope.flaw = f)) {
                members(
                    inner -> {
                      if (inner.equals("name")) {
                        scope.name = text("scope.name", f -> scope.flaw = f);
                      } else {
                        parser.skipChildren();
                      }
                    });
              }
            }
            case "spans" -> spans(scope, drafts);
            default -> parser.skipChildren();
          }
        });
  }

  private void spans(Scope scope, List<ScopedDraft> drafts) throws IOException {
    if (parser.currentToken() == JsonToken.VALUE_NULL) {
      return;
    }
    if (parser.currentToken() != JsonToken.START_ARRAY) {
      throw new NotOtlpException("spans is not an array");
    }
    while (parser.nextToken() != JsonToken.END_ARRAY) {
      SpanDraft draft = new SpanDraft();
      if (parser.currentToken() == JsonToken.START_OBJECT) {
        members(name -> span(name, draft));
      } else {
        draft.flaw(Flaw.wrongType("span"));
        parser.skipChildren();
      }
      drafts.add(new ScopedDraft(draft, scope));
    }
  }

  private void span(String name, SpanDraft draft) throws IOException {
    switch (name) {
      case "traceId", "trace_id" -> draft.traceId(text("traceId", draft::flaw));
      case "spanId", "span_id" -> draft.spanId(text("spanId", draft::flaw));
      case "parentSpanId", "parent_span_id" ->
          draft.parentSpanId(text("parentSpanId", draft::flaw));
      case "name" -> draft.name = text("name", draft::flaw);
      case "startTimeUnixNano", "start_time_unix_nano" ->
          draft.startUnixNano = unsigned("startTimeUnixNano", draft::flaw);
      case "endTimeUnixNano", "end_time_unix_nano" ->
          draft.endUnixNano = unsigned("endTimeUnixNano", draft::flaw);
      case "attributes" ->
          attributes("attributes", known::attribute, draft.attributes, draft::flaw);
      case "events" -> objects("events", draft::flaw, () -> event(draft));
      case "links" -> objects("links", draft::flaw, () -> link(draft));
      case "status" -> {
        if (isObject("status", draft::flaw)) {
          members(inner -> status(inner, draft));
        }
      }
      default -> parser.skipChildren();
    }
  }

  private void status(String name, SpanDraft draft) throws IOException {
    if (!name.equals("code")) {
      parser.skipChildren();
    } else if (parser.currentToken() == JsonToken.VALUE_STRING) {
      draft.status =
          switch (parser.getText()) {
            case "STATUS_CODE_OK" -> RawSpan.Status.OK;
            case "STATUS_CODE_ERROR" -> RawSpan.Status.ERROR;
            default -> RawSpan.Status.UNSET;
          };
    } else {
      long code = unsigned("status.code", draft::flaw);
      draft.status(code > 2 ? 0 : (int) code);
    }
  }

  private void event(SpanDraft draft) throws IOException {
    String[] event = {""};
    Map<String, Object> attributes = new HashMap<>();
    members(
        name -> {
          switch (name) {
            case "name" -> event[0] = text("events.name", draft::flaw);
            case "attributes" ->
                attributes("events.attributes", known::eventAttribute, attributes, draft::flaw);
            default -> parser.skipChildren();
          }
        });
    if (known.event(event[0])) {
      draft.events.add(new RawSpan.Event(event[0], attributes));
    }
  }

  private void link(SpanDraft draft) throws IOException {
    String[] ids = {"", ""};
    members(
        name -> {
          switch (name) {
            case "traceId", "trace_id" -> ids[0] = text("links.traceId", draft::flaw);
            case "spanId", "span_id" -> ids[1] = text("links.spanId", draft::flaw);
            default -> parser.skipChildren();
          }
        });
    draft.links.add(new RawSpan.Link(ids[0], ids[1]));
  }

  private void attributes(
      String field, Predicate<String> wanted, Map<String, Object> into, Consumer<Flaw> flaw)
      throws IOException {
    objects(field, flaw, () -> attribute(field, wanted, into, flaw));
  }

  private void attribute(
      String field, Predicate<String> wanted, Map<String, Object> into, Consumer<Flaw> flaw)
      throws IOException {
    String[] key = {null};
    Object[] value = {null};
    int[] skipped = {0, 0};
    members(
        name -> {
          if (name.equals("key")) {
            key[0] = text(field + ".key", flaw);
          } else if (!name.equals("value")) {
            parser.skipChildren();
          } else if (key[0] == null) {
            // Whether the value is wanted is not known yet: remember where it stands.
            skipped[0] = offset() - 1;
            parser.skipChildren();
            skipped[1] = offset();
          } else if (wanted.test(key[0])) {
            value[0] = AttributeValue.read(parser);
          } else {
            parser.skipChildren();
          }
        });
    if (key[0] == null || !wanted.test(key[0])) {
      return;
    }
    if (skipped[1] > 0) {
      value[0] = again(skipped[0], skipped[1]);
    }
    if (value[0] != null) {
      into.put(key[0], value[0]);
    }
  }

  private int offset() {
    return (int) parser.currentLocation().getByteOffset();
  }

  private Object again(int from, int to) throws IOException {
    if (bytes[from] != '{') {
      return new RawSpan.Unusable("wrong_type");
    }
    try (JsonParser value = factory.createParser(bytes, from, to - from)) {
      value.nextToken();
      return AttributeValue.read(value);
    }
  }

  private void members(Members members) throws IOException {
    while (parser.nextToken() == JsonToken.FIELD_NAME) {
      String name = parser.currentName();
      parser.nextToken();
      members.read(name);
    }
  }

  /** The objects of an array around the spans; null stands for nothing. */
  private void groups(Element element) throws IOException {
    boolean[] wrong = {false};
    objects("", f -> wrong[0] = true, element);
    if (wrong[0]) {
      throw new NotOtlpException("around the spans something is of the wrong type");
    }
  }

  private void objects(String field, Consumer<Flaw> flaw, Element element) throws IOException {
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
  private boolean isObject(String field, Consumer<Flaw> flaw) throws IOException {
    if (parser.currentToken() == JsonToken.START_OBJECT) {
      return true;
    }
    if (parser.currentToken() != JsonToken.VALUE_NULL) {
      flaw.accept(Flaw.wrongType(field));
      parser.skipChildren();
    }
    return false;
  }

  private String text(String field, Consumer<Flaw> flaw) throws IOException {
    if (parser.currentToken() == JsonToken.VALUE_STRING) {
      return parser.getText();
    }
    if (parser.currentToken() != JsonToken.VALUE_NULL) {
      flaw.accept(Flaw.wrongType(field));
      parser.skipChildren();
    }
    return "";
  }

  private long unsigned(String field, Consumer<Flaw> flaw) throws IOException {
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
