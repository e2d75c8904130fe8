package io.floorkeeper.ledger;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;

/**
 * What a judgement is about, as bytes: a letter, and
 *
 * <pre>
 * S  trace 16, span 8                       D  root of the decision 33
 * R  hash of the response id 16             H  hash of the session id 8
 * </pre>
 *
 * Ids that are text are kept as hashes: enough to tell them apart, and nothing to read.
 */
public record TargetKey(ByteBuffer bytes) implements Comparable<TargetKey> {
  private static final int TRACE_BYTES = 16;
  private static final int SPAN_BYTES = 8;
  private static final int RESPONSE_BYTES = 16;

  /** Characters from which on a response id is taken for random. */
  private static final int LONG_ID = 20;

  /** What is judged. */
  public enum Kind {
    SPAN('S'),
    DECISION('D'),
    RESPONSE('R'),
    SESSION('H');

    private final byte letter;

    Kind(char letter) {
      this.letter = (byte) letter;
    }
  }

  public static TargetKey of(EvaluationTarget target) {
    if (target instanceof EvaluationTarget.OfSpan span) {
      return span(span.traceId(), span.spanId());
    }
    if (target instanceof EvaluationTarget.OfDecision decision) {
      return decision(decision.decision().root());
    }
    if (target instanceof EvaluationTarget.OfResponse response) {
      return response(response.responseId());
    }
    return session(sessionHash(((EvaluationTarget.OfSession) target).sessionId()));
  }

  public static TargetKey of(byte[] stored) {
    return new TargetKey(ByteBuffer.wrap(stored));
  }

  public static TargetKey span(String traceId, String spanId) {
    HexFormat hex = HexFormat.of();
    return keyed(Kind.SPAN, hex.parseHex(traceId), hex.parseHex(spanId));
  }

  public static TargetKey decision(byte[] root) {
    return keyed(Kind.DECISION, root, new byte[0]);
  }

  public static TargetKey response(String responseId) {
    return keyed(Kind.RESPONSE, responseHash(responseId), new byte[0]);
  }

  public static TargetKey session(long hash) {
    return keyed(Kind.SESSION, ByteBuffer.allocate(Long.BYTES).putLong(hash).array(), new byte[0]);
  }

  /** Sixty-four bits of SHA-256. */
  public static long sessionHash(String sessionId) {
    return ByteBuffer.wrap(sha256(sessionId)).getLong();
  }

  /** 128 bits of SHA-256, as {@code response_call} has them. */
  private static byte[] responseHash(String responseId) {
    return Arrays.copyOf(sha256("id\0" + responseId), RESPONSE_BYTES);
  }

  /** Whether an id is long enough to tell one response from all others. */
  public static boolean tellsResponse(String responseId) {
    return responseId.length() >= LONG_ID;
  }

  public Kind kind() {
    for (Kind kind : Kind.values()) {
      if (bytes.get(0) == kind.letter) {
        return kind;
      }
    }
    throw new IllegalStateException("a target of no kind");
  }

  byte[] array() {
    return bytes.array();
  }

  byte[] traceId() {
    return Arrays.copyOfRange(bytes.array(), 1, 1 + TRACE_BYTES);
  }

  byte[] spanId() {
    return Arrays.copyOfRange(bytes.array(), 1 + TRACE_BYTES, 1 + TRACE_BYTES + SPAN_BYTES);
  }

  /** Of a decision. */
  public byte[] root() {
    return Arrays.copyOfRange(bytes.array(), 1, 1 + DecisionId.ROOT_BYTES);
  }

  byte[] responseHash() {
    return Arrays.copyOfRange(bytes.array(), 1, 1 + RESPONSE_BYTES);
  }

  /** Of a session. */
  public Optional<Long> session() {
    return kind() == Kind.SESSION ? Optional.of(bytes.getLong(1)) : Optional.empty();
  }

  @Override
  public int compareTo(TargetKey other) {
    return Arrays.compareUnsigned(bytes.array(), other.bytes.array());
  }

  private static TargetKey keyed(Kind kind, byte[] one, byte[] other) {
    return new TargetKey(
        ByteBuffer.wrap(
            ByteBuffer.allocate(1 + one.length + other.length)
                .put(kind.letter)
                .put(one)
                .put(other)
                .array()));
  }

  private static byte[] sha256(String text) {
    try {
      return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
