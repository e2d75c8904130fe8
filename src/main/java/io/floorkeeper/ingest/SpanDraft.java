package io.floorkeeper.ingest;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * A span or log record while its bytes are read, in either encoding; the first flaw found is
 * remembered.
 */
final class SpanDraft {
  /** Where a log record's name stands that has no {@code event_name}. */
  static final String EVENT_NAME = "event.name";

  /** In UTF-8; a pair of surrogates, two chars, has four. */
  private static final int MOST_BYTES_OF_CHAR = 3;

  private static final Flaw BAD_TRACE_ID = badId("traceId", 32);
  private static final Flaw BAD_SPAN_ID = badId("spanId", 16);
  private static final Flaw BAD_PARENT_ID = badId("parentSpanId", 16);

  final RawSpan.Signal signal;
  final Map<String, Object> attributes = new HashMap<>();
  final List<RawSpan.Event> events = new ArrayList<>();
  final List<RawSpan.Link> links = new ArrayList<>();
  String name = "";
  long startUnixNano;
  long endUnixNano;
  long observedUnixNano;
  RawSpan.Status status = RawSpan.Status.UNSET;

  private int badLinks;
  private String traceId = "";
  private String spanId = "";
  private String parentSpanId = "";
  private Flaw flaw;

  private SpanDraft(RawSpan.Signal signal) {
    this.signal = signal;
  }

  /** Why a span cannot be read. */
  record Flaw(String code, String field, String message) {
    static Flaw wrongType(String field) {
      return new Flaw("wrong_type", field, field + " is of the wrong type");
    }
  }

  void flaw(Flaw found) {
    if (flaw == null) {
      flaw = found;
    }
  }

  void traceId(String hex) {
    traceId = hex;
  }

  void spanId(String hex) {
    spanId = hex;
  }

  void parentSpanId(String hex) {
    parentSpanId = hex;
  }

  /** Of the W3C trace state only what says how the span was sampled. */
  void traceState(String members) {
    SamplingMark.otMember(members)
        .ifPresent(member -> attributes.put(SamplingMark.TRACE_STATE, member));
  }

  void status(int code) {
    status =
        switch (code) {
          case 1 -> RawSpan.Status.OK;
          case 2 -> RawSpan.Status.ERROR;
          default -> RawSpan.Status.UNSET;
        };
  }

  /**
   * One that points nowhere is not kept, and costs nothing else: links matter only to carriers of
   * judgements, which are rejected where none is left.
   */
  void link(String toTraceId, String toSpanId) {
    if (isId(toTraceId, 32) && isId(toSpanId, 16)) {
      links.add(new RawSpan.Link(lower(toTraceId), lower(toSpanId)));
    } else {
      badLinks++;
    }
  }

  /** Puts the span, or the reason why there is none, into the batch. */
  void finish(String scope, Map<String, Object> resource, Flaw ofGroup, Batch batch) {
    batch.badLinks += badLinks;
    if (signal == RawSpan.Signal.LOG) {
      batch.logRecords++;
      beginAndEndWhenWritten();
    }
    if (ofGroup != null) {
      flaw(ofGroup);
    } else {
      requireIds();
    }
    if (flaw != null) {
      batch.rejected.add(
          new SpanReading.Rejected(
              isId(traceId, 32) ? lower(traceId) : "",
              isId(spanId, 16) ? lower(spanId) : "",
              flaw.code(),
              flaw.field(),
              flaw.message()));
      return;
    }
    batch.spans.add(
        new RawSpan(
            signal,
            isNone(traceId) ? "" : lower(traceId),
            isNone(spanId) ? "" : lower(spanId),
            isNone(parentSpanId) ? "" : lower(parentSpanId),
            name.length() > RawSpan.MAX_NAME ? name.substring(0, RawSpan.MAX_NAME) : name,
            startUnixNano,
            endUnixNano,
            status,
            scope,
            attributes,
            resource,
            events,
            links));
  }

  /** When it was observed stands for when it was written, as the data model has it. */
  private void beginAndEndWhenWritten() {
    if (startUnixNano == 0) {
      startUnixNano = observedUnixNano;
    }
    endUnixNano = startUnixNano;
    if (name.isEmpty() && attributes.get(EVENT_NAME) instanceof String event) {
      name = event;
    }
  }

  /** A log record may be written outside of any span, or of any trace. */
  private void requireIds() {
    boolean log = signal == RawSpan.Signal.LOG;
    if (!isId(traceId, 32) && !(log && isNone(traceId) && isNone(spanId))) {
      flaw(BAD_TRACE_ID);
    } else if (!isId(spanId, 16) && !(log && isNone(spanId))) {
      flaw(BAD_SPAN_ID);
    } else if (!isNone(parentSpanId) && !isId(parentSpanId, 16)) {
      flaw(BAD_PARENT_ID);
    }
  }

  /**
   * The value as it is kept: text only up to a bound, which is of bytes because indexes count
   * those.
   */
  static Object bounded(String text) {
    boolean isShort = text.length() <= RawSpan.MAX_TEXT / MOST_BYTES_OF_CHAR;
    return isShort
            || text.length() <= RawSpan.MAX_TEXT
                && text.getBytes(StandardCharsets.UTF_8).length <= RawSpan.MAX_TEXT
        ? text
        : new RawSpan.Unusable("too_long");
  }

  static String hex(byte[] id) {
    return HexFormat.of().formatHex(id);
  }

  private static Flaw badId(String field, int digits) {
    return new Flaw(
        "bad_id", field, field + " must be " + digits / 2 + " bytes (hex in JSON), not all zero");
  }

  private static boolean isId(String hex, int digits) {
    if (hex.length() != digits) {
      return false;
    }
    boolean zero = true;
    for (int i = 0; i < digits; i++) {
      char c = hex.charAt(i);
      boolean isHex = c >= '0' && c <= '9' || c >= 'a' && c <= 'f' || c >= 'A' && c <= 'F';
      if (!isHex) {
        return false;
      }
      zero &= c == '0';
    }
    return !zero;
  }

  /** Absent, which some writers say with zeros. */
  private static boolean isNone(String hex) {
    if (hex.length() > 32) {
      return false;
    }
    for (int i = 0; i < hex.length(); i++) {
      if (hex.charAt(i) != '0') {
        return false;
      }
    }
    return true;
  }

  private static String lower(String hex) {
    return hex.toLowerCase(Locale.ROOT);
  }

  /** More items than a record may hold. */
  static final class TooManyException extends IOException {
    private static final long serialVersionUID = 1L;
  }

  /** The spans of one record, read and rejected. */
  static final class Batch {
    /**
     * Of spans that say anything at all, a message of usual size has no room for as many; of empty
     * ones, each of which would become a dead letter, it has room for millions.
     */
    static final int MOST_ITEMS = 1 << 16;

    final List<RawSpan> spans = new ArrayList<>();
    final List<SpanReading.Rejected> rejected = new ArrayList<>();
    int logRecords;
    int badLinks;
    private int begun;

    SpanDraft begin(RawSpan.Signal signal) throws TooManyException {
      if (++begun > MOST_ITEMS) {
        throw new TooManyException();
      }
      return new SpanDraft(signal);
    }

    Decoded.Spans decoded() {
      return new Decoded.Spans(spans, rejected, logRecords, badLinks);
    }
  }
}
