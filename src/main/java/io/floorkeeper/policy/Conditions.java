package io.floorkeeper.policy;

import java.util.List;
import java.util.Map;

/**
 * What a rule asks of a request; all that is given must hold. A request that does not say a number
 * meets no bound on it: a rule that could not be checked does not apply.
 *
 * @param roles names, any of which; empty: any role; so steps, collaborations and complexities
 * @param tags all of them must be on the request with these values
 */
public record Conditions(
    List<String> roles,
    List<String> steps,
    List<String> collaborations,
    List<String> complexities,
    Bounds inputTokens,
    Bounds tools,
    Bounds depth,
    Map<String, String> tags) {

  public Conditions {
    roles = List.copyOf(roles);
    steps = List.copyOf(steps);
    collaborations = List.copyOf(collaborations);
    complexities = List.copyOf(complexities);
    tags = Map.copyOf(tags);
  }

  /**
   * At least and at most, both included.
   *
   * @param least {@link #NO_LEAST} where there is none
   * @param most {@link #NO_MOST} where there is none
   */
  public record Bounds(long least, long most) {
    public static final long NO_LEAST = Long.MIN_VALUE;
    public static final long NO_MOST = Long.MAX_VALUE;
    public static final Bounds NONE = new Bounds(NO_LEAST, NO_MOST);

    boolean hold(Number value) {
      return least == NO_LEAST && most == NO_MOST
          || value != null && value.longValue() >= least && value.longValue() <= most;
    }
  }

  /**
   * Whether they hold of a request; null stands for what it does not say. Allocates nothing.
   *
   * @param role as the request names it, {@code policyRole} the one that answers for it
   */
  public boolean hold(
      String role,
      String policyRole,
      String step,
      String collaboration,
      String complexity,
      Long inputTokenCount,
      Integer toolCount,
      Integer taskDepth,
      Map<String, String> given) {
    return (roles.isEmpty() || roles.contains(role) || roles.contains(policyRole))
        && anyOf(steps, step)
        && anyOf(collaborations, collaboration)
        && anyOf(complexities, complexity)
        && inputTokens.hold(inputTokenCount)
        && tools.hold(toolCount)
        && depth.hold(taskDepth)
        && Pins.tagsMatch(tags, given);
  }

  private static boolean anyOf(List<String> wanted, String given) {
    return wanted.isEmpty() || given != null && wanted.contains(given);
  }
}
