package io.floorkeeper.routing;

import io.floorkeeper.platform.Caller;
import io.floorkeeper.platform.Problem;
import io.floorkeeper.policy.Pin;
import io.floorkeeper.policy.Pins;
import io.floorkeeper.policy.Policy;
import io.floorkeeper.policy.Tier;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Which arms a request leaves: pins, minimum tier, cost and latency ceilings. Pure.
 *
 * <p>Pins fail closed. The other constraints bend where they leave nothing, in this order, and say
 * so: a ceiling that no arm meets leaves the cheapest (or fastest) arm, a minimum tier that no arm
 * meets leaves the strongest.
 */
final class Eligibility {

  private static final String STRICTEST =
      "; the request names no data class that the policy knows, so the strictest counts";

  private static final String PIN = "pin:";

  private static final int MIN_TIER = 1;
  private static final int LATENCY = 1 << 2;
  private static final int CEILING = 1 << 4;
  private static final String[] TOLD = {
    "min_tier", "min_tier_unmet", "latency", "latency_unmet", "ceiling", "ceiling_unmet"
  };

  /** Every list there can be without a pin, by the bits of {@link #TOLD}: none is made per call. */
  private static final List<List<String>> LISTS =
      IntStream.range(0, 1 << TOLD.length)
          .mapToObj(
              bits ->
                  IntStream.range(0, TOLD.length)
                      .filter(i -> (bits & 1 << i) != 0)
                      .mapToObj(i -> TOLD[i])
                      .toList())
          .toList();

  private Eligibility() {}

  /**
   * The arms that may be used, bit k: candidate k; never 0.
   *
   * @throws Problem.Unprocessable {@code pin_unmet} where the pins leave nothing
   * @throws Problem.BadRequest where {@code min_tier} is no tier of the policy
   */
  static long mask(RouteRequest request, Caller caller, RoleRoutes routes, Policy policy) {
    List<ArmView> arms = routes.arms();
    long mask = pinned(request, caller, routes, policy);
    if (unconstrained(request, routes)) {
      return mask;
    }
    long kept = atLeastMinTier(request, policy, arms, mask);
    mask = kept != 0 ? kept : Long.highestOneBit(mask);
    kept = withinLatency(request, routes, mask);
    mask = kept != 0 ? kept : fastest(arms, mask);
    kept = withinCost(request, routes, mask);
    return kept != 0 ? kept : cheapest(arms, mask);
  }

  /**
   * What narrowed the mask, in the order in which it did. Goes the way of {@link #mask} again,
   * which throws where this would: few requests have constraints, and a pair of both results would
   * be an object for every request.
   */
  static List<String> constraints(
      RouteRequest request, Caller caller, RoleRoutes routes, Policy policy) {
    int told = 0;
    long mask = pinned(request, caller, routes, policy);
    List<String> pins =
        mask == routes.fullMask() ? List.of() : pins(request, caller, routes, policy);
    if (!unconstrained(request, routes)) {
      List<ArmView> arms = routes.arms();
      long kept = atLeastMinTier(request, policy, arms, mask);
      told |= told(MIN_TIER, mask, kept);
      mask = kept != 0 ? kept : Long.highestOneBit(mask);
      kept = withinLatency(request, routes, mask);
      told |= told(LATENCY, mask, kept);
      mask = kept != 0 ? kept : fastest(arms, mask);
      told |= told(CEILING, mask, withinCost(request, routes, mask));
    }
    if (pins.isEmpty()) {
      return LISTS.get(told);
    }
    List<String> all = new ArrayList<>(pins);
    all.addAll(LISTS.get(told));
    return List.copyOf(all);
  }

  /**
   * The arms that the pins alone leave.
   *
   * @throws Problem.Unprocessable {@code pin_unmet} where they leave nothing
   */
  static long pinned(RouteRequest request, Caller caller, RoleRoutes routes, Policy policy) {
    long mask = routes.fullMask();
    boolean strictest = Pins.isStrictest(policy, dataClass(request, caller));
    for (int i = 0; i < policy.pins().size(); i++) {
      Pin pin = policy.pins().get(i);
      if (binds(pin, strictest, request, caller, routes)) {
        mask &= allowed(pin, routes.arms());
        if (mask == 0) {
          throw new Problem.Unprocessable(
              "pin_unmet",
              "role",
              "no candidate of role '"
                  + routes.policy().name()
                  + "' is a model that pin '"
                  + pin.name()
                  + "' allows"
                  + (strictest ? STRICTEST : ""));
        }
      }
    }
    return mask;
  }

  /**
   * Whether a pin that binds the request wants its record to be safe before the answer is given.
   */
  static boolean isRecordedFirst(
      RouteRequest request, Caller caller, RoleRoutes routes, Policy policy) {
    for (int i = 0; i < policy.pins().size(); i++) {
      Pin pin = policy.pins().get(i);
      if (pin.auditRequired() && binds(pin, request, caller, routes, policy)) {
        return true;
      }
    }
    return false;
  }

  /** Whether a pin is among what narrowed a choice: pins are told first. */
  static boolean tellsOfPins(List<String> constraints) {
    return !constraints.isEmpty() && constraints.get(0).startsWith(PIN);
  }

