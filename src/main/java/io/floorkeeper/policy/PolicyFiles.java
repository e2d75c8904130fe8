package io.floorkeeper.policy;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * A policy in a file, or in a folder of files that are one policy together: all {@code *.yaml},
 * {@code *.yml} and {@code *.json} of it, in the order of their names, those that start with a dot
 * left out (a mounted ConfigMap swaps what it shows by links of such names).
 */
public final class PolicyFiles {
  private static final List<String> ENDINGS = List.of(".yaml", ".yml", ".json");
  private static final int MOST_BYTES = 4 << 20;
  private static final int MOST_BYTES_OF_A_FILE = DocumentParser.MOST_BYTES;

  private final Path path;
  private final boolean folder;
  private final SortedMap<String, byte[]> contents;

  private PolicyFiles(Path path, boolean folder, SortedMap<String, byte[]> contents) {
    this.path = path;
    this.folder = folder;
    this.contents = contents;
  }

  /**
   * What is there now.
   *
   * @throws IOException where it is not, is no file or folder (a pipe, a device), is too large, or
   *     cannot be read
   */
  public static PolicyFiles look(Path path) throws IOException {
    SortedMap<String, byte[]> contents = new TreeMap<>();
    boolean folder = Files.isDirectory(path);
    if (!folder) {
      contents.put(path.getFileName().toString(), bytes(path));
      return new PolicyFiles(path, false, contents);
    }
    try (Stream<Path> all = Files.list(path)) {
      long bytes = 0;
      for (Path file : all.filter(PolicyFiles::isPart).sorted(Comparator.naturalOrder()).toList()) {
        byte[] content = bytes(file);
        bytes += content.length;
        if (bytes > MOST_BYTES) {
          throw new IOException("the files of " + path + " are larger than 4 MiB together");
        }
        contents.put(file.getFileName().toString(), content);
      }
    } catch (UncheckedIOException e) { // while the folder is listed
      throw e.getCause();
    }
    return new PolicyFiles(path, true, contents);
  }

  /** Looks before it reads: a pipe would block for ever, and a device has no end. */
  private static byte[] bytes(Path file) throws IOException {
    if (!Files.exists(file)) {
      throw new NoSuchFileException(file.toString());
    }
    if (!Files.isRegularFile(file)) {
      throw new IOException(file + " is no regular file");
    }
    try (InputStream stream = Files.newInputStream(file)) {
      byte[] content = stream.readNBytes(MOST_BYTES_OF_A_FILE + 1);
      if (content.length > MOST_BYTES_OF_A_FILE) {
        throw new IOException(file + " is larger than 1 MiB");
      }
      return content;
    }
  }

  private static boolean isPart(Path file) {
    String name = file.getFileName().toString();
    return !name.startsWith(".")
        && ENDINGS.stream().anyMatch(name::endsWith)
        && Files.isRegularFile(file);
  }

  /** Changes with any name or byte of it. */
  public String digest() {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-256");
      for (Map.Entry<String, byte[]> file : contents.entrySet()) {
        digest.update(file.getKey().getBytes(StandardCharsets.UTF_8));
        digest.update((byte) 0);
        digest.update(ByteBuffer.allocate(4).putInt(file.getValue().length).array());
        digest.update(file.getValue());
      }
      return HexFormat.of().formatHex(digest.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  /** The names of its files. */
  Set<String> names() {
    return contents.keySet();
  }

  /** Its name without the path to it, for authors of versions. */
  public String name() {
    Path name = path.getFileName();
    return name == null ? path.toString() : name.toString(); // of the root
  }

  /**
   * The one document that it is; of a folder, what its files say together.
   *
   * @throws InvalidPolicyException where they cannot be one, with the names of the files
   */
  public String document() {
    if (!folder) {
      return text(path.toString(), contents.get(contents.firstKey()));
    }
    return folder().document();
  }

  /**
   * The policy that it describes.
   *
   * @throws InvalidPolicyException with all findings; those of a folder name the file
   */
  public Policy policy() {
    return folder ? folder().policy() : PolicyReader.read(document(), path.toString());
  }

  private PolicyFolder folder() {
    SortedMap<String, String> texts = new TreeMap<>();
    contents.forEach((name, bytes) -> texts.put(name, text(name, bytes)));
    return PolicyFolder.of(path.toString(), texts);
  }

  private static String text(String name, byte[] bytes) {
    try {
      return text(bytes);
    } catch (CharacterCodingException e) {
      throw new InvalidPolicyException(List.of(new Finding(name, "is not text in UTF-8")));
    }
  }

  /** Text in UTF-8, as the bytes of a document are. */
  static String text(byte[] bytes) throws CharacterCodingException {
    return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
  }
}
