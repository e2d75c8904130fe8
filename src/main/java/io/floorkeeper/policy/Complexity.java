package io.floorkeeper.policy;

/**
 * How hard a call looks from outside, by rules over what the request says of itself: for roles
 * whose name alone says too little. Free, and blind to the text.
 *
 * @param simple at most this much of everything that is said is {@code simple}
 * @param hard from this much of anything is {@code hard}; in between is {@code medium}
 */
public record Complexity(Marks simple, Marks hard) {
  public static final String SIMPLE = "simple";
  public static final String MEDIUM = "medium";
  public static final String HARD = "hard";

  /** Where the policy names no marks. */
  public static final Complexity DEFAULT =
      new Complexity(new Marks(1_000, 1, 1), new Marks(8_000, 6, 4));

  /** A size of a call. */
  public record Marks(long inputTokens, int tools, int depth) {}

  /** {@code simple}, {@code medium}, {@code hard}; null where the request says nothing. */
  public String of(Long inputTokens, Integer tools, Integer depth) {
    if (inputTokens == null && tools == null && depth == null) {
      return null;
    }
    if (inputTokens != null && inputTokens >= hard.inputTokens()
        || tools != null && tools >= hard.tools()
        || depth != null && depth >= hard.depth()) {
      return HARD;
    }
    boolean small =
        (inputTokens == null || inputTokens <= simple.inputTokens())
            && (tools == null || tools <= simple.tools())
            && (depth == null || depth <= simple.depth());
    return small ? SIMPLE : MEDIUM;
  }
}
