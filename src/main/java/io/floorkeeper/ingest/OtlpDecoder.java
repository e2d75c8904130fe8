package io.floorkeeper.ingest;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.StreamReadConstraints;
import java.io.IOException;

/**
 * Bytes of one record to spans: a whole {@code TracesData} or {@code LogsData}, in protobuf or in
 * OTLP/JSON, told apart by the first byte. Spans and log records are told apart by what they hold,
 * so a batch that reached the other's topic is read for what it is. Never throws for what the bytes
 * hold; never reads a value that no dialect names, nor the body of a log record. Immutable and safe
 * to share.
 */
public final class OtlpDecoder {
  /** The first byte of a batch in protobuf: field 1, length-delimited. It is also a line feed. */
  private static final byte PROTOBUF = 0x0A;

  private static final int DEEPEST_JSON = 200;

  private final KnownKeys known;
  private final int maxBytes;
  private final JsonFactory json;

  /**
   * @param dialects whose attributes are read; all others are skipped
   */
  public OtlpDecoder(Dialects dialects) {
    this(dialects, IngestSettings.MAX_MESSAGE_BYTES);
  }

  /**
   * @param dialects whose attributes are read; all others are skipped
   * @param maxBytes of a record; what is larger is not looked into, so that this bounds the memory
   *     that a record can take
   */
  public OtlpDecoder(Dialects dialects, int maxBytes) {
    this.known = dialects.knownKeys();
    this.maxBytes = maxBytes;
    this.json =
        JsonFactory.builder()
            .streamReadConstraints(
                StreamReadConstraints.builder()
                    .maxNestingDepth(DEEPEST_JSON)
                    .maxStringLength(maxBytes)
                    .build())
            .build();
  }

  /** As {@link #decode(byte[], RawSpan.Signal)}, of the topic of spans. */
  public Decoded decode(byte[] value) {
    return decode(value, RawSpan.Signal.SPAN);
  }

  /**
   * @param value of a record; null where it has none
   * @param expected what the topic is for: of use only where an item could be either
   */
  public Decoded decode(byte[] value, RawSpan.Signal expected) {
    if (value != null && value.length > maxBytes) {
      return new Decoded.Undecodable(
          "too_large",
          value.length + " bytes, more than the " + maxBytes + " that a record may have");
    }
    int start = value == null ? 0 : firstInk(value);
    if (value == null || start == value.length) {
      return new Decoded.Undecodable("empty", "the record has no value");
    }
    boolean looksLikeJson = value[start] == '{';
    if (value[0] == PROTOBUF) {
      Decoded decoded = protobuf(value, expected);
      return decoded instanceof Decoded.Undecodable && looksLikeJson ? json(value, start) : decoded;
    }
    return looksLikeJson
        ? json(value, start)
        : new Decoded.Undecodable(
            "not_otlp", "starts neither like OTLP protobuf nor like OTLP/JSON");
  }

  private Decoded protobuf(byte[] value, RawSpan.Signal expected) {
    try {
      if (!OtlpProtobuf.holdsOnlyGroups(value)) {
        return new Decoded.Undecodable(
            "not_otlp", "protobuf, but neither TracesData nor LogsData (a Jaeger span?)");
      }
      SpanDraft.Batch batch = new SpanDraft.Batch();
      OtlpProtobuf.read(value, known, expected, batch);
      return batch.decoded();
    } catch (SpanDraft.TooManyException e) {
      return tooMany();
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
      return batch.decoded();
    } catch (SpanDraft.TooManyException e) {
      return tooMany();
    } catch (OtlpJson.NotOtlpException e) {
      return new Decoded.Undecodable(
          "not_otlp", "JSON, but neither TracesData nor LogsData: " + e.getMessage());
    } catch (IOException e) {
      // Jackson quotes the text around the fault: none of it may pass.
      return new Decoded.Undecodable("broken_json", "the JSON is cut off or damaged");
    }
  }

  private static Decoded tooMany() {
    return new Decoded.Undecodable(
        "too_many_items", "more than " + SpanDraft.Batch.MOST_ITEMS + " spans or log records");
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
