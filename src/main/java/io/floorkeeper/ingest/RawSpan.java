package io.floorkeeper.ingest;

import java.util.List;
import java.util.Map;

/**
 * A span as it arrived, cut down to what some dialect names: attributes that nobody names were
 * skipped unread, so no prompt or completion text is in here.
 *
 * @param signal a log record is read as a span that begins and ends when it was written
 * @param traceId 32 lower-case hex digits; of a log record also empty, so is {@code spanId}: it
 *     names the span that it was written in
 * @param spanId 16 lower-case hex digits
 * @param parentSpanId 16 lower-case hex digits; empty: a root
 * @param name cut at {@link #MAX_NAME} characters; only for telling dialects apart
 * @param startUnixNano 0 where the span does not say
 * @param endUnixNano 0 where the span does not say
 * @param scope name of the instrumentation scope; may be empty
 * @param attributes values are String, Long, Double, Boolean or {@link Unusable}
 * @param resource attributes of the resource, values as above
 * @param events those that a dialect names
 */
public record RawSpan(
    Signal signal,
    String traceId,
    String spanId,
    String parentSpanId,
    String name,
    long startUnixNano,
    long endUnixNano,
    Status status,
    String scope,
    Map<String, Object> attributes,
    Map<String, Object> resource,
    List<Event> events,
    List<Link> links) {

  public static final int MAX_NAME = 128;

  /** A named attribute of more bytes of UTF-8 than this is {@link Unusable}. */
  public static final int MAX_TEXT = 1024;

  public RawSpan {
    attributes = Map.copyOf(attributes);
    resource = Map.copyOf(resource);
    events = List.copyOf(events);
    links = List.copyOf(links);
  }

  /** What it came as. */
  public enum Signal {
    SPAN,
    LOG
  }

  /** The span's own verdict. */
  public enum Status {
    UNSET,
    OK,
    ERROR
  }

  /**
   * Something that happened within the span; attributes as those of the span.
   *
   * @param timeUnixNano 0 where it does not say
   */
  public record Event(String name, long timeUnixNano, Map<String, Object> attributes) {
    public Event {
      attributes = Map.copyOf(attributes);
    }
  }

  /** Another span that this one points at, ids as those of the span. */
  public record Link(String traceId, String spanId) {}

  /**
   * Stands for a value that was there and cannot be used: whoever needs it rejects the call,
   * whoever does not need it never notices.
   *
   * @param code {@code wrong_type}, {@code not_a_number}, {@code not_utf8} or {@code too_long}
   */
  public record Unusable(String code) {}
}
