package io.floorkeeper.ingest;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.logs.v1.LogRecord;
import io.opentelemetry.proto.logs.v1.LogsData;
import io.opentelemetry.proto.logs.v1.ResourceLogs;
import java.util.Map;

/** Batches of log records, built with the official classes, in both encodings. */
final class OtlpLogs {
  private static final ObjectMapper JSON = new ObjectMapper();

  private OtlpLogs() {}

  /** A record written within the span of {@link Otlp}; attributes as key, value, key, value. */
  static LogRecord.Builder log(String eventName, Object... attributes) {
    LogRecord.Builder record =
        LogRecord.newBuilder()
            .setTimeUnixNano(Otlp.START)
            .setTraceId(Otlp.bytes(Otlp.TRACE))
            .setSpanId(Otlp.bytes(Otlp.SPAN))
            .setEventName(eventName);
    for (int i = 0; i < attributes.length; i += 2) {
      record.addAttributes(Otlp.attribute((String) attributes[i], attributes[i + 1]));
    }
    return record;
  }

  static AnyValue body(String text) {
    return AnyValue.newBuilder().setStringValue(text).build();
  }

  static LogsData logs(LogRecord.Builder... records) {
    return logs("test", Map.of(), records);
  }

  static LogsData logs(String scope, Map<String, Object> resource, LogRecord.Builder... records) {
    ResourceLogs.Builder group = ResourceLogs.newBuilder();
    resource.forEach((k, v) -> group.getResourceBuilder().addAttributes(Otlp.attribute(k, v)));
    group.addScopeLogsBuilder().getScopeBuilder().setName(scope);
    for (LogRecord.Builder record : records) {
      group.getScopeLogsBuilder(0).addLogRecords(record);
    }
    return LogsData.newBuilder().addResourceLogs(group).build();
  }

  /** OTLP/JSON as the Collector writes it. */
  static byte[] json(LogsData data) {
    ObjectNode root = JSON.createObjectNode();
    ArrayNode groups = root.putArray("resourceLogs");
    for (ResourceLogs group : data.getResourceLogsList()) {
      ObjectNode node = groups.addObject();
      Otlp.attributes(node.putObject("resource"), group.getResource().getAttributesList());
      ArrayNode scopes = node.putArray("scopeLogs");
      group
          .getScopeLogsList()
          .forEach(
              scope -> {
                ObjectNode scoped = scopes.addObject();
                scoped.putObject("scope").put("name", scope.getScope().getName());
                ArrayNode records = scoped.putArray("logRecords");
                scope.getLogRecordsList().forEach(record -> json(records.addObject(), record));
              });
    }
    return Otlp.utf8(root);
  }

  private static void json(ObjectNode node, LogRecord record) {
    node.put("timeUnixNano", Long.toUnsignedString(record.getTimeUnixNano()));
    node.put("observedTimeUnixNano", Long.toUnsignedString(record.getObservedTimeUnixNano()));
    node.put("severityNumber", record.getSeverityNumberValue());
    node.putObject("body").put("stringValue", record.getBody().getStringValue());
    Otlp.attributes(node, record.getAttributesList());
    node.put("traceId", Otlp.hex(record.getTraceId()));
    node.put("spanId", Otlp.hex(record.getSpanId()));
    node.put("eventName", record.getEventName());
  }
}
