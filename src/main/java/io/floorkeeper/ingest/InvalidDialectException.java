package io.floorkeeper.ingest;

/** A dialect's document that cannot be used; says which, where and why. */
public final class InvalidDialectException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public InvalidDialectException(String origin, String path, String message) {
    super(origin + (path.isEmpty() ? ": " : ": " + path + ": ") + message);
  }
}
