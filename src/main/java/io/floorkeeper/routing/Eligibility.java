package io.floorkeeper.routing;

import io.floorkeeper.platform.Problem;
import io.floorkeeper.policy.Pin;
import io.floorkeeper.policy.Policy;
import io.floorkeeper.policy.Tier;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * Which arms a request leaves: pins, minimum tier, cost and latency ceilings. Pure.
 *
 * <p>Pins fail closed. The other constraints bend where they leave nothing, in this order, and say
 * so: a ceiling that no arm meets leaves the cheapest (or fastest) arm, a minimum tier that no arm
 * meets leaves the strongest.
 */
final class Eligibility {

  /**
   * @param mask bit k: candidate k may be used; never 0
   * @param constraints what narrowed it, in the order in which it did
   * @param pinned whether a pin did
   */
  record Eligible(long mask, List<String> constraints, boolean pinned) {}

  private Eligibility() {}

  /**
   * @throws Problem.Unprocessable {@code pin_unmet} where the pins leave nothing
   * @throws Problem.BadRequest where {@code min_tier} is no tier of the policy
   */
  static Eligible of(RouteRequest request, RoleRoutes routes, Policy policy) {
    List<ArmView> arms = routes.arms();
    long mask = routes.fullMask();
    if (policy.pins().isEmpty() && unconstrained(request, routes)) {
      return new Eligible(mask, List.of(), false);
    }
    List<String> constraints = new ArrayList<>(2);
    boolean pinned = false;
    for (Pin pin : policy.pins()) {
      if (matches(pin, request, routes)) {
        long allowed = 0;
        for (int k = 0; k < arms.size(); k++) {
          if (pin.models().contains(arms.get(k).arm().model().name())) {
            allowed |= 1L << k;
          }
        }
        if ((mask & allowed) != mask) {
          constraints.add("pin:" + pin.name());
          pinned = true;
        }
        mask &= allowed;
        if (mask == 0) {
          throw new Problem.Unprocessable(
              "pin_unmet",
              "role",
              "no candidate of role '"
                  + routes.policy().name()
                  + "' is a model that pin '"
                  + pin.name()
                  + "' allows");
        }
      }
    }
    mask = minTier(request, policy, arms, mask, constraints);
    mask = latency(request, routes, mask, constraints);
    mask = cost(request, routes, mask, constraints);
    return new Eligible(mask, List.copyOf(constraints), pinned);
  }

  private static boolean unconstrained(RouteRequest request, RoleRoutes routes) {
    return request.minTier() == null
        && request.maxCostUsd() == null
        && request.maxLatencyMs() == null
        && routes.policy().ceiling().costUsdPerCall().isEmpty()
        && routes.policy().ceiling().p95Latency().isEmpty();
  }

  private static boolean matches(Pin pin, RouteRequest request, RoleRoutes routes) {
    return (pin.role().isEmpty()
            || pin.role().get().equals(request.role())
            || pin.role().get().equals(routes.policy().name()))
        && (pin.dataClass().isEmpty() || isClass(pin.dataClass().get(), request.dataClass()))
        && (pin.tenant().isEmpty() || pin.tenant().get().equals("default"))
        && tagsMatch(pin.tags(), request.tags());
  }

  /** Spelling must not open a pin. */
  private static boolean isClass(String pinned, String given) {
    return given != null && pinned.equalsIgnoreCase(given.strip());
  }

  private static boolean tagsMatch(Map<String, String> wanted, Map<String, String> given) {
    for (Map.Entry<String, String> tag : wanted.entrySet()) {
      if (given == null || !tag.getValue().equals(given.get(tag.getKey()))) {
        return false;
      }
    }
    return true;
  }

  private static long minTier(
      RouteRequest request,
      Policy policy,
      List<ArmView> arms,
      long mask,
      List<String> constraints) {
    if (request.minTier() == null) {
      return mask;
    }
    int least = tierIndex(policy, request.minTier());
    long kept = 0;
    for (int k = 0; k < arms.size(); k++) {
      if ((mask & 1L << k) != 0 && arms.get(k).arm().tierIndex() >= least) {
        kept |= 1L << k;
      }
    }
    if (kept == 0) {
      constraints.add("min_tier_unmet");
      return Long.highestOneBit(mask);
    }
    if (kept != mask) {
      constraints.add("min_tier");
    }
    return kept;
  }

  private static int tierIndex(Policy policy, String name) {
    List<Tier> tiers = policy.tiers();
    for (int i = 0; i < tiers.size(); i++) {
      if (tiers.get(i).name().equals(name)) {
        return i;
      }
    }
    throw Problem.BadRequest.field(
        "unknown_tier",
        "min_tier",
        "must be one of " + tiers.stream().map(Tier::name).toList() + ", the policy's tiers");
  }

  private static long latency(
      RouteRequest request, RoleRoutes routes, long mask, List<String> constraints) {
    double most = Double.POSITIVE_INFINITY;
    if (request.maxLatencyMs() != null) {
      most = request.maxLatencyMs();
    }
    if (routes.policy().ceiling().p95Latency().isPresent()) {
      most = Math.min(most, routes.policy().ceiling().p95Latency().get().toMillis());
    }
    if (most == Double.POSITIVE_INFINITY) {
      return mask;
    }
    long kept = 0;
    int fastest = -1;
    for (int k = 0; k < routes.arms().size(); k++) {
      if ((mask & 1L << k) != 0) {
        double p95 = routes.arms().get(k).p95LatencyMillis();
        if (!(p95 > most)) { // an arm that was never seen is given its chance
          kept |= 1L << k;
        }
        if (fastest < 0 || p95 < routes.arms().get(fastest).p95LatencyMillis()) {
          fastest = k;
        }
      }
    }
    return narrowed("latency", mask, kept, fastest, constraints);
  }

  private static long cost(
      RouteRequest request, RoleRoutes routes, long mask, List<String> constraints) {
    double most = Double.POSITIVE_INFINITY;
    if (request.maxCostUsd() != null) {
      most = request.maxCostUsd();
    }
    if (routes.policy().ceiling().costUsdPerCall().isPresent()) {
      most = Math.min(most, routes.policy().ceiling().costUsdPerCall().get().doubleValue());
    }
    if (most == Double.POSITIVE_INFINITY) {
      return mask;
    }
    long kept = 0;
    int cheapest = -1;
    for (int k = 0; k < routes.arms().size(); k++) {
      if ((mask & 1L << k) != 0) {
        double costUsd = routes.arms().get(k).belief().cost().meanUsd();
        // What an unpriced arm costs is not known: it cannot be said to meet a ceiling.
        if (routes.arms().get(k).costKnown() && costUsd <= most) {
          kept |= 1L << k;
        }
        if (cheapest < 0 || costUsd < routes.arms().get(cheapest).belief().cost().meanUsd()) {
          cheapest = k;
        }
      }
    }
    return narrowed("ceiling", mask, kept, cheapest, constraints);
  }

  private static long narrowed(
      String name, long mask, long kept, int nearest, List<String> constraints) {
    if (kept == 0) {
      constraints.add(name + "_unmet");
      return 1L << nearest;
    }
    if (kept != mask) {
      constraints.add(name);
    }
    return kept;
  }
}
