package io.floorkeeper.ingest;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/**
 * Which call it is and when it ran. A call that was written down as a log record has no span of its
 * own: its ids are derived from what tells it apart, so that the same record sent again is the same
 * call.
 *
 * @param traceId 32 lower-case hex digits
 * @param spanId 16 lower-case hex digits
 */
record CallFrame(
    String traceId,
    String spanId,
    Optional<String> parentSpanId,
    Instant startedAt,
    long latencyMillis) {

  private static final long EARLIEST = Instant.parse("2015-01-01T00:00:00Z").getEpochSecond();
  private static final long LATEST = Instant.parse("2100-01-01T00:00:00Z").getEpochSecond();
  private static final Duration LONGEST = Duration.ofDays(7);
  private static final long NANOS = 1_000_000_000L;
  private static final String START = "startTimeUnixNano";
  private static final String END = "endTimeUnixNano";
  private static final String LOG_TIME = "timeUnixNano";

  static CallFrame ofSpan(RawSpan span) {
    Instant startedAt = instant(span.startUnixNano(), START);
    return new CallFrame(
        span.traceId(), span.spanId(), parent(span), startedAt, latencyMillis(span));
  }

  /** Of a span that need not be believed: empty where it does not say when it was. */
  static Optional<Instant> startOf(RawSpan span) {
    long nanos = span.startUnixNano() == 0 ? span.endUnixNano() : span.startUnixNano();
    return isBelieved(nanos) ? Optional.of(instant(nanos, START)) : Optional.empty();
  }

  /** When a span ended, or a log record was written. */
  static Instant endOf(RawSpan span) {
    return instant(
        span.endUnixNano() == 0 ? span.startUnixNano() : span.endUnixNano(),
        span.signal() == RawSpan.Signal.LOG ? LOG_TIME : END);
  }

  /** When something happened within a span; where that cannot be, when the span ended. */
  static Instant timeOf(RawSpan.Event event, RawSpan span) {
    return event.timeUnixNano() != 0 && isBelieved(event.timeUnixNano())
        ? instant(event.timeUnixNano(), END)
        : endOf(span);
  }

  static Optional<String> parent(RawSpan span) {
    return span.parentSpanId().isEmpty() ? Optional.empty() : Optional.of(span.parentSpanId());
  }

  /** The record is written when the call ends, within the span that it may name. */
  static CallFrame ofLog(RawSpan log, DialectRules rules) {
    Attributes attributes = new Attributes(log.attributes());
    String timeKey = attributes.key(rules.endedAt);
    Instant endedAt = timeKey == null ? endOf(log) : time(timeKey, attributes.textOf(timeKey));
    String latencyKey = attributes.key(rules.latencyMillis);
    long latency =
        latencyKey == null
            ? 0
            : Numbers.millis(latencyKey, attributes.value(latencyKey), LONGEST.toMillis());
    byte[] digest = digest(log, rules, attributes, endedAt);
    return new CallFrame(
        log.traceId().isEmpty() ? HexFormat.of().formatHex(digest, 8, 24) : log.traceId(),
        HexFormat.of().formatHex(digest, 0, 8),
        log.traceId().isEmpty() || log.spanId().isEmpty()
            ? Optional.empty()
            : Optional.of(log.spanId()),
        endedAt.minusMillis(latency),
        latency);
  }

  /**
   * Of the first group of attributes that is there whole, else of where and when it was written.
   */
  private static byte[] digest(
      RawSpan log, DialectRules rules, Attributes attributes, Instant endedAt) {
    MessageDigest sha = sha256();
    add(sha, rules.id());
    for (List<String> group : rules.dialect().identity()) {
      if (group.stream().allMatch(key -> attributes.value(key) != null)) {
        for (String key : group) {
          add(sha, key);
          add(sha, attributes.textOf(key));
        }
        return sha.digest();
      }
    }
    if (log.traceId().isEmpty()) {
      throw new DisbeliefException(
          "no_identity",
          "attributes",
          "a call written as a log record must hold one of " + rules.dialect().identity());
    }
    add(sha, log.traceId());
    add(sha, log.spanId());
    add(sha, log.name());
    add(sha, endedAt.toString());
    return sha.digest();
  }

  /** With its length in front, so that no two lists of texts are one. */
  private static void add(MessageDigest sha, String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    sha.update((byte) (bytes.length >>> 8));
    sha.update((byte) bytes.length);
    sha.update(bytes);
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  private static Instant time(String field, String text) {
    try {
      Instant time = OffsetDateTime.parse(text).toInstant();
      requireBelieved(time.getEpochSecond(), field);
      return time;
    } catch (DateTimeException e) {
      throw new DisbeliefException("not_a_time", field, "not an ISO 8601 time with its offset");
    }
  }

  private static boolean isBelieved(long unixNano) {
    long seconds = Long.divideUnsigned(unixNano, NANOS);
    return seconds >= EARLIEST && seconds < LATEST;
  }

  private static Instant instant(long unixNano, String field) {
    if (unixNano == 0) {
      throw new DisbeliefException(
          "missing_time",
          field,
          field.equals(END)
              ? "the span does not say when it ended"
              : field.equals(START)
                  ? "the span does not say when it began"
                  : "the log record does not say when it was written");
    }
    long seconds = Long.divideUnsigned(unixNano, NANOS);
    requireBelieved(seconds, field);
    return Instant.ofEpochSecond(seconds, Long.remainderUnsigned(unixNano, NANOS));
  }

  private static void requireBelieved(long seconds, String field) {
    if (seconds < EARLIEST || seconds >= LATEST) {
      throw new DisbeliefException("absurd_time", field, "not between 2015 and 2100");
    }
  }

  private static long latencyMillis(RawSpan span) {
    if (span.endUnixNano() == 0) {
      throw new DisbeliefException("missing_time", END, "the span does not say when it ended");
    }
    if (Long.compareUnsigned(span.endUnixNano(), span.startUnixNano()) < 0) {
      throw new DisbeliefException("negative_latency", END, "the span ends before it begins");
    }
    long nanos = span.endUnixNano() - span.startUnixNano();
    if (Long.compareUnsigned(nanos, LONGEST.toNanos()) > 0) {
      throw new DisbeliefException("absurd_latency", END, "the span lasts longer than 7 days");
    }
    return nanos / 1_000_000;
  }
}
