package io.floorkeeper.truth;

import static io.floorkeeper.truth.OtlpRecords.attribute;

import com.google.protobuf.ByteString;
import io.opentelemetry.proto.common.v1.KeyValue;
import io.opentelemetry.proto.trace.v1.Span;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/** Invents what must be refused, each with the code that it must be refused under. */
final class PoisonMaker {
  private static final long DAY_NANOS = 86_400_000_000_000L;

  private final TaskMaker tasks;
  private final Random random;

  PoisonMaker(TaskMaker tasks) {
    this.tasks = tasks;
    this.random = tasks.random();
  }

  /** How one attribute is spoilt. */
  private record Flaw(String key, Object value, String code) {}

  private static final List<Flaw> FLAWS =
      List.of(
          new Flaw("gen_ai.usage.input_tokens", -5L, "negative_tokens"),
          new Flaw("gen_ai.usage.output_tokens", "-1", "negative_tokens"),
          new Flaw("gen_ai.usage.input_tokens", "NaN", "not_a_number"),
          new Flaw("gen_ai.usage.input_tokens", "many", "not_a_number"),
          new Flaw("gen_ai.usage.input_tokens", 4_000_000_000_000L, "absurd_tokens"),
          new Flaw("gen_ai.usage.output_tokens", 1.5, "not_an_integer"),
          new Flaw("gen_ai.usage.output_tokens", true, "wrong_type"),
          new Flaw("gen_ai.usage.cost", -0.5, "negative_cost"),
          new Flaw("gen_ai.usage.cost", "123456789USD", "absurd_cost"),
          new Flaw("floorkeeper.label_probability", 0.0, "out_of_range"),
          new Flaw("floorkeeper.check.passed", "perhaps", "wrong_type"),
          new Flaw("floorkeeper.decision.id", "none-of-ours", "invalid_decision_id"));

  PlannedSpan.Poison span() {
    Span.Builder span = wellFormed();
    int kind = random.nextInt(FLAWS.size() + 10);
    if (kind < FLAWS.size()) {
      Flaw flaw = FLAWS.get(kind);
      return new PlannedSpan.Poison(
          with(span, attribute(flaw.key, flaw.value)).build(), flaw.code, false);
    }
    return switch (kind - FLAWS.size()) {
      case 0 ->
          late(
              with(span, attribute("floorkeeper.decision.id", tasks.forged())),
              "forged_decision_id");
      case 1 -> late(span.setEndTimeUnixNano(0), "missing_time");
      case 2 -> late(span.setEndTimeUnixNano(span.getStartTimeUnixNano() - 1), "negative_latency");
      case 3 -> late(span.setStartTimeUnixNano(1).setEndTimeUnixNano(2), "absurd_time");
      case 4 ->
          late(
              span.setEndTimeUnixNano(span.getStartTimeUnixNano() + 30 * DAY_NANOS),
              "absurd_latency");
      case 5 -> late(with(span, attribute("gen_ai.response.model", "m".repeat(5_000))), "too_long");
      case 6 -> late(carrier(span), "no_target");
      case 7 -> late(carrier(span).addLinks(link()).addLinks(link()), "ambiguous_target");
      case 8 ->
          new PlannedSpan.Poison(
              span.setTraceId(ByteString.copyFrom(new byte[16])).build(), "bad_id", true);
      default ->
          new PlannedSpan.Poison(
              span.setSpanId(ByteString.copyFrom(new byte[] {1, 2, 3})).build(), "bad_id", true);
    };
  }

  /** It judges another span, but which? */
  private static Span.Builder carrier(Span.Builder span) {
    return span.clearAttributes()
        .addAttributes(attribute("openinference.span.kind", "EVALUATOR"))
        .addAttributes(attribute("evaluations.0.evaluation.name", "fluency"))
        .addAttributes(attribute("evaluations.0.evaluation.score", .5));
  }

  private Span.Link link() {
    return Span.Link.newBuilder()
        .setTraceId(OtlpRecords.id(tasks.hex(16)))
        .setSpanId(OtlpRecords.id(tasks.hex(8)))
        .build();
  }

  private static PlannedSpan.Poison late(Span.Builder span, String code) {
    return new PlannedSpan.Poison(span.build(), code, false);
  }

  private Span.Builder wellFormed() {
    PlannedSpan.Call call = tasks.unrouted();
    return Span.newBuilder()
        .setTraceId(OtlpRecords.id(call.traceId()))
        .setSpanId(OtlpRecords.id(call.spanId()))
        .setName("chat")
        .setStartTimeUnixNano(call.startNanos())
        .setEndTimeUnixNano(call.startNanos() + call.durationNanos())
        .addAttributes(attribute("gen_ai.operation.name", "chat"))
        .addAttributes(attribute("gen_ai.response.model", "tiny-1"))
        .addAttributes(attribute("gen_ai.usage.input_tokens", 10L))
        .addAttributes(attribute("gen_ai.usage.output_tokens", 10L));
  }

  /** In the place of what stood under its key. */
  private static Span.Builder with(Span.Builder span, KeyValue attribute) {
    List<KeyValue> others =
        span.getAttributesList().stream()
            .filter(a -> !a.getKey().equals(attribute.getKey()))
            .toList();
    return span.clearAttributes().addAllAttributes(others).addAttributes(attribute);
  }

  /**
   * A record that cannot be read at all.
   *
   * @param spans what it held before it was spoilt
   */
  PlannedRecord record(int partition, List<PlannedSpan> spans) {
    byte[] proto = OtlpRecords.write(spans, false);
    byte[] json = OtlpRecords.write(spans, true);
    return switch (random.nextInt(7)) {
      case 0 -> spoilt(partition, Arrays.copyOf(proto, proto.length - 3), "broken_protobuf");
      case 1 -> spoilt(partition, Arrays.copyOf(json, json.length / 2), "broken_json");
      case 2 -> spoilt(partition, text("{\"resourceSpans\": [}" + random.nextInt()), "broken_json");
      case 3 ->
          spoilt(partition, text("{\"hello\": " + random.nextInt(1_000_000) + "}"), "not_otlp");
      case 4 -> spoilt(partition, text("<spans number=\"" + random.nextInt() + "\"/>"), "not_otlp");
      case 5 -> spoilt(partition, jaeger(), "not_otlp");
      default -> spoilt(partition, text(" \n".repeat(1 + random.nextInt(2_000))), "empty");
    };
  }

  /** As Jaeger's exporter writes a span: trace and span id as fields 1 and 2 of the record. */
  private byte[] jaeger() {
    byte[] bytes = new byte[2 + 16 + 2 + 8];
    random.nextBytes(bytes);
    bytes[0] = 0x0A;
    bytes[1] = 16;
    bytes[18] = 0x12;
    bytes[19] = 8;
    return bytes;
  }

  private static PlannedRecord spoilt(int partition, byte[] bytes, String code) {
    return new PlannedRecord(Stage.TOPIC, partition, false, List.of(), code, bytes);
  }

  private static byte[] text(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
