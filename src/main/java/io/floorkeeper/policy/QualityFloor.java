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
 * @param ledgerConfidence with which a new role's calls, past and to come, keep the floor, in (0.5,
 *     1); 0: only the calls to come are looked at
 */
public record QualityFloor(
    Kind kind, double value, Scope scope, double confidence, double ledgerConfidence) {

  /** What holds where the document names none. */
  public static final Scope DEFAULT_SCOPE = Scope.ROLE;

  /** 1 - delta where the document names none. */
  public static final double DEFAULT_CONFIDENCE = .90;

  /** Of the ledger where the document names none. */
  public static final double DEFAULT_LEDGER_CONFIDENCE = .997;

  /** With the defaults of what is not given. */
  public static QualityFloor of(Kind kind, double value) {
    return new QualityFloor(
        kind, value, DEFAULT_SCOPE, DEFAULT_CONFIDENCE, DEFAULT_LEDGER_CONFIDENCE);
  }

  public enum Kind {
    ABSOLUTE,
    RELATIVE_TO_REFERENCE
  }

  public enum Scope {
    PER_ARM,
    ROLE
  }
}
