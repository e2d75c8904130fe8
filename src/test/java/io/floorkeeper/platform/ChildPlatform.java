package io.floorkeeper.platform;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * A JVM of its own that starts the embedded parts on a folder and keeps them until it is killed.
 */
final class ChildPlatform implements AutoCloseable {

  private static final String READY = "ready";

  private final Process process;

  private ChildPlatform(Process process) {
    this.process = process;
  }

  /** What the child runs. Exits as the service would when the start is refused. */
  public static void main(String... arguments) throws InterruptedException {
    try {
      EmbeddedPlatform.start(Path.of(arguments[0]), EmbeddedPlatform.Options.onFreePorts());
    } catch (StartRefusedException e) {
      System.out.println(e.getMessage());
      System.exit(e.exitCode());
    }
    System.out.println(READY);
    Thread.currentThread().join();
  }

  /** Starts a child; what it prints is found in the file {@code output}. */
  static ChildPlatform start(Path folder, Path output) throws IOException {
    List<String> command =
        List.of(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "-Xmx512m",
            "-Djava.util.logging.manager=org.jboss.logmanager.LogManager",
            "-cp",
            System.getProperty("java.class.path"),
            ChildPlatform.class.getName(),
            folder.toString());
    return new ChildPlatform(
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start());
  }

  static boolean isReady(String output) {
    return output.lines().anyMatch(READY::equals);
  }

  long pid() {
    return process.pid();
  }

  int exitCode() throws InterruptedException {
    if (!process.waitFor(60, TimeUnit.SECONDS)) {
      throw new AssertionError("the child is still running");
    }
    return process.exitValue();
  }

  @Override
  public void close() {
    kill();
  }

  /** SIGKILL: nothing in the child gets to clean up. */
  void kill() {
    process.destroyForcibly().onExit().join();
  }
}
