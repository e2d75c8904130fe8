package io.floorkeeper.policy;

/**
 * Something wrong in a policy document.
 *
 * @param path where, as in {@code roles.worker.floor.quality}
 * @param message what, and what would be right
 */
public record Finding(String path, String message) {
  @Override
  public String toString() {
    return path + ": " + message;
  }
}
