package io.floorkeeper.platform;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;
import org.jboss.logging.Logger;

/**
 * What must survive a restart, in a file behind a line with its format and checksum: replaced
 * atomically, readable by its owner only. A file that cannot be believed is set aside, never used.
 */
public final class OwnerFile {
  private static final Logger LOG = Logger.getLogger(OwnerFile.class);

  private final Path path;
  private final String format;

  /**
   * @param format name and version of what the file holds: another one is not read
   */
  public OwnerFile(Path path, String format) {
    this.path = path.toAbsolutePath();
    this.format = format;
  }

  /** What makes something of the bytes; throws where it cannot. */
  public interface Parser<T> {
    T parse(byte[] bytes) throws IOException;
  }

  /** Replaces the content, or leaves the former one. */
  public void write(byte[] bytes) throws IOException {
    Files.createDirectories(path.getParent());
    // A name of its own: replicas that share a folder must not write into one another's file.
    Path fresh =
        Files.createTempFile(
            path.getParent(),
            path.getFileName().toString(),
            ".new",
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    try {
      Files.writeString(fresh, head(bytes) + "\n", StandardCharsets.US_ASCII);
      Files.write(fresh, bytes, StandardOpenOption.APPEND);
      try (FileChannel channel = FileChannel.open(fresh, StandardOpenOption.WRITE)) {
        channel.force(true);
      }
      Files.move(fresh, path, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } finally {
      Files.deleteIfExists(fresh); // gone already where all went well
    }
  }

  /** What an earlier run left; empty where there is nothing to be believed. */
  public <T> Optional<T> read(Parser<T> parser) {
    if (!Files.exists(path)) {
      return Optional.empty();
    }
    try {
      byte[] all = Files.readAllBytes(path);
      int end = 0;
      while (end < all.length && all[end] != '\n') {
        end++;
      }
      byte[] bytes = Arrays.copyOfRange(all, Math.min(end + 1, all.length), all.length);
      if (!new String(all, 0, end, StandardCharsets.US_ASCII).equals(head(bytes))) {
        throw new IOException("its checksum or format does not fit");
      }
      return Optional.of(parser.parse(bytes));
    } catch (IOException | RuntimeException e) { // whatever another version wrote
      setAside(e);
      return Optional.empty();
    }
  }

  private void setAside(Exception why) {
    Path aside = path.resolveSibling(path.getFileName() + ".unreadable");
    LOG.warnf(
        "the file %s is not used and set aside as %s: %s",
        path, aside.getFileName(), Causes.briefly(why));
    try {
      Files.move(path, aside, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException moveFailed) {
      LOG.warnf("it could not be set aside: %s", Causes.briefly(moveFailed));
    }
  }

  private String head(byte[] bytes) {
    try {
      return format
          + " "
          + HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
