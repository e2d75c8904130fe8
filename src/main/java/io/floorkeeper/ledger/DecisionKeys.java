package io.floorkeeper.ledger;

import java.security.MessageDigest;
import java.util.Map;
import java.util.TreeMap;

/**
 * Signs decision ids with the newest key and verifies them with every key that is still kept.
 *
 * <p>Immutable; a rotated set of keys is another object. Takes no lock, and allocates nothing but
 * what it returns: buffers are the calling thread's ({@link IdWorkbench}).
 */
public final class DecisionKeys {
  private static final int KEY_NUMBERS = 16;

  private final TreeMap<Integer, byte[]> secrets;
  private final IdWorkbench.Pads[] pads = new IdWorkbench.Pads[KEY_NUMBERS];
  private final int signingKeyNo;

  /**
   * @param secrets by key number, 0 to 15, at least 32 bytes each; the highest number signs
   */
  public DecisionKeys(Map<Integer, byte[]> secrets) {
    if (secrets.isEmpty()) {
      throw new IllegalArgumentException("at least one decision key is needed");
    }
    this.secrets = new TreeMap<>(secrets);
    this.secrets.forEach(
        (number, secret) -> {
          if (number < 0 || number >= KEY_NUMBERS) {
            throw new IllegalArgumentException("decision keys are numbered 0 to 15: " + number);
          }
          if (secret.length < 32) {
            throw new IllegalArgumentException(
                "decision key " + number + " is shorter than 32 bytes");
          }
          pads[number] = new IdWorkbench.Pads(secret);
        });
    this.signingKeyNo = this.secrets.lastKey();
  }

  public int signingKeyNo() {
    return signingKeyNo;
  }

  /** The secrets by number, for the snapshot on disk. */
  public Map<Integer, byte[]> secrets() {
    return new TreeMap<>(secrets);
  }

  /** The 64 characters that callers carry. {@code id} must name the signing key. */
  public String sign(DecisionId id) {
    if (id.keyNo() != signingKeyNo) {
      throw new IllegalArgumentException(
          "key " + id.keyNo() + " does not sign, " + signingKeyNo + " does");
    }
    return IdWorkbench.ofThread().signed(id, pads[signingKeyNo]);
  }

  /**
   * The decision behind the characters.
   *
   * @throws InvalidDecisionIdException if they are no id, were changed, or were signed elsewhere
   */
  public DecisionId verify(String characters) {
    byte[] bytes = verified(characters);
    return read(bytes, DecisionId.keyNo(bytes), 0);
  }

  /**
   * The id under which the decision behind the characters goes on: its root and rung, these flags
   * besides its own, and the key that signs now.
   *
   * @throws InvalidDecisionIdException as {@link #verify} does
   */
  public DecisionId continued(String characters, int flags) {
    return read(verified(characters), signingKeyNo, flags);
  }

  /**
   * Whether the characters could be a decision id of some installation: all that can be said
   * without its keys.
   *
   * @throws InvalidDecisionIdException if they could not
   */
  public static void requireShape(String characters) {
    byte[] bytes = formatted(IdWorkbench.ofThread(), characters);
    read(bytes, DecisionId.keyNo(bytes), 0);
  }

  private static byte[] formatted(IdWorkbench bench, String characters) {
    byte[] bytes = bench.taken(characters);
    if (DecisionId.format(bytes) != DecisionId.FORMAT) {
      throw new InvalidDecisionIdException(
          InvalidDecisionIdException.Why.MALFORMED, "a decision id of an unknown format");
    }
    return bytes;
  }

  private byte[] verified(String characters) {
    IdWorkbench bench = IdWorkbench.ofThread();
    byte[] bytes = formatted(bench, characters);
    IdWorkbench.Pads key = pads[DecisionId.keyNo(bytes)];
    if (key == null) {
      throw new InvalidDecisionIdException(
          DecisionId.keyNo(bytes) == DecisionId.UNSTORED_KEY
              ? InvalidDecisionIdException.Why.UNSTORED_KEY
              : InvalidDecisionIdException.Why.UNKNOWN_KEY,
          "a decision id under a key that is not kept here");
    }
    if (!bench.isSignedWith(key)) {
      throw new InvalidDecisionIdException(
          InvalidDecisionIdException.Why.FORGED, "a decision id whose signature does not fit");
    }
    return bytes;
  }

  private static DecisionId read(byte[] bytes, int keyNo, int furtherFlags) {
    try {
      return DecisionId.read(bytes, keyNo, furtherFlags);
    } catch (IllegalArgumentException outOfRange) {
      throw new InvalidDecisionIdException(
          InvalidDecisionIdException.Why.MALFORMED, outOfRange.getMessage());
    }
  }

  /** The 48 bytes of the characters, unverified. */
  public static byte[] bytes(String characters) {
    return IdWorkbench.ofThread().taken(characters).clone();
  }

  /** Whether both hold the same secrets. */
  public boolean sameAs(DecisionKeys other) {
    return secrets.keySet().equals(other.secrets.keySet())
        && secrets.entrySet().stream()
            .allMatch(e -> MessageDigest.isEqual(e.getValue(), other.secrets.get(e.getKey())));
  }
}
