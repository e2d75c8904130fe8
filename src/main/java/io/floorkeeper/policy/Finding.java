package io.floorkeeper.policy;

/**
 * Something wrong in a policy document.
 *
 * @param path where, as in {@code roles.worker.floor.quality}; the name of the source, where its
 *     text cannot be read; empty, where it is about the other findings
 * @param message what, and what would be right
 */
public record Finding(String path, String message) {
  @Override
  public String toString() {
    return path.isEmpty() ? message : path + ": " + message;
  }
}
