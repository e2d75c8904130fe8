package io.floorkeeper.access;

import io.floorkeeper.platform.StartRefusedException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.HexFormat;
import java.util.regex.Pattern;

/**
 * A key as its owner sends it: {@code fk_<key id>_<secret>}. The id names it in tables and trails;
 * the secret has 256 bits, is shown once, and is kept by nobody but its owner.
 */
final class ApiKey {
  private static final String PREFIX = "fk_";
  private static final int ID_BYTES = 6;
  private static final int SECRET_BYTES = 32;

  /** What hexadecimal or base64url makes of 256 bits and more. */
  private static final Pattern FORM = Pattern.compile("fk_[a-z0-9]{1,32}_[A-Za-z0-9_-]{43,128}");

  private static final SecureRandom RANDOM = new SecureRandom();

  /** A digest is no cheap object: one for every thread that asks. */
  private static final ThreadLocal<MessageDigest> SHA_256 = ThreadLocal.withInitial(ApiKey::sha256);

  private ApiKey() {}

  /** A new key, from the system's source of randomness. */
  static String fresh() {
    byte[] id = new byte[ID_BYTES];
    byte[] secret = new byte[SECRET_BYTES];
    RANDOM.nextBytes(id);
    RANDOM.nextBytes(secret);
    return PREFIX
        + HexFormat.of().formatHex(id)
        + "_"
        + Base64.getUrlEncoder().withoutPadding().encodeToString(secret);
  }

  /** The id of what claims to be a key; null where it has not the form of one. */
  static String idOf(String presented) {
    if (!presented.startsWith(PREFIX)) {
      return null;
    }
    int end = presented.indexOf('_', PREFIX.length());
    return end < 0 ? null : presented.substring(PREFIX.length(), end);
  }

  /**
   * What is kept of a key: SHA-256 of all its characters, the id included. A slow, salted hash
   * makes guessing passwords dear; among 2^256 secrets there is nothing to guess, no table to
   * prepare, and every request would pay for the slowness.
   */
  static byte[] hash(String key) {
    return SHA_256.get().digest(key.getBytes(StandardCharsets.UTF_8));
  }

  /**
   * The same key, which somebody else made.
   *
   * @throws StartRefusedException where it has not the form, or too short a secret; says where it
   *     came from and never what it is
   */
  static String checked(String key, String source) {
    if (!FORM.matcher(key).matches()) {
      throw new StartRefusedException(
          source
              + " holds no API key: it must read fk_<id>_<secret>, the id of a-z and 0-9, the secret"
              + " of 43 or more of A-Z, a-z, 0-9, _ and -.\nFor instance:"
              + " echo fk_first_$(openssl rand -hex 32)");
    }
    return key;
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
