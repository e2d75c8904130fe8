package io.floorkeeper.bandit;

import java.util.Objects;

/**
 * The quality f below which a role must not be served.
 *
 * @param kind ABSOLUTE: f = value; RELATIVE: f = value * posterior mean of the reference arm
 * @param value in (0, 1), or (0, 1] where relative
 */
public record Floor(Kind kind, double value) {

  public enum Kind {
    ABSOLUTE,
    RELATIVE
  }

  public Floor {
    Objects.requireNonNull(kind, "kind");
    if (!(value > 0 && (value < 1 || kind == Kind.RELATIVE && value == 1))) {
      throw new IllegalArgumentException(
          "value of a floor must lie in (0, 1), or be 1 where it is relative: " + value);
    }
  }

  public static Floor absolute(double quality) {
    return new Floor(Kind.ABSOLUTE, quality);
  }

  public static Floor relative(double shareOfReference) {
    return new Floor(Kind.RELATIVE, shareOfReference);
  }
}
