package io.floorkeeper.ingest;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.StreamReadConstraints;
import java.io.IOException;

/**
 * Bytes of one record to spans: a whole {@code TracesData} in protobuf or in OTLP/JSON, told apart
 * by the first byte. Never throws for what the bytes hold; never reads a value that no dialect
 * names. Immutable and safe to share.
 */
public final class OtlpDecoder {
  /** The first byte of a batch in protobuf: field 1, length-delimited. It is also a line feed. */
  private static final byte PROTOBUF = 0x0A;

  private static final int DEEPEST_JSON = 200;
  private static final int LONGEST_JSON_STRING = 64 << 20;

  private final KnownKeys known;
  private final JsonFactory json =
      JsonFactory.builder()
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNestingDepth(DEEPEST_JSON)
                  .maxStringLength(LONGEST_JSON_STRING)
                  .build())
          .build();

  /**
   * @param dialects whose attributes are read; all others are skipped
   */
  public OtlpDecoder(Dialects dialects) {
    this.known = dialects.knownKeys();
  }

  /**
   * @param value of a record; null where it has none
   */
  public Decoded decode(byte[] value) {
    int start = value == null ? 0 : firstInk(value);
    if (value == null || start == value.length) {
      return new Decoded.Undecodable("empty", "the record has no value");
    }
    boolean looksLikeJson = value[start] == '{';
    if (value[0] == PROTOBUF) {
      Decoded decoded = protobuf(value);
      return decoded instanceof Decoded.Undecodable && looksLikeJson ? json(value, start) : decoded;
    }
    return looksLikeJson
        ? json(value, start)
        : new Decoded.Undecodable(
            "not_otlp", "starts neither like OTLP protobuf nor like OTLP/JSON");
  }

  private Decoded protobuf(byte[] value) {
    try {
      if (!OtlpProtobuf.holdsOnlyTraces(value)) {
        return new Decoded.Undecodable(
            "not_otlp", "protobuf, but not TracesData (a Jaeger span, logs or metrics?)");
      }
      SpanDraft.Batch batch = new SpanDraft.Batch();
      OtlpProtobuf.read(value, known, batch);
      return new Decoded.Spans(batch.spans, batch.rejected);
    } catch (IOException e) {
      // The library's messages are fixed texts, but nothing promises that they stay so.
      return new Decoded.Undecodable("broken_protobuf", "the protobuf is cut off or damaged");
    }
  }

  private Decoded json(byte[] value, int start) {
    if (start + 1 < value.length && value[start + 1] == 0) {
      return new Decoded.Undecodable("broken_json", "JSON must be UTF-8");
    }
    try {
      SpanDraft.Batch batch = new SpanDraft.Batch();
      OtlpJson.read(value, json, known, batch);
      return new Decoded.Spans(batch.spans, batch.rejected);
    } catch (OtlpJson.NotOtlpException e) {
      return new Decoded.Undecodable("not_otlp", "JSON, but not TracesData: " + e.getMessage());
    } catch (IOException e) {
      // Jackson quotes the text around the fault: none of it may pass.
      return new Decoded.Undecodable("broken_json", "the JSON is cut off or damaged");
    }
  }

  /** Where the first byte stands that is not JSON's white space. */
  private static int firstInk(byte[] value) {
    int at = 0;
    while (at < value.length
        && (value[at] == ' ' || value[at] == '\n' || value[at] == '\r' || value[at] == '\t')) {
      at++;
    }
    return at;
  }
}
