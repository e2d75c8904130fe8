package io.floorkeeper.journey;

import com.google.protobuf.ByteString;
import io.floorkeeper.ledger.DecisionId;
import io.floorkeeper.ledger.DecisionKeys;
import io.opentelemetry.proto.common.v1.AnyValue;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.resource.v1.Resource;
import io.opentelemetry.proto.trace.v1.ResourceSpans;
import io.opentelemetry.proto.trace.v1.ScopeSpans;
import io.opentelemetry.proto.trace.v1.Span;
import io.opentelemetry.proto.trace.v1.TracesData;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.SplittableRandom;

/**
 * Spans as a busy pipeline sends them, seeded: tasks of one to three model calls under one decision
 * id, spread over roles and arms; three calls in ten carry a verdict, one span in twelve is an
 * agent's, one call in thirty was never routed. Batches as the Collector's kafka exporter writes
 * them.
 */
final class LoadSpans {
  /** What a record holds. */
  enum Encoding {
    JSON,
    PROTOBUF
  }

  /** An arm as the service numbers it. */
  record NumberedArm(int armNo, String model) {}

  /** Tasks of a role under one evidence block: fewer blocks than the service opens. */
  private static final int CALLS_PER_BLOCK = 2_000;

  private static final byte[] HEAD =
      ascii(
          "{\"resourceSpans\":[{\"resource\":{\"attributes\":[{\"key\":\"service.name\",\"value\":"
              + "{\"stringValue\":\"claims-pipeline\"}}]},\"scopeSpans\":[{\"scope\":{\"name\":\"load\"},"
              + "\"spans\":[");
  private static final byte[] TAIL = ascii("]}]}]}");
  private static final byte[] HEX = ascii("0123456789abcdef");

  private final DecisionKeys keys;
  private final int[] roleNos;
  private final List<NumberedArm> arms;
  private final int policyVersion;
  private final SplittableRandom random;
  private final Encoding encoding;
  private final int spansPerRecord;
  private final long[] callsOfRole;
  private final byte[] traceId = new byte[16];
  private final byte[] spanId = new byte[8];
  private byte[] buffer = new byte[256 << 10];
  private int length;

  private long spans;
  private long calls;
  private long bytes;
  private int sequence;
  private int callsLeft;
  private boolean routed;
  private String decisionId;
  private NumberedArm arm;

  LoadSpans(
      DecisionKeys keys,
      int[] roleNos,
      List<NumberedArm> arms,
      int policyVersion,
      Encoding encoding,
      int spansPerRecord,
      long seed) {
    this.keys = keys;
    this.roleNos = roleNos.clone();
    this.arms = List.copyOf(arms);
    this.policyVersion = policyVersion;
    this.encoding = encoding;
    this.spansPerRecord = spansPerRecord;
    this.random = new SplittableRandom(seed);
    this.callsOfRole = new long[roleNos.length];
  }

  /** Spans that were made so far. */
  long spans() {
    return spans;
  }

  /** Model calls among them. */
  long calls() {
    return calls;
  }

  /** Of all records so far. */
  long bytes() {
    return bytes;
  }

  /** The next record's value. */
  byte[] next() {
    byte[] value = encoding == Encoding.JSON ? json() : protobuf();
    spans += spansPerRecord;
    bytes += value.length;
    return value;
  }

  /** One span: whose, when, what. */
  private boolean nextIsCall() {
    random.nextBytes(spanId);
    if (callsLeft == 0) {
      random.nextBytes(traceId);
      callsLeft = 1 + random.nextInt(3);
      int role = random.nextInt(roleNos.length);
      arm = arms.get(random.nextInt(arms.size()));
      routed = random.nextInt(30) > 0;
      decisionId = routed ? decide(role) : null;
      callsOfRole[role] += callsLeft;
    }
    if (random.nextInt(12) == 0) {
      return false;
    }
    callsLeft--;
    calls++;
    return true;
  }

  private String decide(int role) {
    sequence = (sequence + 1) & 0xFFFFFF;
    return keys.sign(
        new DecisionId(
            keys.signingKeyNo(),
            DecisionId.BASE_LABEL,
            0,
            System.currentTimeMillis(),
            1 + (int) (spans >>> 24 & 0x7FFF),
            sequence,
            0,
            roleNos[role],
            0,
            arm.armNo,
            .25f,
            77,
            policyVersion,
            callsOfRole[role] / 50,
            (int) (callsOfRole[role] / CALLS_PER_BLOCK)));
  }

