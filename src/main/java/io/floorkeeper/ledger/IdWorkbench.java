package io.floorkeeper.ledger;

import java.nio.charset.StandardCharsets;
import java.security.DigestException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Base64;

/**
 * What a thread needs to write, sign and spell ids, kept from one id to the next: an id costs no
 * memory but its own. For one thread.
 *
 * <p>It knows no key. Pads are handed in for one call, so that a rotated or dropped key is not kept
 * alive by the threads that once signed with it.
 */
final class IdWorkbench {
  /** SHA-256 takes blocks of 64 bytes; HMAC's pads are as long. */
  private static final int BLOCK_BYTES = 64;

  private static final int HASH_BYTES = 32;
  private static final int CODE_BYTES = DecisionId.BYTES - DecisionId.SIGNED_BYTES;
  private static final byte INNER = 0x36;
  private static final byte OUTER = 0x5c;

  private static final Base64.Encoder ENCODER = Base64.getUrlEncoder().withoutPadding();
  private static final Base64.Decoder DECODER = Base64.getUrlDecoder();

  /** By thread, virtual ones included: none of the methods calls back or waits. */
  private static final ThreadLocal<IdWorkbench> OF_THREAD =
      ThreadLocal.withInitial(IdWorkbench::new);

  private final MessageDigest sha256 = sha256();
  private final byte[] hash = new byte[HASH_BYTES];
  private final byte[] characters = new byte[DecisionId.CHARACTERS];

  /** The id that is worked on. */
  private final byte[] bytes = new byte[DecisionId.BYTES];

  /** A secret as HMAC (RFC 2104) mixes it in: padded with zeros, and once with either constant. */
  static final class Pads {
    private final byte[] inner;
    private final byte[] outer;

    Pads(byte[] secret) {
      byte[] block = secret.length > BLOCK_BYTES ? sha256().digest(secret) : secret;
      inner = Arrays.copyOf(block, BLOCK_BYTES);
      outer = Arrays.copyOf(block, BLOCK_BYTES);
      for (int i = 0; i < BLOCK_BYTES; i++) {
        inner[i] ^= INNER;
        outer[i] ^= OUTER;
      }
    }
  }

  IdWorkbench() {}

  static IdWorkbench ofThread() {
    return OF_THREAD.get();
  }

  /** The characters of the id under the key. */
  String signed(DecisionId id, Pads key) {
    id.write(bytes);
    authenticate(key);
    System.arraycopy(hash, 0, bytes, DecisionId.SIGNED_BYTES, CODE_BYTES);
    ENCODER.encode(bytes, characters);
    return new String(characters, StandardCharsets.ISO_8859_1);
  }

  /**
   * Takes the id behind the characters, unverified.
   *
   * @return its 48 bytes, which the next id overwrites
   */
  byte[] taken(String text) {
    if (text.length() != DecisionId.CHARACTERS) {
      throw malformed(
          "a decision id has " + DecisionId.CHARACTERS + " characters, not " + text.length());
    }
    for (int i = 0; i < DecisionId.CHARACTERS; i++) {
      char c = text.charAt(i);
      characters[i] = (byte) (c < 0x80 ? c : '?'); // of which the decoder knows neither
    }
    int length;
    try {
      length = DECODER.decode(characters, bytes);
    } catch (IllegalArgumentException notBase64) {
      throw malformed("a decision id is written in base64url");
    }
    if (length != DecisionId.BYTES) { // the decoder takes padding for characters
      throw malformed("a decision id is written without padding");
    }
    return bytes;
  }

  /** Whether the id that was taken last was signed with the key. */
  boolean isSignedWith(Pads key) {
    authenticate(key);
    int difference = 0; // constant time: where the first wrong byte stands must not show
    for (int i = 0; i < CODE_BYTES; i++) {
      difference |= hash[i] ^ bytes[DecisionId.SIGNED_BYTES + i];
    }
    return difference == 0;
  }

  /**
   *
   *
   * <pre>HMAC = H(outer pad, H(inner pad, message))</pre>
   *
   * <p>By hand, since {@code javax.crypto.Mac} allocates its result on every call and keeps the key
   * in the thread.
   */
  private void authenticate(Pads key) {
    sha256.reset(); // or a stack overflow half way through would spoil all later ids of the thread
    sha256.update(key.inner);
    sha256.update(bytes, 0, DecisionId.SIGNED_BYTES);
    hash();
    sha256.update(key.outer);
    sha256.update(hash);
    hash();
  }

  private void hash() {
    try {
      sha256.digest(hash, 0, HASH_BYTES);
    } catch (DigestException e) {
      throw new IllegalStateException("SHA-256 has " + HASH_BYTES + " bytes", e);
    }
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  private static InvalidDecisionIdException malformed(String why) {
    return new InvalidDecisionIdException(InvalidDecisionIdException.Why.MALFORMED, why);
  }
}
