package io.floorkeeper.ledger;

import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.Map;
import java.util.TreeMap;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Signs decision ids with the newest key and verifies them with every key that is still kept.
 *
 * <p>Immutable; a rotated set of keys is another object. Signing takes no lock: every thread has
 * its own {@link Mac}.
 */
public final class DecisionKeys {
  private static final String ALGORITHM = "HmacSHA256";
  private static final int CODE_BYTES = DecisionId.BYTES - DecisionId.SIGNED_BYTES;

  private final TreeMap<Integer, byte[]> secrets;
  private final Map<Integer, ThreadLocal<Mac>> macs = new TreeMap<>();
  private final int signingKeyNo;
  private final ThreadLocal<Mac> signingMac;

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
          if (secret.length < 32) {
            throw new IllegalArgumentException(
                "decision key " + number + " is shorter than 32 bytes");
          }
          macs.put(number, ThreadLocal.withInitial(() -> mac(secret)));
        });
    this.signingKeyNo = this.secrets.lastKey();
    this.signingMac = macs.get(signingKeyNo);
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
    return Base64.getUrlEncoder().withoutPadding().encodeToString(signBytes(id));
  }

  /** The 48 bytes behind {@link #sign}. */
  public byte[] signBytes(DecisionId id) {
    if (id.keyNo() != signingKeyNo) {
      throw new IllegalArgumentException(
          "key " + id.keyNo() + " does not sign, " + signingKeyNo + " does");
    }
    byte[] bytes = new byte[DecisionId.BYTES];
    id.write(bytes);
    byte[] code = code(signingMac.get(), bytes);
    System.arraycopy(code, 0, bytes, DecisionId.SIGNED_BYTES, CODE_BYTES);
    return bytes;
  }

  /**
   * The decision behind the characters.
   *
   * @throws InvalidDecisionIdException if they are no id, were changed, or were signed elsewhere
   */
  public DecisionId verify(String characters) {
    byte[] bytes = bytes(characters);
    if ((bytes[0] & 0xFF) >>> 4 != DecisionId.FORMAT) {
      throw new InvalidDecisionIdException(
          InvalidDecisionIdException.Why.MALFORMED, "a decision id of an unknown format");
    }
    ThreadLocal<Mac> mac = macs.get(bytes[0] & 0xF);
    if (mac == null) {
      throw new InvalidDecisionIdException(
          (bytes[0] & 0xF) == DecisionId.UNSTORED_KEY
              ? InvalidDecisionIdException.Why.UNSTORED_KEY
              : InvalidDecisionIdException.Why.UNKNOWN_KEY,
          "a decision id under a key that is not kept here");
    }
    byte[] code = code(mac.get(), bytes);
    int difference = 0; // constant time: where the first wrong byte stands must not show
    for (int i = 0; i < CODE_BYTES; i++) {
      difference |= code[i] ^ bytes[DecisionId.SIGNED_BYTES + i];
    }
    if (difference != 0) {
      throw new InvalidDecisionIdException(
          InvalidDecisionIdException.Why.FORGED, "a decision id whose signature does not fit");
    }
    try {
      return DecisionId.read(bytes);
    } catch (IllegalArgumentException outOfRange) {
      throw new InvalidDecisionIdException(
          InvalidDecisionIdException.Why.MALFORMED, outOfRange.getMessage());
    }
  }

  /** The 48 bytes of the characters, unverified. */
  public static byte[] bytes(String characters) {
    if (characters.length() != DecisionId.CHARACTERS) {
      throw new InvalidDecisionIdException(
          InvalidDecisionIdException.Why.MALFORMED,
          "a decision id has " + DecisionId.CHARACTERS + " characters, not " + characters.length());
    }
    try {
      byte[] bytes = Base64.getUrlDecoder().decode(characters);
      if (bytes.length != DecisionId.BYTES) { // the decoder takes padding for characters
        throw new InvalidDecisionIdException(
            InvalidDecisionIdException.Why.MALFORMED, "a decision id is written without padding");
      }
      return bytes;
    } catch (IllegalArgumentException notBase64) {
      throw new InvalidDecisionIdException(
          InvalidDecisionIdException.Why.MALFORMED, "a decision id is written in base64url");
    }
  }

  private static byte[] code(Mac mac, byte[] bytes) {
    mac.update(bytes, 0, DecisionId.SIGNED_BYTES);
    return mac.doFinal();
  }

  private static Mac mac(byte[] secret) {
    try {
      Mac mac = Mac.getInstance(ALGORITHM);
      mac.init(new SecretKeySpec(secret, ALGORITHM));
      return mac;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("every JDK has " + ALGORITHM, e);
    }
  }

  /** Whether both hold the same secrets. */
  public boolean sameAs(DecisionKeys other) {
    return secrets.keySet().equals(other.secrets.keySet())
        && secrets.entrySet().stream()
            .allMatch(e -> MessageDigest.isEqual(e.getValue(), other.secrets.get(e.getKey())));
  }
}
