package io.floorkeeper.ingest;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.protobuf.ByteString;
import com.google.protobuf.UnknownFieldSet;
import com.sun.management.ThreadMXBean;
import io.floorkeeper.ingest.RawSpan.Signal;
import io.opentelemetry.proto.logs.v1.LogRecord;
import io.opentelemetry.proto.trace.v1.Span;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/**
 * What holds of the decoders whatever the bytes are. {@code src/acceptance/fuzz-decoders.sh} has
 * jazzer look for bytes of which it does not; {@link OtlpFuzzTest} tries those that are known.
 *
 * <ul>
 *   <li>They answer, with a result and never an exception. (That they answer soon, the fuzzer
 *       watches itself.)
 *   <li>They take no more memory than {@link #MOST_BYTES_PER_BYTE} for each byte and {@link
 *       #MOST_BYTES} besides; so the greatest record that is configured bounds the memory.
 *   <li>A valid span or log record comes through whole beside one that is damaged, and with damage
 *       in a field of its own that nobody reads.
 * </ul>
 */
public final class DecoderFuzz {
  /** An item of two bytes is a span without ids, and a dead letter that says so. */
  static final long MOST_BYTES_PER_BYTE = 512;

  /** Buffers of the parsers, made once in a while. */
  static final long MOST_BYTES = 1 << 20;

  private static final Dialects DIALECTS = Dialects.bundled();
  private static final OtlpDecoder DECODER = new OtlpDecoder(DIALECTS);
  private static final SpanReader READER = new SpanReader(DIALECTS);
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();
  private static final ObjectMapper JSON =
      new ObjectMapper().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

  private static final Span.Builder SPAN =
      Otlp.span("gen_ai.operation.name", "chat", "gen_ai.usage.input_tokens", 7);
  private static final LogRecord.Builder LOG =
      OtlpLogs.log("gen_ai.evaluation.result", "gen_ai.evaluation.name", "tone");
  private static final ObjectNode JSON_SPAN = object(Otlp.json(Otlp.batch(SPAN)));
  private static final ObjectNode JSON_LOG = object(OtlpLogs.json(OtlpLogs.logs(LOG)));
  private static final List<RawSpan> SPANS = spans(decode(traces(SPAN), Signal.SPAN));
  private static final List<RawSpan> LOGS = spans(decode(logs(LOG), Signal.LOG));

  private DecoderFuzz() {}

  /** Called by jazzer once: the first input is not to be blamed for what all classes take. */
  public static void fuzzerInitialize() throws IOException {
    FuzzSeeds.all().forEach(DecoderFuzz::fuzzerTestOneInput);
  }

  /**
   * Called by jazzer for each input.
   *
   * @throws AssertionError where it does not hold
   */
  public static void fuzzerTestOneInput(byte[] input) {
    answersWithinItsMemory(input, Signal.SPAN);
    answersWithinItsMemory(input, Signal.LOG);
    if (input.length <= 2_000) {
      sparesOthersInProtobuf(ByteString.copyFrom(input));
      sparesOthersInJson(input);
    }
  }

  private static void answersWithinItsMemory(byte[] input, Signal expected) {
    long most = MOST_BYTES_PER_BYTE * input.length + MOST_BYTES;
    long taken = taken(input, expected);
    if (taken > most) {
      taken = taken(input, expected); // the first time, classes may have been loaded for it
    }
    if (taken > most) {
      throw new AssertionError(taken + " bytes were allocated for " + input.length);
    }
  }

  /** Bytes that are allocated to read it. */
  private static long taken(byte[] input, Signal expected) {
    long before = THREADS.getCurrentThreadAllocatedBytes();
    if (DECODER.decode(input, expected) instanceof Decoded.Spans spans) {
      spans.spans().forEach(READER::read);
    }
    return THREADS.getCurrentThreadAllocatedBytes() - before;
  }

  private static void sparesOthersInProtobuf(ByteString damage) {
    // As an item between two others
    requireBothEnds(SPANS, spans(decode(framed(SPAN.build().toByteString(), damage), Signal.SPAN)));
    requireBothEnds(LOGS, spans(decode(framed(LOG.build().toByteString(), damage), Signal.LOG)));
    // In fields of the item that nobody reads: a prompt, the body, one that does not exist yet
    Span.Builder span = SPAN.clone().setUnknownFields(unknown(99, damage));
    span.addAttributesBuilder()
        .setKey("gen_ai.input.messages")
        .getValueBuilder()
        .setUnknownFields(unknown(1, damage));
    requireSame(SPANS, spans(decode(traces(span), Signal.SPAN)));
    LogRecord.Builder log = LOG.clone().setUnknownFields(unknown(99, damage));
    log.getBodyBuilder().setUnknownFields(unknown(6, damage));
    requireSame(LOGS, spans(decode(logs(log), Signal.LOG)));
  }

