package io.floorkeeper.platform;

import io.zonky.test.db.postgres.embedded.DefaultPostgresBinaryResolver;
import java.io.BufferedInputStream;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.tukaani.xz.XZInputStream;

/**
 * The PostgreSQL programs that travel in the jar, unpacked where they can be executed. An archive
 * is unpacked once: its folder is named by its digest and appears only when it is complete.
 */
final class PostgresBinaries {

  private final Path home;

  private PostgresBinaries(Path home) {
    this.home = home;
  }

  /** Unpacks the programs of this machine's kind below {@code folder} where they are not yet. */
  static PostgresBinaries in(Path folder) throws IOException {
    byte[] archive = archive();
    Path home = folder.resolve(digest(archive));
    if (!Files.isDirectory(home)) {
      DataFolder.createPrivately(folder);
      Path unfinished = folder.resolve("unfinished");
      deleteTree(unfinished);
      unpack(archive, unfinished);
      Files.move(unfinished, home, StandardCopyOption.ATOMIC_MOVE);
    }
    return new PostgresBinaries(home);
  }

  /** The path of a program: {@code initdb}, {@code pg_ctl} or {@code postgres}. */
  Path program(String name) {
    return home.resolve("bin").resolve(isWindows() ? name + ".exe" : name);
  }

  static boolean isWindows() {
    return operatingSystem().equals("Windows");
  }

  static void deleteTree(Path root) throws IOException {
    if (!Files.exists(root)) {
      return;
    }
    try (Stream<Path> paths = Files.walk(root)) {
      for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }

  private static byte[] archive() throws IOException {
    String architecture = System.getProperty("os.arch");
    String machine = architecture.equals("amd64") ? "x86_64" : architecture;
    try (InputStream in =
        DefaultPostgresBinaryResolver.INSTANCE.getPgBinary(operatingSystem(), machine)) {
      return in.readAllBytes();
    } catch (IllegalStateException e) {
      throw new StartRefusedException(
          "This build carries no PostgreSQL for "
              + operatingSystem()
              + " on "
              + machine
              + ".\n"
              + EmbeddedDatabase.USE_YOUR_OWN,
          e);
    }
  }

  private static String operatingSystem() {
    String name = System.getProperty("os.name").toLowerCase(Locale.ROOT);
    if (name.startsWith("windows")) {
      return "Windows";
    }
    return name.startsWith("mac") ? "Darwin" : "Linux";
  }

  private static String digest(byte[] archive) {
    try {
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(archive);
      return HexFormat.of().formatHex(digest, 0, 8);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e);
    }
  }

  private static void unpack(byte[] archive, Path target) throws IOException {
    try (TarArchiveInputStream tar =
        new TarArchiveInputStream(
            new BufferedInputStream(
                new XZInputStream(new ByteArrayInputStream(archive)), 1 << 16))) {
      for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
        unpack(tar, entry, target);
      }
    }
  }

  private static void unpack(TarArchiveInputStream tar, TarArchiveEntry entry, Path target)
      throws IOException {
    Path path = target.resolve(entry.getName()).normalize();
    if (!path.startsWith(target)) {
      throw new IOException("The archive names a path outside of it: " + entry.getName());
    }
    if (entry.isDirectory()) {
      Files.createDirectories(path);
      return;
    }
    Files.createDirectories(path.getParent());
    if (entry.isSymbolicLink() || entry.isLink()) {
      Files.createSymbolicLink(path, Path.of(entry.getLinkName()));
      return;
    }
    Files.copy(tar, path);
    if (List.of("bin", "lib").contains(target.relativize(path).getName(0).toString())) {
      DataFolder.restrict(path, "rwxr-xr-x");
    }
  }
}
