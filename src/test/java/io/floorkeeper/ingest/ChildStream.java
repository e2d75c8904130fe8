package io.floorkeeper.ingest;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** A stream in a JVM of its own, which reads slowly until it is killed. */
final class ChildStream implements AutoCloseable {
  static final String READER = "child";
  private static final String PREFIX = "STREAM_";

  private final Process process;

  private ChildStream(Process process) {
    this.process = process;
  }

  /** What the child runs. */
  public static void main(String... arguments) throws Exception {
    Map<String, String> settings = new java.util.HashMap<>();
    System.getenv()
        .forEach(
            (name, value) -> {
              if (name.startsWith(PREFIX)) {
                settings.put(name.substring(PREFIX.length()), value);
              }
            });
    try (StreamParts parts = new StreamParts(settings)) {
      parts.stream(arguments[0], 20, StreamParts.applyingSlowly(READER), false).run();
    }
  }

  /** Starts a child; what it prints is found in the file {@code output}. */
  static ChildStream start(Map<String, String> settings, String topic, Path output)
      throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder(
                List.of(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "-Xmx256m",
                    "-Djava.util.logging.manager=org.jboss.logmanager.LogManager",
                    "-cp",
                    System.getProperty("java.class.path"),
                    ChildStream.class.getName(),
                    topic))
            .redirectErrorStream(true)
            .redirectOutput(output.toFile());
    settings.forEach((name, value) -> builder.environment().put(PREFIX + name, value));
    return new ChildStream(builder.start());
  }

  /** SIGKILL: nothing in the child gets to clean up. */
  void kill() {
    process.destroyForcibly().onExit().join();
  }

  @Override
  public void close() {
    kill();
  }
}
