package io.floorkeeper.ledger;

import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * The self-describing, authenticated name of one decision: 48 bytes, 64 characters of base64url.
 *
 * <p>The learner attributes a span by it without any look-up, and replicas share nothing.
 * Big-endian:
 *
 * <pre>
 *  0  format (high 4 bits) and key number (low 4 bits)
 *  1  flags (high 12 bits of two bytes) and rung (low 4)
 *  3  milliseconds since 2025-01-01T00:00Z, 5 bytes: until 2059
 *  8  replica, 2        10  sequence, 3
 * 13  tenant, 2         15  role, 3        18  bucket, 1      19  arm, 2
 * 21  propensity, float32
 * 25  label probability, code / 255, code >= 1
 * 26  policy version, 3 29  epoch, 4       33  evidence block, 3
 * 36  HMAC-SHA-256 of the bytes before, truncated to 96 bits
 * </pre>
 *
 * <p>Bytes 3 to 35 are the {@link #root()}: an id that continues or escalates a decision repeats
 * them all, propensity included, so they name the episode.
 *
 * <p>It authenticates the decision, not what a span says of it.
 */
public record DecisionId(
    int keyNo,
    int flags,
    int rung,
    long epochMillis,
    int replica,
    int sequence,
    int tenantNo,
    int roleNo,
    int bucket,
    int armNo,
    float propensity,
    int labelCode,
    int policyVersion,
    long epoch,
    int block) {

  public static final int BYTES = 48;
  public static final int SIGNED_BYTES = 36;
  public static final int ROOT_BYTES = 33;
  public static final int CHARACTERS = 64;
  static final int FORMAT = 1;

  /** The key number of ids that were signed while no stored key was within reach. */
  public static final int UNSTORED_KEY = 15;

  public static final int BASE_LABEL = 1;
  public static final int BOOSTED_LABEL = 1 << 1;
  public static final int HOLDOUT = 1 << 2;
  public static final int CONTROL = 1 << 3;
  public static final int STICKY = 1 << 4;
  public static final int SHADOW = 1 << 5;

  /** Answered without the bandit's draw (pinned to one arm, fixed, preset, fallback). */
  public static final int NOT_DRAWN = 1 << 6;

  /** 2025-01-01T00:00:00Z. */
  static final long ORIGIN_MILLIS = 1_735_689_600_000L;

  private static final int ROOT_START = 3;

  public DecisionId {
    range("key", keyNo, 0, 15);
    range("flags", flags, 0, 0xFFF);
    range("rung", rung, 0, 15);
    range("time", epochMillis - ORIGIN_MILLIS, 0, (1L << 40) - 1);
    range("replica", replica, 0, 0xFFFF);
    range("sequence", sequence, 0, 0xFFFFFF);
    range("tenant", tenantNo, 0, 0xFFFF);
    range("role", roleNo, 0, 0xFFFFFF);
    range("bucket", bucket, 0, 0xFF);
    range("arm", armNo, 0, 0xFFFF);
    range("label code", labelCode, 1, 255);
    range("policy version", policyVersion, 0, 0xFFFFFF);
    range("epoch", epoch, 0, 0xFFFFFFFFL);
    range("block", block, 0, 0xFFFFFF);
    if (!(propensity > 0 && propensity <= 1)) {
      throw new IllegalArgumentException("propensity must lie in (0, 1]: " + propensity);
    }
  }

  /** The probability with which this decision was asked for a base label. */
  public double labelProbability() {
    return labelCode / 255.0;
  }

  /** The code whose probability is nearest to {@code rate}: quantised before anything is drawn. */
  public static int labelCode(double rate) {
    return Math.max(1, Math.min(255, (int) Math.round(rate * 255)));
  }

  public boolean has(int flag) {
    return (flags & flag) != 0;
  }

  /** The same root under other flags and rung: a continuation or an escalation of this decision. */
  public DecisionId with(int newFlags, int newRung, int signingKeyNo) {
    return new DecisionId(
        signingKeyNo,
        newFlags,
        newRung,
        epochMillis,
        replica,
        sequence,
        tenantNo,
        roleNo,
        bucket,
        armNo,
        propensity,
        labelCode,
        policyVersion,
        epoch,
        block);
  }

  /** The 33 bytes that all ids of one episode share. */
  public byte[] root() {
    byte[] bytes = new byte[BYTES];
    write(bytes);
    return Arrays.copyOfRange(bytes, ROOT_START, ROOT_START + ROOT_BYTES);
  }

  /**
   * What a root says, under flags that are known from elsewhere; key and rung, which it lacks, 0.
   *
   * @throws IllegalArgumentException if there are not 33 bytes or a field is out of its range
   */
  public static DecisionId ofRoot(byte[] root, int flags) {
    range("root bytes", root.length, ROOT_BYTES, ROOT_BYTES);
    byte[] bytes = new byte[SIGNED_BYTES];
    System.arraycopy(root, 0, bytes, ROOT_START, ROOT_BYTES);
    return read(bytes).with(flags, 0, 0);
  }

  /** Fills the first 36 of 48 bytes; the code behind them is the signer's. */
  void write(byte[] target) {
    ByteBuffer b = ByteBuffer.wrap(target);
    b.put((byte) (FORMAT << 4 | keyNo));
    b.putShort((short) (flags << 4 | rung));
    long millis = epochMillis - ORIGIN_MILLIS;
    b.put((byte) (millis >>> 32)).putInt((int) millis);
    b.putShort((short) replica);
    put3(b, sequence);
    b.putShort((short) tenantNo);
    put3(b, roleNo);
    b.put((byte) bucket);
    b.putShort((short) armNo);
    b.putFloat(propensity);
    b.put((byte) labelCode);
    put3(b, policyVersion);
    b.putInt((int) epoch);
    put3(b, block);
  }

  /**
   * Reads what {@link #write} wrote.
   *
   * @throws IllegalArgumentException if a field is out of its range
   */
  static DecisionId read(byte[] source) {
    ByteBuffer b = ByteBuffer.wrap(source);
    int head = b.get() & 0xFF;
    int flagsAndRung = b.getShort() & 0xFFFF;
    long millis = (b.get() & 0xFFL) << 32 | (b.getInt() & 0xFFFFFFFFL);
    return new DecisionId(
        head & 0xF,
        flagsAndRung >>> 4,
        flagsAndRung & 0xF,
        millis + ORIGIN_MILLIS,
        b.getShort() & 0xFFFF,
        get3(b),
        b.getShort() & 0xFFFF,
        get3(b),
        b.get() & 0xFF,
        b.getShort() & 0xFFFF,
        b.getFloat(),
        b.get() & 0xFF,
        get3(b),
        b.getInt() & 0xFFFFFFFFL,
        get3(b));
  }

  private static void put3(ByteBuffer b, int value) {
    b.put((byte) (value >>> 16)).putShort((short) value);
  }

  private static int get3(ByteBuffer b) {
    return (b.get() & 0xFF) << 16 | b.getShort() & 0xFFFF;
  }

  private static void range(String field, long value, long least, long most) {
    if (value < least || value > most) {
      throw new IllegalArgumentException(
          field + " must lie in " + least + " to " + most + ": " + value);
    }
  }
}
