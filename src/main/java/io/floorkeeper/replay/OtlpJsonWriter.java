package io.floorkeeper.replay;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.google.protobuf.ByteString;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.trace.v1.ResourceSpans;
import io.opentelemetry.proto.trace.v1.ScopeSpans;
import io.opentelemetry.proto.trace.v1.Span;
import io.opentelemetry.proto.trace.v1.TracesData;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.HexFormat;
import java.util.List;

/**
 * A batch in OTLP/JSON, which is not protobuf's JSON: ids are hex, 64-bit integers are strings.
 * Writes what this package's spans have: scalar attributes, events, status.
 */
final class OtlpJsonWriter {
  private static final JsonFactory JSON = new JsonFactory();

  private OtlpJsonWriter() {}

  static byte[] write(TracesData batch) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (JsonGenerator g = JSON.createGenerator(out)) {
      g.writeStartObject();
      g.writeArrayFieldStart("resourceSpans");
      for (ResourceSpans resource : batch.getResourceSpansList()) {
        g.writeStartObject();
        g.writeObjectFieldStart("resource");
        attributes(g, resource.getResource().getAttributesList());
        g.writeEndObject();
        g.writeArrayFieldStart("scopeSpans");
        for (ScopeSpans scope : resource.getScopeSpansList()) {
          g.writeStartObject();
          g.writeObjectFieldStart("scope");
          g.writeStringField("name", scope.getScope().getName());
          g.writeEndObject();
          g.writeArrayFieldStart("spans");
          for (Span span : scope.getSpansList()) {
            span(g, span);
          }
          g.writeEndArray();
          g.writeEndObject();
        }
        g.writeEndArray();
        g.writeEndObject();
      }
      g.writeEndArray();
      g.writeEndObject();
    } catch (IOException e) {
      throw new IllegalStateException("writing to memory does not fail", e);
    }
    return out.toByteArray();
  }

  private static void span(JsonGenerator g, Span span) throws IOException {
    g.writeStartObject();
    g.writeStringField("traceId", hex(span.getTraceId()));
    g.writeStringField("spanId", hex(span.getSpanId()));
    g.writeStringField("name", span.getName());
    g.writeNumberField("kind", span.getKindValue());
    g.writeStringField("startTimeUnixNano", Long.toUnsignedString(span.getStartTimeUnixNano()));
    g.writeStringField("endTimeUnixNano", Long.toUnsignedString(span.getEndTimeUnixNano()));
    attributes(g, span.getAttributesList());
    g.writeArrayFieldStart("events");
    for (Span.Event event : span.getEventsList()) {
      g.writeStartObject();
      g.writeStringField("name", event.getName());
      g.writeStringField("timeUnixNano", Long.toUnsignedString(event.getTimeUnixNano()));
      attributes(g, event.getAttributesList());
      g.writeEndObject();
    }
    g.writeEndArray();
    g.writeObjectFieldStart("status");
    g.writeNumberField("code", span.getStatus().getCodeValue());
    g.writeEndObject();
    g.writeEndObject();
  }

  private static void attributes(JsonGenerator g, List<KeyValue> attributes) throws IOException {
    g.writeArrayFieldStart("attributes");
    for (KeyValue attribute : attributes) {
      g.writeStartObject();
      g.writeStringField("key", attribute.getKey());
      g.writeObjectFieldStart("value");
      AnyValue value = attribute.getValue();
      switch (value.getValueCase()) {
        case INT_VALUE -> g.writeStringField("intValue", Long.toString(value.getIntValue()));
        case DOUBLE_VALUE -> g.writeNumberField("doubleValue", value.getDoubleValue());
        case BOOL_VALUE -> g.writeBooleanField("boolValue", value.getBoolValue());
        default -> g.writeStringField("stringValue", value.getStringValue());
      }
      g.writeEndObject();
      g.writeEndObject();
    }
    g.writeEndArray();
  }

  private static String hex(ByteString id) {
    return HexFormat.of().formatHex(id.toByteArray());
  }
}
