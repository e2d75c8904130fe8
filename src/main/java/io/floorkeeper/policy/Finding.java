package io.floorkeeper.policy;

/**
 * Something wrong in a policy document.
 *
 * @param path where, as in {@code roles.worker.floor.quality}; the name of the source, where its
 *     text cannot be read; empty, where it is about the other findings
 * @param message what is wrong
 * @param suggestion what would be right
 */
public record Finding(String path, String message, String suggestion) {

  /** With what the published schema suggests. */
  public Finding(String path, String message) {
    this(path, message, Suggestions.of(path, message));
  }

  /** The same in one file of several. */
  Finding in(String file) {
    return at(path.isEmpty() ? file : file + ": " + path);
  }

  /** The same elsewhere. */
  Finding at(String anotherPath) {
    return new Finding(anotherPath, message, suggestion);
  }

  @Override
  public String toString() {
    return path.isEmpty() ? message : path + ": " + message;
  }
}
