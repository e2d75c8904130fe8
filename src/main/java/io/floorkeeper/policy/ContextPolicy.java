package io.floorkeeper.policy;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * By what a role's requests are told apart: the collaboration, the tokens of the input, the
 * complexity. Their product is cut into buckets; evidence is kept by bucket from the first call.
 *
 * <p>A bucket is what its {@link #meaning} says and nothing else. Numbers hang on that text, so a
 * definition that changes keeps the numbers of the buckets that still mean the same, and gives new
 * ones to all others: evidence of different meaning never mixes.
 *
 * @param use whether the allocation may differ by bucket
 * @param collaborations names that requests say; all others, and none, are one more slot; empty:
 *     the collaboration is not looked at
 * @param inputTokenEdges ascending; each starts a range, which ends below the next; a request that
 *     does not say its tokens is one more slot; empty: tokens are not looked at
 * @param complexities as {@code collaborations}
 */
public record ContextPolicy(
    Use use, List<String> collaborations, List<Long> inputTokenEdges, List<String> complexities) {

  /** The most buckets that a role may have, the slots for what is not named included. */
  public static final int MOST_BUCKETS = 32;

  /** Tokens of a request that does not say them. */
  public static final long UNKNOWN_TOKENS = -1;

  /** OFF: buckets are counted only; ON: as soon as the role learns; AUTO: where it pays. */
  public enum Use {
    OFF,
    AUTO,
    ON
  }

  public ContextPolicy {
    collaborations = List.copyOf(collaborations);
    inputTokenEdges = List.copyOf(inputTokenEdges);
    complexities = List.copyOf(complexities);
  }

  /** How many buckets there are. Counted in long: what the validator refuses may be large. */
  public long size() {
    return (long) slots(collaborations) * tokenSlots() * slots(complexities);
  }

  private static int slots(List<String> names) {
    return names.isEmpty() ? 1 : names.size() + 1;
  }

  private int tokenSlots() {
    return inputTokenEdges.isEmpty() ? 1 : inputTokenEdges.size() + 2;
  }

  /**
   * The place of a request's bucket among {@link #meanings()}. Allocates nothing.
   *
   * @param collaboration null where the request says none; so complexity
   * @param inputTokens {@link #UNKNOWN_TOKENS} where it says none
   */
  public int slot(String collaboration, long inputTokens, String complexity) {
    return (place(collaborations, collaboration) * tokenSlots() + tokenPlace(inputTokens))
            * slots(complexities)
        + place(complexities, complexity);
  }

  /** Named ones in their order, then all others. */
  private static int place(List<String> names, String name) {
    for (int i = 0; i < names.size(); i++) {
      if (names.get(i).equals(name)) {
        return i;
      }
    }
    return names.isEmpty() ? 0 : names.size();
  }

  /** The ranges in their order, then the unknown. */
  private int tokenPlace(long inputTokens) {
    int edges = inputTokenEdges.size();
    if (inputTokens < 0) {
      return edges == 0 ? 0 : edges + 1;
    }
    int place = 0;
    while (place < edges && inputTokens >= inputTokenEdges.get(place)) {
      place++;
    }
    return place;
  }

  /** What each bucket holds, by slot. */
  public List<String> meanings() {
    List<String> meanings = new ArrayList<>();
    for (int slot = 0; slot < size(); slot++) {
      meanings.add(meaning(slot));
    }
    return meanings;
  }

  /**
   * Which requests a slot holds, in one canonical text: axes that are not looked at do not stand in
   * it, names are quoted and sorted, so that two texts are equal if and only if they hold the same
   * requests.
   */
  String meaning(int slot) {
    List<String> parts = new ArrayList<>();
    int complexity = slot % slots(complexities);
    int tokens = slot / slots(complexities) % tokenSlots();
    int collaboration = slot / slots(complexities) / tokenSlots();
    name("collaboration", collaborations, collaboration, parts);
    if (!inputTokenEdges.isEmpty()) {
      parts.add("input_tokens=" + range(tokens));
    }
    name("complexity", complexities, complexity, parts);
    return String.join(" ", parts);
  }

  private static void name(String axis, List<String> names, int place, List<String> parts) {
    if (!names.isEmpty()) {
      parts.add(
          axis
              + (place < names.size()
                  ? "=" + quoted(names.get(place))
                  : names.stream()
                      .sorted()
                      .map(ContextPolicy::quoted)
                      .collect(Collectors.joining(",", " not in [", "]"))));
    }
  }

  private String range(int place) {
    int edges = inputTokenEdges.size();
    if (place > edges) {
      return "unknown";
    }
    return (place == 0 ? 0 : inputTokenEdges.get(place - 1))
        + ".."
        + (place == edges ? "" : inputTokenEdges.get(place) - 1);
  }

  private static String quoted(String name) {
    return '"' + name.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
  }

  /** With another use. */
  public ContextPolicy withUse(Use another) {
    return new ContextPolicy(another, collaborations, inputTokenEdges, complexities);
  }
}
