package io.floorkeeper.ledger;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Which response a call describes, as sixteen bytes. The ids of the large providers are long and
 * random: the id alone tells the response, and it does not matter that two instrumentations call
 * the provider by different names. A short id says it only together with the provider and the
 * trace; the few hundred numbers that some local servers give in turn say nothing.
 */
final class ResponseKey {
  /** Characters from which on an id is taken for random: 20 hexadecimal digits are 80 bits. */
  static final int LONG_ID = 20;

  private static final int BYTES = 16;
  private static final Pattern NUMBERED = Pattern.compile("([a-z_]+-)?[0-9]{1,6}");

  private ResponseKey() {}

  /** Empty where the call names no response that can be told from others. */
  static Optional<byte[]> of(Call call) {
    if (call.responseId().isEmpty()) {
      return Optional.empty();
    }
    String id = call.responseId().get();
    if (id.length() >= LONG_ID) {
      return Optional.of(hash("id\0" + id));
    }
    if (id.length() < 3 || NUMBERED.matcher(id.toLowerCase(Locale.ROOT)).matches()) {
      return Optional.empty();
    }
    return Optional.of(
        hash("in\0" + call.traceId() + '\0' + family(call.provider().orElse("")) + '\0' + id));
  }

  /** One name for what instrumentations call by several. */
  static String family(String provider) {
    String name = provider.toLowerCase(Locale.ROOT).strip();
    if (name.contains("azure") || name.contains("openai")) {
      return "openai";
    }
    if (name.contains("bedrock") || name.contains("anthropic")) {
      return "anthropic";
    }
    if (name.contains("vertex") || name.contains("gemini") || name.contains("google")) {
      return "google";
    }
    return name.endsWith(".com") || name.endsWith(".ai")
        ? name.substring(0, name.lastIndexOf('.'))
        : name;
  }

  private static byte[] hash(String text) {
    try {
      return Arrays.copyOf(
          MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)),
          BYTES);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
