package io.floorkeeper.ingest;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.ByteString;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.ArrayValue;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.trace.v1.ResourceSpans;
import io.opentelemetry.proto.trace.v1.Span;
import io.opentelemetry.proto.trace.v1.TracesData;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;

/** Batches of spans, built with the official classes, in both encodings. */
final class Otlp {
  static final String TRACE = "0af7651916cd43dd8448eb211c80319c";
  static final String SPAN = "b7ad6b7169203331";
  static final long START = 1_790_000_000_000_000_000L;
  static final long END = START + 1_234_567_890L;

  private static final ObjectMapper JSON = new ObjectMapper();

  private Otlp() {}

  /** A span of 1.23 s; attributes as key, value, key, value. */
  static Span.Builder span(Object... attributes) {
    Span.Builder span =
        Span.newBuilder()
            .setTraceId(bytes(TRACE))
            .setSpanId(bytes(SPAN))
            .setName("chat")
            .setStartTimeUnixNano(START)
            .setEndTimeUnixNano(END);
    for (int i = 0; i < attributes.length; i += 2) {
      span.addAttributes(attribute((String) attributes[i], attributes[i + 1]));
    }
    return span;
  }

  static Span.Event.Builder event(String name, Object... attributes) {
    Span.Event.Builder event = Span.Event.newBuilder().setName(name);
    for (int i = 0; i < attributes.length; i += 2) {
      event.addAttributes(attribute((String) attributes[i], attributes[i + 1]));
    }
    return event;
  }

  static TracesData batch(Span.Builder... spans) {
    return batch("test", Map.of(), spans);
  }

  static TracesData batch(String scope, Map<String, Object> resource, Span.Builder... spans) {
    ResourceSpans.Builder group = ResourceSpans.newBuilder();
    resource.forEach((k, v) -> group.getResourceBuilder().addAttributes(attribute(k, v)));
    group.addScopeSpansBuilder().getScopeBuilder().setName(scope);
    for (Span.Builder span : spans) {
      group.getScopeSpansBuilder(0).addSpans(span);
    }
    return TracesData.newBuilder().addResourceSpans(group).build();
  }

  static KeyValue attribute(String key, Object value) {
    return KeyValue.newBuilder().setKey(key).setValue(value(value)).build();
  }

  static ByteString bytes(String hex) {
    return ByteString.copyFrom(HexFormat.of().parseHex(hex));
  }

  /** OTLP/JSON as the Collector writes it: hex ids, 64-bit integers as strings. */
  static byte[] json(TracesData data) {
    ObjectNode root = JSON.createObjectNode();
    ArrayNode groups = root.putArray("resourceSpans");
    for (ResourceSpans group : data.getResourceSpansList()) {
      ObjectNode node = groups.addObject();
      attributes(node.putObject("resource"), group.getResource().getAttributesList());
      ArrayNode scopes = node.putArray("scopeSpans");
      group
          .getScopeSpansList()
          .forEach(
              scope -> {
                ObjectNode scoped = scopes.addObject();
                scoped.putObject("scope").put("name", scope.getScope().getName());
                ArrayNode spans = scoped.putArray("spans");
                scope.getSpansList().forEach(span -> json(spans.addObject(), span));
              });
    }
    return utf8(root);
  }

  static byte[] utf8(Object tree) {
    try {
      return JSON.writeValueAsBytes(tree);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static void json(ObjectNode node, Span span) {
    node.put("traceId", hex(span.getTraceId())).put("spanId", hex(span.getSpanId()));
    if (!span.getParentSpanId().isEmpty()) {
      node.put("parentSpanId", hex(span.getParentSpanId()));
    }
    if (!span.getTraceState().isEmpty()) {
      node.put("traceState", span.getTraceState());
    }
    node.put("name", span.getName()).put("kind", span.getKindValue());
    node.put("startTimeUnixNano", Long.toUnsignedString(span.getStartTimeUnixNano()));
    node.put("endTimeUnixNano", Long.toUnsignedString(span.getEndTimeUnixNano()));
    attributes(node, span.getAttributesList());
    ArrayNode events = node.putArray("events");
    for (Span.Event event : span.getEventsList()) {
      attributes(events.addObject().put("name", event.getName()), event.getAttributesList());
    }
    ArrayNode links = node.putArray("links");
    for (Span.Link link : span.getLinksList()) {
      links.addObject().put("traceId", hex(link.getTraceId())).put("spanId", hex(link.getSpanId()));
    }
    node.putObject("status")
        .put("code", span.getStatus().getCodeValue())
        .put("message", span.getStatus().getMessage());
  }

  static void attributes(ObjectNode node, List<KeyValue> attributes) {
    ArrayNode array = node.putArray("attributes");
    for (KeyValue attribute : attributes) {
      json(
          array.addObject().put("key", attribute.getKey()).putObject("value"),
          attribute.getValue());
    }
  }

  private static void json(ObjectNode node, AnyValue value) {
    switch (value.getValueCase()) {
      case STRING_VALUE -> node.put("stringValue", value.getStringValue());
      case BOOL_VALUE -> node.put("boolValue", value.getBoolValue());
      case INT_VALUE -> node.put("intValue", Long.toString(value.getIntValue()));
      case DOUBLE_VALUE -> {
        if (Double.isFinite(value.getDoubleValue())) {
          node.put("doubleValue", value.getDoubleValue());
        } else {
          node.put("doubleValue", Double.toString(value.getDoubleValue()));
        }
      }
      case ARRAY_VALUE -> {
        ArrayNode values = node.putObject("arrayValue").putArray("values");
        value.getArrayValue().getValuesList().forEach(v -> json(values.addObject(), v));
      }
      default -> {}
    }
  }

  private static AnyValue value(Object value) {
    AnyValue.Builder any = AnyValue.newBuilder();
    if (value instanceof String text) {
      any.setStringValue(text);
    } else if (value instanceof Boolean bool) {
      any.setBoolValue(bool);
    } else if (value instanceof Integer || value instanceof Long) {
      any.setIntValue(((Number) value).longValue());
    } else if (value instanceof Double number) {
      any.setDoubleValue(number);
    } else if (value instanceof List<?> list) {
      ArrayValue.Builder array = ArrayValue.newBuilder();
      list.forEach(element -> array.addValues(value(element)));
      any.setArrayValue(array);
    } else {
      throw new IllegalArgumentException("no attribute value: " + value);
    }
    return any.build();
  }

  static String hex(ByteString id) {
    return HexFormat.of().formatHex(id.toByteArray());
  }
}
