package io.floorkeeper.platform;

/**
 * The process cannot start, and the reader can do something about it: the message says what is
 * wrong and which setting to change, so it is shown alone, without a stack trace.
 */
public final class StartRefusedException extends RuntimeException {

  private static final long serialVersionUID = 1L;

  /** Something in the surroundings is in the way: a taken port, a folder that cannot be written. */
  public static final int EXIT_CODE_REFUSED = 1;

  /** Another copy works on the same data folder. */
  public static final int EXIT_CODE_FOLDER_IN_USE = 3;

  private final int exitCode;

  public StartRefusedException(String message) {
    this(message, EXIT_CODE_REFUSED, null);
  }

  public StartRefusedException(String message, Throwable cause) {
    this(message, EXIT_CODE_REFUSED, cause);
  }

  StartRefusedException(String message, int exitCode, Throwable cause) {
    super(message, cause);
    this.exitCode = exitCode;
  }

  /** The exit code of a process that stops for this reason. */
  public int exitCode() {
    return exitCode;
  }
}