  private byte[] json() {
    length = 0;
    put(HEAD);
    for (int i = 0; i < spansPerRecord; i++) {
      if (i > 0) {
        buffer[length++] = ',';
      }
      boolean call = nextIsCall();
      long end = System.currentTimeMillis() * 1_000_000L + random.nextInt(1_000_000);
      put("{\"traceId\":\"");
      putHex(traceId);
      put("\",\"spanId\":\"");
      putHex(spanId);
      put("\",\"name\":\"chat\",\"kind\":3,\"startTimeUnixNano\":\"");
      put(Long.toString(end - 1_000_000L * (200 + random.nextInt(3_000))));
      put("\",\"endTimeUnixNano\":\"");
      put(Long.toString(end));
      put("\",\"attributes\":[{\"key\":\"gen_ai.operation.name\",\"value\":{\"stringValue\":\"");
      put(call ? "chat" : "invoke_agent");
      put("\"}},{\"key\":\"gen_ai.provider.name\",\"value\":{\"stringValue\":\"acme\"}},");
      put("{\"key\":\"gen_ai.response.model\",\"value\":{\"stringValue\":\"");
      put(arm.model);
      put("\"}},{\"key\":\"gen_ai.usage.input_tokens\",\"value\":{\"intValue\":\"");
      put(Integer.toString(500 + random.nextInt(3_000)));
      put("\"}},{\"key\":\"gen_ai.usage.output_tokens\",\"value\":{\"intValue\":\"");
      put(Integer.toString(20 + random.nextInt(900)));
      put("\"}}");
      if (call && routed) {
        put(",{\"key\":\"floorkeeper.decision.id\",\"value\":{\"stringValue\":\"");
        put(decisionId);
        put("\"}}");
        if (random.nextInt(10) < 3) {
          put(",{\"key\":\"floorkeeper.check.passed\",\"value\":{\"boolValue\":");
          put(random.nextInt(10) > 0 ? "true}}" : "false}}");
        }
      }
      put("],\"status\":{\"code\":1}}");
    }
    put(TAIL);
    return Arrays.copyOf(buffer, length);
  }

  private byte[] protobuf() {
    ScopeSpans.Builder scope = ScopeSpans.newBuilder();
    for (int i = 0; i < spansPerRecord; i++) {
      boolean call = nextIsCall();
      long end = System.currentTimeMillis() * 1_000_000L + random.nextInt(1_000_000);
      Span.Builder span =
          Span.newBuilder()
              .setTraceId(ByteString.copyFrom(traceId))
              .setSpanId(ByteString.copyFrom(spanId))
              .setName("chat")
              .setKind(Span.SpanKind.SPAN_KIND_CLIENT)
              .setStartTimeUnixNano(end - 1_000_000L * (200 + random.nextInt(3_000)))
              .setEndTimeUnixNano(end)
              .addAttributes(Spans.text("gen_ai.operation.name", call ? "chat" : "invoke_agent"))
              .addAttributes(Spans.text("gen_ai.provider.name", "acme"))
              .addAttributes(Spans.text("gen_ai.response.model", arm.model))
              .addAttributes(Spans.number("gen_ai.usage.input_tokens", 500 + random.nextInt(3_000)))
              .addAttributes(Spans.number("gen_ai.usage.output_tokens", 20 + random.nextInt(900)));
      if (call && routed) {
        span.addAttributes(Spans.text("floorkeeper.decision.id", decisionId));
        if (random.nextInt(10) < 3) {
          span.addAttributes(Spans.passed(random.nextInt(10) > 0));
        }
      }
      scope.addSpans(span);
    }
    return TracesData.newBuilder()
        .addResourceSpans(
            ResourceSpans.newBuilder()
                .setResource(
                    Resource.newBuilder()
                        .addAttributes(
                            KeyValue.newBuilder()
                                .setKey("service.name")
                                .setValue(AnyValue.newBuilder().setStringValue("claims-pipeline"))))
                .addScopeSpans(scope))
        .build()
        .toByteArray();
  }

  private void put(byte[] text) {
    System.arraycopy(text, 0, buffer, length, text.length);
    length += text.length;
    if (buffer.length - length < 4_096) {
      buffer = Arrays.copyOf(buffer, 2 * buffer.length);
    }
  }

  @SuppressWarnings("deprecation") // the one way to copy Latin-1 without an array in between
  private void put(String text) {
    text.getBytes(0, text.length(), buffer, length);
    length += text.length();
    if (buffer.length - length < 4_096) {
      buffer = Arrays.copyOf(buffer, 2 * buffer.length);
    }
  }

  private void putHex(byte[] id) {
    for (byte b : id) {
      buffer[length++] = HEX[(b & 0xF0) >>> 4];
      buffer[length++] = HEX[b & 0xF];
    }
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  @Override
  public String toString() {
    return encoding
        + ", "
        + spansPerRecord
        + " a record, last trace "
        + HexFormat.of().formatHex(traceId);
  }
}
