package io.floorkeeper.ledger;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.time.Instant;
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

  /**
   * Routed by its context: which tasks the arm gets in the role as a whole is then the router's
   * doing, and only within the bucket can it be compared with its own past.
   */
  public static final int BY_CONTEXT = 1 << 7;

  /**
   * A pin narrowed this answer or one before it of the same task, or wants its record first: what
   * goes on under this decision may not say that none binds it.
   */
  public static final int PINNED = 1 << 8;

  /** The first of three marks that say which pins those were, as the router numbers them. */
  public static final int FIRST_PIN_MARK = 1 << 9;

  /** All three. */
  public static final int PIN_MARKS = 7 * FIRST_PIN_MARK;

  /** 2025-01-01T00:00:00Z. */
  static final long ORIGIN_MILLIS = 1_735_689_600_000L;

  private static final int ROOT_START = 3;

  private static final VarHandle SHORT =
      MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.BIG_ENDIAN);
  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);

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

  /** The rung that the 48 bytes of an id name. */
  public static int rungOf(byte[] id) {
    return id[2] & 0xf;
  }

  /** The same of the 48 bytes of an id, as they are. */
  public static byte[] rootOf(byte[] id) {
    range("id bytes", id.length, BYTES, BYTES);
    return Arrays.copyOfRange(id, ROOT_START, ROOT_START + ROOT_BYTES);
  }

  /** When the decision behind an id's 48 bytes was made, as the unverified id says. */
  public static Instant decidedAt(byte[] id) {
    return Instant.ofEpochMilli(ofRoot(rootOf(id), 0).epochMillis());
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
    target[0] = (byte) (FORMAT << 4 | keyNo);
    SHORT.set(target, 1, (short) (flags << 4 | rung));
    long millis = epochMillis - ORIGIN_MILLIS;
    target[3] = (byte) (millis >>> 32);
    INT.set(target, 4, (int) millis);
    SHORT.set(target, 8, (short) replica);
    put3(target, 10, sequence);
    SHORT.set(target, 13, (short) tenantNo);
    put3(target, 15, roleNo);
    target[18] = (byte) bucket;
    SHORT.set(target, 19, (short) armNo);
    INT.set(target, 21, Float.floatToIntBits(propensity));
    target[25] = (byte) labelCode;
    put3(target, 26, policyVersion);
    INT.set(target, 29, (int) epoch);
    put3(target, 33, block);
  }

  /** The format of written bytes: what follows is an id of this class only if it is its own. */
  static int format(byte[] source) {
    return (source[0] & 0xFF) >>> 4;
  }

  static int keyNo(byte[] source) {
    return source[0] & 0xF;
  }

  /**
   * Reads what {@link #write} wrote.
   *
   * @throws IllegalArgumentException if a field is out of its range
   */
  static DecisionId read(byte[] source) {
    return read(source, keyNo(source), 0);
  }

  /**
   * Reads what {@link #write} wrote, but for the key number, and with further flags.
   *
   * @throws IllegalArgumentException if a field is out of its range
   */
  static DecisionId read(byte[] source, int keyNo, int furtherFlags) {
    int flagsAndRung = unsignedShort(source, 1);
    return new DecisionId(
        keyNo,
        flagsAndRung >>> 4 | furtherFlags,
        flagsAndRung & 0xF,
        ORIGIN_MILLIS + ((source[3] & 0xFFL) << 32 | unsignedInt(source, 4)),
        unsignedShort(source, 8),
        get3(source, 10),
        unsignedShort(source, 13),
        get3(source, 15),
        source[18] & 0xFF,
        unsignedShort(source, 19),
        Float.intBitsToFloat((int) INT.get(source, 21)),
        source[25] & 0xFF,
        get3(source, 26),
        unsignedInt(source, 29),
        get3(source, 33));
  }

  private static int unsignedShort(byte[] source, int at) {
    return (short) SHORT.get(source, at) & 0xFFFF;
  }

  private static long unsignedInt(byte[] source, int at) {
    return (int) INT.get(source, at) & 0xFFFFFFFFL;
  }

  private static void put3(byte[] target, int at, int value) {
    target[at] = (byte) (value >>> 16);
    SHORT.set(target, at + 1, (short) value);
  }

  private static int get3(byte[] source, int at) {
    return (source[at] & 0xFF) << 16 | unsignedShort(source, at + 1);
  }

  private static void range(String field, long value, long least, long most) {
    if (value < least || value > most) {
      throw new IllegalArgumentException(
          field + " must lie in " + least + " to " + most + ": " + value);
    }
  }
}
