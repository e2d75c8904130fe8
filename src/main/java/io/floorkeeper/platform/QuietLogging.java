package io.floorkeeper.platform;

import java.util.List;
import java.util.logging.Level;
import java.util.logging.Logger;
import java.util.stream.Stream;

/**
 * Keeps the embedded parts quiet until Quarkus configures logging: before that every logger of the
 * JVM is at its most talkative, which costs seconds and prints thousands of lines. A logger that
 * somebody has configured is left alone. To be held while it shall work: the logging system forgets
 * loggers that nobody holds.
 */
final class QuietLogging {

  private final List<Logger> loggers;

  private QuietLogging(List<Logger> loggers) {
    this.loggers = loggers;
  }

  static QuietLogging begin() {
    QuietLogging quiet =
        new QuietLogging(
            Stream.of(
                    "kafka",
                    "org.apache.kafka",
                    "state.change.logger",
                    "org.postgresql",
                    "io.zonky")
                .map(Logger::getLogger)
                .toList());
    for (Logger logger : quiet.loggers) {
      if (logger.getLevel() == null) {
        logger.setLevel(Level.WARNING);
      }
    }
    return quiet;
  }
}
