package io.floorkeeper.platform;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermissions;

/**
 * The folder that the embedded PostgreSQL and Kafka keep their data in, held by at most one process
 * at a time. Whoever holds it may treat everything below it as its own, a PostgreSQL left running
 * by a killed process included.
 *
 * <p>The lock is the operating system's on {@code floorkeeper.lock}, so it goes with the process
 * however that ends; the file stays, because to delete it would let two processes lock two files of
 * one name. Such a lock belongs to the process, not to the object: do not open one folder twice in
 * one JVM (the second attempt is refused, but may release the lock of the first).
 */
public final class DataFolder implements Closeable {

  /** The setting that names the folder; also the environment variable FLOORKEEPER_DATA_FOLDER. */
  public static final String SETTING = "floorkeeper.data-folder";

  /** The folder when no setting names one, below the working directory. */
  public static final String DEFAULT = ".floorkeeper";

  private static final String LOCK_FILE = "floorkeeper.lock";

  /** Far behind the written process id: where locks are mandatory, it can still be read. */
  private static final long LOCKED_BYTE = 1L << 30;

  private final Path path;
  private final FileChannel channel;
  private final FileLock lock;

  private DataFolder(Path path, FileChannel channel, FileLock lock) {
    this.path = path;
    this.channel = channel;
    this.lock = lock;
  }

  /** The folder that the settings name, absolute. */
  public static Path configured(Settings settings) {
    return Path.of(settings.find(SETTING).orElse(DEFAULT)).toAbsolutePath().normalize();
  }

  /**
   * Creates the folder, readable by its owner only, where it does not exist, and holds it until
   * {@link #close()} or the end of the process.
   *
   * @throws StartRefusedException another process holds it, or it cannot be created or written
   */
  public static DataFolder open(Path folder) {
    Path path = folder.toAbsolutePath().normalize();
    try {
      createPrivately(path);
      FileChannel channel =
          FileChannel.open(
              path.resolve(LOCK_FILE),
              StandardOpenOption.CREATE,
              StandardOpenOption.READ,
              StandardOpenOption.WRITE);
      FileLock lock = tryLock(channel);
      if (lock == null) {
        String holder = readHolder(channel);
        channel.close();
        throw inUse(path, holder);
      }
      writeHolder(channel, Long.toString(ProcessHandle.current().pid()));
      return new DataFolder(path, channel, lock);
    } catch (IOException e) {
      throw new StartRefusedException(
          "Cannot use the data folder "
              + path
              + ": "
              + e
              + "\nName another with --data-folder or FLOORKEEPER_DATA_FOLDER.",
          e);
    }
  }

  /** Where the folder is. */
  public Path path() {
    return path;
  }

  /** Lets the next process have the folder. */
  @Override
  public void close() throws IOException {
    if (channel.isOpen()) {
      writeHolder(channel, "");
      lock.release();
      channel.close();
    }
  }

  /** Creates a folder that only its owner can enter; one that exists stays as it is. */
  static void createPrivately(Path folder) throws IOException {
    if (Files.isDirectory(folder)) {
      return;
    }
    Files.createDirectories(folder);
    restrict(folder, "rwx------");
  }

  /** Sets the permissions where the file system knows such. */
  static void restrict(Path file, String permissions) throws IOException {
    if (Files.getFileAttributeView(file, PosixFileAttributeView.class) != null) {
      Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(permissions));
    }
  }

  private static FileLock tryLock(FileChannel channel) throws IOException {
    try {
      return channel.tryLock(LOCKED_BYTE, 1, false);
    } catch (OverlappingFileLockException e) {
      return null;
    }
  }

  private static StartRefusedException inUse(Path path, String holder) {
    String by = holder.isEmpty() ? "another process" : "process " + holder;
    return new StartRefusedException(
        "The data folder "
            + path
            + " is in use by "
            + by
            + ".\n"
            + "Two copies cannot share one folder: stop that process, or give this one a folder and"
            + " ports of its own:\n"
            + "  FLOORKEEPER_DATA_FOLDER (or --data-folder, or -D"
            + SETTING
            + ")\n"
            + "  -D"
            + EmbeddedPlatform.POSTGRES_PORT
            + ", -D"
            + EmbeddedPlatform.KAFKA_PORT
            + ", --port",
        StartRefusedException.EXIT_CODE_FOLDER_IN_USE,
        null);
  }

  private static String readHolder(FileChannel channel) throws IOException {
    ByteBuffer bytes = ByteBuffer.allocate(32);
    channel.read(bytes, 0);
    return new String(bytes.array(), 0, bytes.position(), StandardCharsets.US_ASCII).strip();
  }

  private static void writeHolder(FileChannel channel, String holder) throws IOException {
    channel.truncate(0);
    channel.write(ByteBuffer.wrap(holder.getBytes(StandardCharsets.US_ASCII)), 0);
    channel.force(true);
  }
}
