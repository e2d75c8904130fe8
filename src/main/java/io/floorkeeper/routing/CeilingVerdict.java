package io.floorkeeper.routing;

import io.floorkeeper.posterior.RoleSpend;
import java.util.List;
import java.util.Locale;

/**
 * What spend ceilings had to do with one choice; {@link SpendCeilings} makes it.
 *
 * @param reached which ceilings, bits of {@link SpendCeilings}
 * @param candidate that answers
 * @param floorYields whether it is taken although nobody has proven that it keeps the floor
 * @param otherwise candidate that would have answered
 * @param otherwiseFrom the allocation that it was drawn from; null: nothing was drawn
 * @param budgetUsdPerTask that the allocation had to be paid from; NaN: none bound
 */
record CeilingVerdict(
    Outcome outcome,
    int reached,
    RoleSpend spend,
    String runId,
    int candidate,
    boolean floorYields,
    int otherwise,
    Reason otherwiseReason,
    MaskAllocation otherwiseFrom,
    double budgetUsdPerTask) {

  /** What was made of it. */
  enum Outcome {
    /** A cheaper arm answers. */
    LOWERED,
    /** The floor comes first, and no cheaper arm is proven to keep it. */
    FLOOR_FIRST,
    /** No cheaper arm is eligible. */
    NOTHING_CHEAPER,
    /** It is told and changes nothing, as the policy says. */
    ALERTED,
    /** Not reached yet: the allocation is the best that the rest of the day's budget pays for. */
    PACED;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  private static final List<String> BUDGET = List.of("budget_day", "floor_yielded");

  /** By {@link #reached} and what came of it: none is made per call. */
  private static final List<List<List<String>>> LISTS =
      List.of(told(), told("ceiling_day"), told("ceiling_run"), told("ceiling_day", "ceiling_run"));

  private static List<List<String>> told(String... reached) {
    List<String> alone = List.of(reached);
    return List.of(alone, and(alone, "floor_first"), and(alone, "floor_yielded"));
  }

  private static List<String> and(List<String> some, String another) {
    return java.util.stream.Stream.concat(some.stream(), java.util.stream.Stream.of(another))
        .toList();
  }

  /** Whether what a pool has drawn may give way to another arm. */
  boolean acts() {
    return outcome != Outcome.ALERTED && outcome != Outcome.PACED;
  }

  /** Whether the answer is another than it would have been. */
  boolean lowered() {
    return outcome == Outcome.LOWERED;
  }

  /** What an answer says of it. */
  List<String> constraints() {
    if (outcome == Outcome.PACED) {
      return BUDGET;
    }
    return LISTS.get(reached).get(outcome == Outcome.FLOOR_FIRST ? 1 : floorYields ? 2 : 0);
  }
}
