package io.floorkeeper.truth;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.ByteString;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.logs.v1.LogRecord;
import io.opentelemetry.proto.logs.v1.LogsData;
import io.opentelemetry.proto.trace.v1.ResourceSpans;
import io.opentelemetry.proto.trace.v1.ScopeSpans;
import io.opentelemetry.proto.trace.v1.Span;
import io.opentelemetry.proto.trace.v1.TracesData;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HexFormat;
import java.util.List;

/** Planned spans as the bytes of one record, in either encoding. */
final class OtlpRecords {
  private static final ObjectMapper JSON = new ObjectMapper();

  private OtlpRecords() {}

  static byte[] write(List<PlannedSpan> spans, boolean json) {
    TracesData.Builder batch = TracesData.newBuilder();
    PlannedRecord.byService(spans)
        .forEach(
            (service, ofService) -> {
              ResourceSpans.Builder group = batch.addResourceSpansBuilder();
              if (!service.isEmpty()) {
                group.getResourceBuilder().addAttributes(attribute("service.name", service));
              }
              ScopeSpans.Builder scope = group.addScopeSpansBuilder();
              scope.getScopeBuilder().setName("truth");
              ofService.forEach(span -> scope.addSpans(span(span)));
            });
    return json ? json(batch.build()) : batch.build().toByteArray();
  }

  /** Judgements that come as log records. */
  static byte[] writeLogs(List<PlannedSpan> told, boolean json) {
    List<LogRecord> logs = told.stream().map(one -> ((Told) one).log()).toList();
    if (!json) {
      LogsData.Builder batch = LogsData.newBuilder();
      batch.addResourceLogsBuilder().addScopeLogsBuilder().addAllLogRecords(logs);
      return batch.build().toByteArray();
    }
    ObjectNode root = JSON.createObjectNode();
    ArrayNode records =
        root.putArray("resourceLogs")
            .addObject()
            .putArray("scopeLogs")
            .addObject()
            .putArray("logRecords");
    for (LogRecord log : logs) {
      ObjectNode one = records.addObject();
      one.put("timeUnixNano", Long.toUnsignedString(log.getTimeUnixNano()));
      one.put("eventName", log.getEventName());
      if (!log.getTraceId().isEmpty()) {
        one.put("traceId", hex(log.getTraceId())).put("spanId", hex(log.getSpanId()));
      }
      attributes(one.putArray("attributes"), log.getAttributesList());
    }
    return bytes(root);
  }

  private static Span span(PlannedSpan span) {
    if (span instanceof PlannedSpan.Call call) {
      return CallWriter.write(call);
    }
    if (span instanceof Told told) {
      return told.span();
    }
    return span instanceof PlannedSpan.Aggregate aggregate
        ? aggregate.span()
        : ((PlannedSpan.Poison) span).span();
  }

  static KeyValue attribute(String key, Object value) {
    AnyValue.Builder any = AnyValue.newBuilder();
    if (value instanceof Long whole) {
      any.setIntValue(whole);
    } else if (value instanceof Integer whole) {
      any.setIntValue(whole);
    } else if (value instanceof Double real) {
      any.setDoubleValue(real);
    } else if (value instanceof Boolean truth) {
      any.setBoolValue(truth);
    } else {
      any.setStringValue((String) value);
    }
    return KeyValue.newBuilder().setKey(key).setValue(any).build();
  }

  static ByteString id(String hex) {
    return ByteString.copyFrom(HexFormat.of().parseHex(hex));
  }

  /** Not protobuf's JSON: ids are hex, and 64-bit integers come as strings or as numbers. */
  private static byte[] json(TracesData batch) {
    ObjectNode root = JSON.createObjectNode();
    ArrayNode groups = root.putArray("resourceSpans");
    for (ResourceSpans resource : batch.getResourceSpansList()) {
      ObjectNode group = groups.addObject();
      attributes(
          group.putObject("resource").putArray("attributes"),
          resource.getResource().getAttributesList());
      ArrayNode scopes = group.putArray("scopeSpans");
      for (ScopeSpans scope : resource.getScopeSpansList()) {
        ObjectNode one = scopes.addObject();
        one.putObject("scope").put("name", scope.getScope().getName());
        ArrayNode spans = one.putArray("spans");
        scope.getSpansList().forEach(span -> span(spans.addObject(), span));
      }
    }
    return bytes(root);
  }

  private static byte[] bytes(ObjectNode root) {
    try {
      return JSON.writeValueAsBytes(root);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void span(ObjectNode into, Span span) {
    into.put("traceId", hex(span.getTraceId()));
    into.put("spanId", hex(span.getSpanId()));
    if (!span.getParentSpanId().isEmpty()) {
      into.put("parentSpanId", hex(span.getParentSpanId()));
    }
    into.put("name", span.getName());
    into.put("startTimeUnixNano", Long.toUnsignedString(span.getStartTimeUnixNano()));
    into.put("endTimeUnixNano", Long.toUnsignedString(span.getEndTimeUnixNano()));
    attributes(into.putArray("attributes"), span.getAttributesList());
    ArrayNode events = into.putArray("events");
    for (Span.Event event : span.getEventsList()) {
      ObjectNode one = events.addObject();
      one.put("name", event.getName());
      one.put("timeUnixNano", Long.toUnsignedString(event.getTimeUnixNano()));
      attributes(one.putArray("attributes"), event.getAttributesList());
    }
    ArrayNode links = into.putArray("links");
    for (Span.Link link : span.getLinksList()) {
      links.addObject().put("traceId", hex(link.getTraceId())).put("spanId", hex(link.getSpanId()));
    }
    into.putObject("status").put("code", span.getStatus().getCodeValue());
  }

  private static void attributes(ArrayNode into, List<KeyValue> attributes) {
    for (KeyValue attribute : attributes) {
      ObjectNode one = into.addObject();
      one.put("key", attribute.getKey());
      ObjectNode value = one.putObject("value");
      AnyValue any = attribute.getValue();
      switch (any.getValueCase()) {
        case INT_VALUE -> {
          if ((any.getIntValue() & 1) == 0) {
            value.put("intValue", Long.toString(any.getIntValue()));
          } else {
            value.put("intValue", any.getIntValue());
          }
        }
        case DOUBLE_VALUE -> value.put("doubleValue", any.getDoubleValue());
        case BOOL_VALUE -> value.put("boolValue", any.getBoolValue());
        default -> value.put("stringValue", any.getStringValue());
      }
    }
  }

  private static String hex(ByteString id) {
    return HexFormat.of().formatHex(id.toByteArray());
  }
}
