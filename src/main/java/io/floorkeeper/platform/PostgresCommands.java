package io.floorkeeper.platform;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/**
 * Runs PostgreSQL's programs. They refuse to work for root; for root each runs in a user namespace
 * of its own, in which root is nobody in particular but still owns its files.
 */
final class PostgresCommands {

  private static final long TIMEOUT_SECONDS = 120;
  private static final int SHOWN_LOG_CHARACTERS = 1500;

  private final PostgresBinaries binaries;
  private final Path output;
  private final List<String> prefix;

  /**
   * @param output receives what the last program printed
   */
  PostgresCommands(PostgresBinaries binaries, Path output) throws IOException {
    this.binaries = binaries;
    this.output = output;
    this.prefix = prefix();
  }

  /** Runs a program to its end; whether it ended well. */
  boolean succeeds(String program, List<String> arguments) throws IOException {
    List<String> command = new ArrayList<>(prefix);
    command.add(binaries.program(program).toString());
    command.addAll(arguments);
    return run(command, ProcessBuilder.Redirect.to(output.toFile())) == 0;
  }

  /** What the last program printed. */
  String printed() {
    return tail(output);
  }

  /** The end of a log file. */
  static String tail(Path log) {
    try {
      String text = new String(Files.readAllBytes(log), Charset.defaultCharset()).strip();
      return text.substring(Math.max(0, text.length() - SHOWN_LOG_CHARACTERS));
    } catch (IOException e) {
      return "";
    }
  }

  private static List<String> prefix() throws IOException {
    if (!isRoot()) {
      return List.of();
    }
    List<String> unshare = List.of("unshare", "--user");
    List<String> probe = new ArrayList<>(unshare);
    probe.add("true");
    if (!canRun(probe)) {
      throw new StartRefusedException(
          "PostgreSQL does not run as root, and this system does not let root step aside"
              + " (`unshare --user` fails, as in a container without that right).\n"
              + "Start Floorkeeper as an ordinary user. "
              + EmbeddedDatabase.USE_YOUR_OWN);
    }
    return unshare;
  }

  /** By the owner of a process of our own: a user name may be anything, root's included. */
  private static boolean isRoot() {
    Optional<String> user = ProcessHandle.current().info().user();
    return !PostgresBinaries.isWindows()
        && user.orElse(System.getProperty("user.name")).equals("root");
  }

  private static boolean canRun(List<String> command) throws InterruptedIOException {
    try {
      return run(command, ProcessBuilder.Redirect.DISCARD) == 0;
    } catch (InterruptedIOException e) {
      throw e;
    } catch (IOException e) {
      return false;
    }
  }

  private static int run(List<String> command, ProcessBuilder.Redirect output) throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output);
    Map<String, String> environment = builder.environment();
    // Neither a PGPORT or PGDATA meant for another server nor a locale this machine lacks counts.
    environment.keySet().removeIf(name -> name.startsWith("PG") || name.startsWith("LC_"));
    environment.put("LC_ALL", "C");
    Process process = builder.start();
    try {
      process.getOutputStream().close();
      if (!process.waitFor(TIMEOUT_SECONDS, TimeUnit.SECONDS)) {
        process.destroyForcibly();
        throw new IOException(command + " did not end in " + TIMEOUT_SECONDS + " s");
      }
      return process.exitValue();
    } catch (InterruptedException e) {
      process.destroyForcibly();
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while running " + command);
    }
  }
}
