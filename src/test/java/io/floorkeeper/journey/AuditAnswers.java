package io.floorkeeper.journey;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;

/** What answers of the audit endpoints say. */
final class AuditAnswers {
  private AuditAnswers() {}

  static String sha256(String text) {
    try {
      return HexFormat.of()
          .formatHex(
              MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  static String hex(JsonNode answer) {
    return HexFormat.of()
        .formatHex(Base64.getUrlDecoder().decode(answer.path("decision_id").asText()));
  }

  static List<String> kinds(JsonNode proof) {
    return proof.at("/findings/by_kind").properties().stream().map(Map.Entry::getKey).toList();
  }

  static JsonNode finding(JsonNode proof, String kind) {
    for (JsonNode finding : proof.at("/findings/shown")) {
      if (finding.path("kind").asText().equals(kind)) {
        return finding;
      }
    }
    throw new AssertionError("no finding " + kind + ": " + proof);
  }
}
