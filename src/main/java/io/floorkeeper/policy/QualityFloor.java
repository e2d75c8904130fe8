package io.floorkeeper.policy;

/**
 * The quality below which a role must not be served.
 *
 * @param kind ABSOLUTE: {@code value} is the quality itself; RELATIVE_TO_REFERENCE: a share of the
 *     strongest eligible arm's quality
 * @param value in (0, 1), or (0, 1] where relative
 * @param scope PER_ARM: no arm that the evidence refutes is used beyond bounded exploration; ROLE:
 *     the mixture must clear the floor
 * @param confidence 1 - delta of the bounds that prove and refute, in (0.5, 1)
 */
public record QualityFloor(Kind kind, double value, Scope scope, double confidence) {

  public enum Kind {
    ABSOLUTE,
    RELATIVE_TO_REFERENCE
  }

  public enum Scope {
    PER_ARM,
    ROLE
  }
}
