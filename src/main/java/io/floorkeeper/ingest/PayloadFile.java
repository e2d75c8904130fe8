package io.floorkeeper.ingest;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.GZIPInputStream;

/**
 * The payloads that a file holds, whoever wrote it: one batch as it is; a batch on each line, as a
 * console consumer prints a topic of JSON and as the Collector's file exporter writes; or on each
 * line an object with the batch as text in {@code payload}, as kcat writes with {@code -J}. Any of
 * them may be packed with gzip. Several batches of protobuf one after the other are one.
 */
public final class PayloadFile {
  private static final ObjectMapper JSON = new ObjectMapper();

  private PayloadFile() {}

  /**
   * @throws IOException where it says that it is gzip, and is not
   */
  public static List<byte[]> payloads(byte[] file) throws IOException {
    byte[] plain = unpacked(file);
    if (plain.length == 0 || !isLines(plain)) {
      return List.of(plain);
    }
    List<byte[]> payloads = new ArrayList<>();
    new String(plain, StandardCharsets.UTF_8)
        .lines()
        .filter(line -> !line.isBlank())
        .forEach(line -> payloads.add(payload(line)));
    return payloads;
  }

  private static byte[] unpacked(byte[] file) throws IOException {
    if (file.length < 2 || file[0] != 0x1F || file[1] != (byte) 0x8B) {
      return file;
    }
    try (GZIPInputStream in = new GZIPInputStream(new ByteArrayInputStream(file))) {
      return in.readAllBytes();
    }
  }

  /** Whether the first line is a JSON object by itself. */
  private static boolean isLines(byte[] file) {
    int end = 0;
    while (end < file.length && file[end] != '\n') {
      end++;
    }
    return file[0] == '{' && tree(new String(file, 0, end, StandardCharsets.UTF_8)) != null;
  }

  private static byte[] payload(String line) {
    JsonNode tree = tree(line);
    JsonNode wrapped = tree == null ? null : tree.get("payload");
    String text = wrapped != null && wrapped.isTextual() ? wrapped.textValue() : line;
    return text.getBytes(StandardCharsets.UTF_8);
  }

  /** Null: it is no JSON object. */
  private static JsonNode tree(String text) {
    try {
      JsonNode tree = JSON.readTree(text);
      return tree != null && tree.isObject() ? tree : null;
    } catch (IOException e) {
      return null;
    }
  }
}
