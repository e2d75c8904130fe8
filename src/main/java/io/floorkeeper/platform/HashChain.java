package io.floorkeeper.platform;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.UUID;

/**
 * Each record's hash holds all records before it:
 *
 * <pre>
 * h_0 = SHA-256("floorkeeper audit chain 1" || chain id)
 * h_n = SHA-256(h_{n-1} || canonical bytes of record n)
 * </pre>
 *
 * For one thread.
 */
public final class HashChain {
  public static final int HASH_BYTES = 32;
  private static final byte[] FORMAT =
      "floorkeeper audit chain 1".getBytes(java.nio.charset.StandardCharsets.US_ASCII);

  private final MessageDigest digest = sha256();

  /** What stands before the first record of a chain. */
  public byte[] beforeFirst(UUID chain) {
    digest.update(FORMAT);
    for (long half : new long[] {chain.getMostSignificantBits(), chain.getLeastSignificantBits()}) {
      for (int shift = 56; shift >= 0; shift -= 8) {
        digest.update((byte) (half >>> shift));
      }
    }
    return digest.digest();
  }

  /** The hash of the record that comes after {@code previous}. */
  public byte[] next(byte[] previous, CanonicalBytes record) {
    digest.update(previous);
    record.feed(digest);
    return digest.digest();
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException("every JDK has SHA-256", impossible);
    }
  }
}