  private static void sparesOthersInJson(byte[] damage) {
    JsonNode foreign = tree(damage);
    requireBothEnds(SPANS, spans(DECODER.decode(withItem(JSON_SPAN.deepCopy(), foreign))));
    requireBothEnds(LOGS, spans(DECODER.decode(withItem(JSON_LOG.deepCopy(), foreign))));
    ObjectNode span = JSON_SPAN.deepCopy();
    ((ObjectNode) item(span)).set("laterField", foreign);
    ((ArrayNode) item(span).get("attributes"))
        .addObject()
        .put("key", "gen_ai.input.messages")
        .set("value", foreign);
    requireSame(SPANS, spans(DECODER.decode(Otlp.utf8(span))));
    ObjectNode log = JSON_LOG.deepCopy();
    ((ObjectNode) item(log)).set("body", foreign);
    requireSame(LOGS, spans(DECODER.decode(Otlp.utf8(log))));
  }

  /** The bytes as a value of JSON: what they say where they are JSON, else text. */
  private static JsonNode tree(byte[] bytes) {
    try {
      JsonNode tree = JSON.readTree(bytes);
      if (tree != null && !tree.isMissingNode() && depth(tree) < 100) {
        return tree;
      }
    } catch (IOException e) {
      // no JSON, or none in UTF-8: there are several exceptions for that
    }
    return JSON.getNodeFactory().textNode(new String(bytes, StandardCharsets.ISO_8859_1));
  }

  private static int depth(JsonNode node) {
    int deepest = 0;
    for (JsonNode child : node) {
      deepest = Math.max(deepest, depth(child));
    }
    return deepest + 1;
  }

  private static ObjectNode object(byte[] json) {
    try {
      return (ObjectNode) JSON.readTree(json);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static JsonNode item(ObjectNode batch) {
    return items(batch).get(0);
  }

  private static ArrayNode items(ObjectNode batch) {
    return batch.has("resourceSpans")
        ? (ArrayNode) batch.at("/resourceSpans/0/scopeSpans/0/spans")
        : (ArrayNode) batch.at("/resourceLogs/0/scopeLogs/0/logRecords");
  }

  private static byte[] withItem(ObjectNode batch, JsonNode damaged) {
    ArrayNode items = items(batch);
    items.add(damaged).add(items.get(0));
    return Otlp.utf8(batch);
  }

  private static UnknownFieldSet unknown(int field, ByteString content) {
    return UnknownFieldSet.newBuilder()
        .addField(field, UnknownFieldSet.Field.newBuilder().addLengthDelimited(content).build())
        .build();
  }

  /** A batch of one scope, whose items are a valid one, these bytes, and the valid one again. */
  private static byte[] framed(ByteString valid, ByteString damage) {
    UnknownFieldSet items =
        UnknownFieldSet.newBuilder()
            .addField(
                2,
                UnknownFieldSet.Field.newBuilder()
                    .addLengthDelimited(valid)
                    .addLengthDelimited(damage)
                    .addLengthDelimited(valid)
                    .build())
            .build();
    return unknown(1, unknown(2, items.toByteString()).toByteString()).toByteArray();
  }

  private static byte[] traces(Span.Builder span) {
    return Otlp.batch("", Map.of(), span).toByteArray();
  }

  private static byte[] logs(LogRecord.Builder log) {
    return OtlpLogs.logs("", Map.of(), log).toByteArray();
  }

  private static Decoded decode(byte[] value, Signal expected) {
    return DECODER.decode(value, expected);
  }

  private static List<RawSpan> spans(Decoded decoded) {
    if (decoded instanceof Decoded.Spans spans) {
      return spans.spans();
    }
    throw new AssertionError("the batch is lost: " + decoded);
  }

  private static void requireSame(List<RawSpan> wanted, List<RawSpan> found) {
    require(withoutScope(wanted).equals(withoutScope(found)), "the item came out otherwise");
  }

  private static void requireBothEnds(List<RawSpan> wanted, List<RawSpan> found) {
    require(found.size() >= 2, "a valid item is lost");
    requireSame(wanted, found.subList(0, 1));
    requireSame(wanted, found.subList(found.size() - 1, found.size()));
  }

  /** The JSON of the fixtures names a scope. */
  private static List<RawSpan> withoutScope(List<RawSpan> spans) {
    return spans.stream()
        .map(
            s ->
                new RawSpan(
                    s.signal(),
                    s.traceId(),
                    s.spanId(),
                    s.parentSpanId(),
                    s.name(),
                    s.startUnixNano(),
                    s.endUnixNano(),
                    s.status(),
                    "",
                    s.attributes(),
                    s.resource(),
                    s.events(),
                    s.links()))
        .toList();
  }

  private static void require(boolean holds, String otherwise) {
    if (!holds) {
      throw new AssertionError(otherwise);
    }
  }
}