  /** The pins that narrowed the mask. */
  static List<String> pins(RouteRequest request, Caller caller, RoleRoutes routes, Policy policy) {
    List<String> narrowing = new ArrayList<>();
    long mask = routes.fullMask();
    boolean strictest = Pins.isStrictest(policy, dataClass(request, caller));
    boolean byClass = false;
    for (Pin pin : policy.pins()) {
      boolean binds = binds(pin, strictest, request, caller, routes);
      long kept = binds ? mask & allowed(pin, routes.arms()) : mask;
      if (kept != mask) {
        narrowing.add(PIN + pin.name());
        byClass |= pin.dataClass().isPresent();
      }
      mask = kept;
    }
    if (strictest && byClass) {
      narrowing.add("strictest_data_class");
    }
    return narrowing;
  }

  /** The constraint's bit where it narrowed the mask, the one above it where it left nothing. */
  private static int told(int bit, long mask, long kept) {
    return kept == mask ? 0 : kept == 0 ? bit << 1 : bit;
  }

  static long allowed(Pin pin, List<ArmView> arms) {
    long allowed = 0;
    for (int k = 0; k < arms.size(); k++) {
      if (pin.models().contains(arms.get(k).arm().model().name())) {
        allowed |= 1L << k;
      }
    }
    return allowed;
  }

  private static boolean unconstrained(RouteRequest request, RoleRoutes routes) {
    return request.minTier() == null
        && request.maxCostUsd() == null
        && request.maxLatencyMs() == null
        && routes.policy().ceiling().costUsdPerCall().isEmpty()
        && routes.policy().ceiling().p95Latency().isEmpty();
  }

  /** Whether the pin binds what the request says. */
  static boolean binds(
      Pin pin, RouteRequest request, Caller caller, RoleRoutes routes, Policy policy) {
    boolean strictest = Pins.isStrictest(policy, dataClass(request, caller));
    return binds(pin, strictest, request, caller, routes);
  }

  private static boolean binds(
      Pin pin, boolean strictest, RouteRequest request, Caller caller, RoleRoutes routes) {
    return Pins.binds(
        pin,
        strictest,
        request.role(),
        routes.policy().name(),
        caller.tenant(),
        dataClass(request, caller),
        request.tags());
  }

  /** What the credentials say counts, whatever the body says. */
  static String dataClass(RouteRequest request, Caller caller) {
    return caller.dataClass() != null ? caller.dataClass() : request.dataClass();
  }

  /** The arms of the mask that are strong enough; 0: none is. */
  static long atLeastMinTier(RouteRequest request, Policy policy, List<ArmView> arms, long mask) {
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
    return kept;
  }

  private static int tierIndex(Policy policy, String name) {
    int index = policy.tierIndex(name);
    if (index >= 0) {
      return index;
    }
    throw Problem.BadRequest.field(
        "unknown_tier",
        "min_tier",
        "must be one of "
            + policy.tiers().stream().map(Tier::name).toList()
            + ", the policy's tiers");
  }

  /** The arms of the mask that are fast enough; 0: none is. */
  private static long withinLatency(RouteRequest request, RoleRoutes routes, long mask) {
    double most = Double.POSITIVE_INFINITY;
    if (request.maxLatencyMs() != null) {
      most = request.maxLatencyMs();
    }
    if (routes.policy().ceiling().p95Latency().isPresent()) {
      most = Math.min(most, routes.policy().ceiling().p95Latency().get().toMillis());
    }
    return withinLatency(most, routes, mask);
  }

  /** The arms of the mask that are that fast; 0: none is. */
  static long withinLatency(double most, RoleRoutes routes, long mask) {
    long kept = 0;
    for (int k = 0; k < routes.arms().size(); k++) {
      // An arm that was never seen is given its chance.
      if ((mask & 1L << k) != 0 && !(routes.arms().get(k).p95LatencyMillis() > most)) {
        kept |= 1L << k;
      }
    }
    return kept;
  }

  private static long fastest(List<ArmView> arms, long mask) {
    int fastest = Long.numberOfTrailingZeros(mask);
    for (int k = fastest + 1; k < arms.size(); k++) {
      if ((mask & 1L << k) != 0
          && arms.get(k).p95LatencyMillis() < arms.get(fastest).p95LatencyMillis()) {
        fastest = k;
      }
    }
    return 1L << fastest;
  }

  /** The arms of the mask that are cheap enough; 0: none is. */
  private static long withinCost(RouteRequest request, RoleRoutes routes, long mask) {
    double most = Double.POSITIVE_INFINITY;
    if (request.maxCostUsd() != null) {
      most = request.maxCostUsd();
    }
    if (routes.policy().ceiling().costUsdPerCall().isPresent()) {
      most = Math.min(most, routes.policy().ceiling().costUsdPerCall().get().doubleValue());
    }
    return withinCost(most, routes, mask);
  }

  /** The arms of the mask that are that cheap; 0: none is. */
  static long withinCost(double most, RoleRoutes routes, long mask) {
    if (most == Double.POSITIVE_INFINITY) {
      return mask;
    }
    long kept = 0;
    for (int k = 0; k < routes.arms().size(); k++) {
      ArmView arm = routes.arms().get(k);
      // What an unpriced arm costs is not known: it cannot be said to meet a ceiling.
      if ((mask & 1L << k) != 0 && arm.costKnown() && arm.belief().cost().meanUsd() <= most) {
        kept |= 1L << k;
      }
    }
    return kept;
  }

  private static long cheapest(List<ArmView> arms, long mask) {
    int cheapest = Long.numberOfTrailingZeros(mask);
    for (int k = cheapest + 1; k < arms.size(); k++) {
      if ((mask & 1L << k) != 0
          && arms.get(k).belief().cost().meanUsd() < arms.get(cheapest).belief().cost().meanUsd()) {
        cheapest = k;
      }
    }
    return 1L << cheapest;
  }
}
