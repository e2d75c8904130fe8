package io.floorkeeper.ledger;

/**
 * Tokens of one call by what they are billed as: the kinds are disjoint but for {@code reasoning},
 * which is a part of {@code output} and kept for reports.
 */
public record Tokens(long input, long cacheRead, long cacheWrite, long output, long reasoning) {
  public static final Tokens NONE = new Tokens(0, 0, 0, 0, 0);

  /** All that is billed for. */
  public long billed() {
    return input + cacheRead + cacheWrite + output;
  }

  public Tokens minus(Tokens other) {
    return new Tokens(
        input - other.input,
        cacheRead - other.cacheRead,
        cacheWrite - other.cacheWrite,
        output - other.output,
        reasoning - other.reasoning);
  }

  public Tokens plus(Tokens other) {
    return new Tokens(
        input + other.input,
        cacheRead + other.cacheRead,
        cacheWrite + other.cacheWrite,
        output + other.output,
        reasoning + other.reasoning);
  }
}
