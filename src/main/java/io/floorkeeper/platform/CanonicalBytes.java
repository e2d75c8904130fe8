package io.floorkeeper.platform;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The exact bytes of a record, for hashing: fields in ascending order of their number, each as
 * number (2 bytes), kind (1), value; big-endian, texts in UTF-8 behind their length in bytes (4).
 *
 * <p>What is null, 0 or false is left out, so that a field that comes later changes nothing about
 * records from before it. A number is never used for another field.
 *
 * <p>One buffer, used again and again: for one thread.
 */
public final class CanonicalBytes {
  private static final int TEXT = 1;
  private static final int NUMBER = 2;
  private static final int REAL = 3;
  private static final int TIME = 4;
  private static final int LIST = 5;
  private static final int MAP = 6;
  private static final int RAW = 7;

  private byte[] buffer = new byte[1_024];
  private int length;
  private int lastField;

  /** Begins another record of this kind; kinds tell records apart that have the same fields. */
  public CanonicalBytes begin(int recordKind) {
    length = 0;
    lastField = 0;
    put(recordKind, 1);
    return this;
  }

  public CanonicalBytes text(int field, String value) {
    if (value != null) {
      head(field, TEXT);
      text(value);
    }
    return this;
  }

  public CanonicalBytes number(int field, long value) {
    if (value != 0) {
      head(field, NUMBER);
      put(value, 8);
    }
    return this;
  }

  public CanonicalBytes flag(int field, boolean value) {
    return number(field, value ? 1 : 0);
  }

  /** Every bit of it; null is left out, 0 is not. */
  public CanonicalBytes real(int field, Double value) {
    if (value != null) {
      head(field, REAL);
      put(Double.doubleToLongBits(value), 8);
    }
    return this;
  }

  /** To the microsecond; PostgreSQL rounds what is finer, so nothing finer may be in a record. */
  public CanonicalBytes time(int field, Instant value) {
    if (value != null) {
      head(field, TIME);
      put(Math.addExact(value.getEpochSecond() * 1_000_000, value.getNano() / 1_000), 8);
    }
    return this;
  }

  public CanonicalBytes bytes(int field, byte[] value) {
    if (value != null) {
      head(field, RAW);
      put(value.length, 4);
      append(value);
    }
    return this;
  }

  /** In its own order. */
  public CanonicalBytes texts(int field, List<String> values) {
    if (values != null) {
      head(field, LIST);
      put(values.size(), 4);
      values.forEach(this::text);
    }
    return this;
  }

  /** By UTF-16 code unit of its keys. */
  public CanonicalBytes texts(int field, Map<String, String> values) {
    if (values != null) {
      head(field, MAP);
      put(values.size(), 4);
      new TreeMap<>(values)
          .forEach(
              (key, value) -> {
                text(key);
                text(value);
              });
    }
    return this;
  }

  void feed(MessageDigest digest) {
    digest.update(buffer, 0, length);
  }

  /** A copy of what was written since {@link #begin}. */
  public byte[] copy() {
    return Arrays.copyOf(buffer, length);
  }

  private void head(int field, int kind) {
    if (field <= lastField || field > 0xFFFF) {
      throw new IllegalArgumentException("fields must ascend: " + field + " after " + lastField);
    }
    lastField = field;
    put(field, 2);
    put(kind, 1);
  }

  private void text(String value) {
    byte[] bytes = value.getBytes(StandardCharsets.UTF_8);
    put(bytes.length, 4);
    append(bytes);
  }

  private void append(byte[] bytes) {
    reserve(bytes.length);
    System.arraycopy(bytes, 0, buffer, length, bytes.length);
    length += bytes.length;
  }

  private void put(long value, int bytes) {
    reserve(bytes);
    for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8) {
      buffer[length++] = (byte) (value >>> shift);
    }
  }

  private void reserve(int more) {
    if (length + more > buffer.length) {
      buffer = Arrays.copyOf(buffer, Math.max(2 * buffer.length, length + more));
    }
  }
}
