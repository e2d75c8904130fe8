package io.floorkeeper.platform;

/** Exceptions in one line. */
public final class Causes {
  private Causes() {}

  /** The innermost cause, by class and first line of its message. */
  public static String briefly(Throwable thrown) {
    Throwable cause = thrown;
    while (cause.getCause() != null && cause.getCause() != cause) {
      cause = cause.getCause();
    }
    String message = cause.getMessage();
    String line = message == null ? "" : message.lines().findFirst().orElse("");
    return cause.getClass().getSimpleName() + (line.isEmpty() ? "" : ": " + line);
  }
}
