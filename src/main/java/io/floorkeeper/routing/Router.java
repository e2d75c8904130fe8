package io.floorkeeper.routing;

import io.floorkeeper.ledger.DecisionId;
import io.floorkeeper.platform.Caller;
import io.floorkeeper.platform.Problem;
import io.floorkeeper.policy.Policy;
import io.floorkeeper.policy.Rule;
import io.floorkeeper.posterior.RoleSpend;
import java.util.ArrayList;
import java.util.List;
import org.apache.commons.rng.UniformRandomProvider;

/**
 * Request + snapshot + randomness -> decision. Pure: no clock, no I/O, no lock; all that it reads
 * is the one snapshot that it is handed.
 */
final class Router {
  private static final List<String> DEFAULT_ROLE = List.of("default_role");
  private static final List<String> KILL_SWITCH = List.of("kill_switch");
  private static final List<String> SPEND_UNKNOWN = List.of("spend_unknown");
  private static final List<String> CONTINUATION_ENDED = List.of("continuation_ended");

  private final int replica;
  private final long staleAfterMillis;
  private final Continuation continuation;

  /**
   * @param replica the number that this replica writes into its ids, 0 to 65535
   * @param staleAfterMillis evidence older than this is called stale
   * @param idLifeMillis an id older than this continues nothing
   */
  Router(int replica, long staleAfterMillis, long idLifeMillis) {
    this.replica = replica;
    this.staleAfterMillis = staleAfterMillis;
    this.continuation = new Continuation(idLifeMillis);
  }

  /**
   * Decides.
   *
   * @param request validated
   * @param caller whose tenant and data class pins match
   * @param sequence of the answer on this replica; 24 bits of it go into the id
   * @throws Problem.NotFound where neither the role nor a default role is known
   * @throws Problem.Unprocessable where a pin cannot be met
   * @throws Problem.CeilingReached where spend has reached a ceiling and the policy blocks
   * @throws Problem.BadRequest where {@code continues} is no decision id
   */
  Decision decide(
      RouteRequest request,
      Caller caller,
      AllocationSnapshot snapshot,
      UniformRandomProvider random,
      long nowMillis,
      long sequence) {
    return decide(request, caller, snapshot, null, random, nowMillis, sequence);
  }

  /**
   * Decides for a request whose role asks an external classifier.
   *
   * @param unclassified why that did not say how complex the request is: the preset answers then,
   *     and this is among the constraints; null: it did, or was not asked
   */
  Decision decide(
      RouteRequest request,
      Caller caller,
      AllocationSnapshot snapshot,
      String unclassified,
      UniformRandomProvider random,
      long nowMillis,
      long sequence) {
    RoleRoutes routes = snapshot.routes(request.role());
    if (routes == null) {
      throw new Problem.NotFound(
          "unknown_role",
          "role",
          "the policy knows no role '" + request.role() + "' and names no default role");
    }
    if (unclassified == null) {
      request = RoleRules.classified(request, routes.policy());
    }
    routes = routes.within(request);
    Policy policy = snapshot.published().policy();
    long eligible = Eligibility.mask(request, caller, routes, policy);
    List<String> constraints = Eligibility.constraints(request, caller, routes, policy);
    if (!routes.policy().name().equals(request.role())) {
      constraints = with(constraints, DEFAULT_ROLE);
    }
    if (snapshot.killSwitch()) {
      constraints = with(constraints, KILL_SWITCH);
    }
    boolean begun = false;
    if (request.continues() != null) {
      DecisionId root = continuation.root(request, caller, snapshot, nowMillis);
      int candidate = root == null ? -1 : Continuation.candidate(routes, root, snapshot);
      long mask = snapshot.gates(routes).begun(eligible);
      if (candidate >= 0
          && (mask & 1L << candidate) != 0
          && (!snapshot.killSwitch()
              || root.rung() > 0 // the ladder is not learned: it stays open
              || TierPool.isPreset(routes, mask, candidate))) {
        int pins = pinFlags(request, caller, snapshot, routes, constraints, root.policyVersion());
        if ((root.flags() & pins) != pins) { // what is said now is closer than it was
          root = root.with(root.flags() | pins, root.rung(), root.keyNo());
        }
        return again(
            snapshot, routes, root, candidate, Reason.STICKY, mask, constraints, nowMillis);
      }
      constraints = with(constraints, CONTINUATION_ENDED);
      // The pool or the kill switch took its arm, and not what the request says.
      begun = candidate >= 0 && (eligible & 1L << candidate) != 0;
    }
    SpendCeilings.orBlock(request, snapshot, routes, nowMillis);
    boolean classified = unclassified == null;
    if (!classified) {
      constraints = with(constraints, List.of(unclassified));
    }
    return first(
        request,
        caller,
        snapshot,
        routes,
        classified,
        begun,
        eligible,
        constraints,
        random,
        nowMillis,
        sequence);
  }

  /**
   * The first decision of a task. One method, since what it finds out about the choice on its way
   * would be an object for every request otherwise.
   *
   * @param begun whether it takes over a task whose arm the pool or the kill switch took
   */
  private Decision first(
      RouteRequest request,
      Caller caller,
      AllocationSnapshot snapshot,
      RoleRoutes routes,
      boolean classified,
      boolean begun,
      long eligible,
      List<String> constraints,
      UniformRandomProvider random,
      long nowMillis,
      long sequence) {
    RoleSpend spend = snapshot.spend(routes.policy());
    int reached = SpendCeilings.reached(routes.policy(), spend, request.runId(), nowMillis);
    boolean spent = reached != 0;
    if (begun) { // nothing is lowered in the middle of a task
      reached = 0;
    }
    if (SpendCeilings.isUnknown(routes.policy(), spend)) {
      constraints = with(constraints, SPEND_UNKNOWN);
    }
    RoleGates gates = snapshot.gates(routes);
    long mask = eligible;
    if (gates.concern(eligible)) {
      double probe = gates.probeDraw(eligible, random);
      double capacity = gates.capacityDraw(request, routes.policy(), eligible, random);
      mask = gates.mask(eligible, probe, capacity);
      constraints = with(constraints, gates.told(eligible, probe, capacity));
    }
    boolean gated = gates.draw(eligible);
    MaskAllocation known = routes.allocation(mask);
    MaskAllocation drawnFrom = null;
    int candidate;
    Reason reason;
    double propensity = 1;
    int flags = DecisionId.NOT_DRAWN;
    int tier = -1;
    long unseen = 0;
    if (Long.bitCount(eligible) == 1 || Long.bitCount(mask) == 1 && !gated) {
      candidate = Long.numberOfTrailingZeros(mask);
      reason = onlyArm(request, caller, snapshot, routes);
    } else if (snapshot.killSwitch() || !classified) {
      tier = TierPool.presetTier(routes);
      candidate = TierPool.pick(request, routes, tier, mask, random);
      propensity = gates.ofTier(routes, tier, eligible, candidate);
      reason = Reason.PRESET;
    } else if (!routes.learning()) {
      Rule rule = RoleRules.first(request, routes.policy(), snapshot.published().policy());
      tier =
          rule == null
              ? TierPool.presetTier(routes)
              : snapshot.published().policy().tierIndex(rule.tier());
      candidate = TierPool.pick(request, routes, tier, mask, random);
      propensity = gates.ofTier(routes, tier, eligible, candidate);
      reason = rule == null ? byRule(routes, Reason.PRESET) : Reason.RULE;
      constraints = rule == null ? constraints : with(constraints, List.of("rule:" + rule.name()));
      unseen = routes.shadow() && gates.lacksAllocation(routes, eligible) ? eligible : 0;
    } else if (gates.lacksAllocation(routes, eligible)) {
      candidate = routes.withoutAllocation(mask);
      reason = Reason.FALLBACK;
      unseen = eligible;
    } else if (known == null) { // the one arm that the gates' draw has left
      candidate = Long.numberOfTrailingZeros(mask);
      reason = Reason.ONLY_ELIGIBLE;
      flags = 0;
      propensity = gates.propensity(routes, eligible, candidate);
    } else {
      drawnFrom = known;
      flags = Draws.share(request, routes, known, random);
      int position = Draws.position(flags, request, routes, known, random);
      candidate = known.candidates().get(position);
      reason = Draws.drawn(flags, routes, isStale(snapshot, nowMillis));
      propensity =
          gated
              ? gates.propensity(routes, eligible, candidate)
              : known.solution().propensity(position);
    }
    boolean choice = Long.bitCount(mask) > 1 || gated;
    CeilingVerdict ceiling =
        SpendCeilings.judge(
            reached, spend, request, snapshot, routes, mask, choice, candidate, reason, drawnFrom);
    boolean lowered = ceiling != null && ceiling.lowered();
    if (ceiling != null) {
      constraints = with(constraints, ceiling.constraints());
      if (lowered || tier >= 0 && ceiling.acts()) {
        propensity = SpendCeilings.propensity(ceiling, snapshot, routes, gates, eligible, tier);
      }
    }
    if (lowered) { // whatever was drawn
      candidate = ceiling.candidate();
      reason = Reason.LOWERED;
      flags = DecisionId.NOT_DRAWN;
      drawnFrom = null;
    }
    int shadowCandidate = -1;
    double shadowPropensity = 0;
    // A ceiling binds exploration too.
    boolean free = !(begun && spent) && (ceiling == null || !ceiling.acts());
    if (routes.shadow()
        && (known != null || gated) // of one arm that a draw has left too: leaving it out selects
        && free
        && !snapshot.killSwitch()
        && !gates.lacksAllocation(routes, eligible)) {
      shadowCandidate = candidate;
      if (known != null) {
        int shadowShare = Draws.share(request, routes, known, random);
        int position = Draws.position(shadowShare, request, routes, known, random);
        shadowCandidate = known.candidates().get(position);
      }
      shadowPropensity = gates.propensity(routes, eligible, shadowCandidate);
      flags |= DecisionId.SHADOW;
      if (routes.policy().shadowShare() > 0) {
        drawnFrom = known;
        flags &= ~DecisionId.NOT_DRAWN;
        if (known != null && ShadowMix.draws(request, routes.policy(), random)) {
          candidate = known.candidates().get(ShadowMix.draw(request, routes, known, random));
          reason = Reason.EXPLORED;
        }
        propensity = ShadowMix.propensity(routes, gates, eligible, tier, candidate);
      }
    }
    if (random.nextDouble() < routes.labelCode() / 255.0) {
      flags |= DecisionId.BASE_LABEL;
    } else if ((routes.learning() || reason == Reason.EXPLORED)
        && Draws.wantsLabels(routes, drawnFrom, candidate)) {
      flags |= DecisionId.BOOSTED_LABEL;
    }
    if (routes.byContext()) {
      flags |= DecisionId.BY_CONTEXT;
    }
    flags |=
        pinFlags(request, caller, snapshot, routes, constraints, snapshot.published().version());
    DecisionId id =
        new DecisionId(
            snapshot.keys().signingKeyNo(),
            flags,
            0,
            nowMillis,
            replica,
            (int) (sequence & 0xFFFFFF),
            caller.tenantNo(),
            routes.roleNo(),
            routes.bucket(),
            routes.arms().get(candidate).armNo(),
            Math.max(Float.MIN_NORMAL, (float) propensity),
            routes.labelCode(),
            snapshot.published().version(),
            routes.epoch(),
            routes.block());
    return new Decision(
        snapshot,
        routes,
        candidate,
        reason,
        propensity,
        (flags & (DecisionId.BASE_LABEL | DecisionId.BOOSTED_LABEL)) != 0,
        mask,
        constraints,
        drawnFrom,
        shadowCandidate < 0 ? 0 : eligible,
        shadowCandidate,
        shadowPropensity,
        shadowCandidate < 0 ? -1 : tier,
        ceiling,
        unseen,
        id,
        snapshot.keys().sign(id),
        nowMillis);
  }

  /** Few requests are pinned: the others are not looked at twice. */
  private static int pinFlags(
      RouteRequest request,
      Caller caller,
      AllocationSnapshot snapshot,
      RoleRoutes routes,
      List<String> constraints,
      int rootVersion) {
    return Eligibility.tellsOfPins(constraints)
            || Eligibility.isRecordedFirst(request, caller, routes, snapshot.published().policy())
        ? PinMarks.said(request, caller, routes, snapshot, rootVersion)
        : 0;
  }

  private static Reason onlyArm(
      RouteRequest request, Caller caller, AllocationSnapshot snapshot, RoleRoutes routes) {
    if (routes.arms().size() == 1) {
      return byRule(routes, Reason.ONLY_ELIGIBLE);
    }
    long pinned = Eligibility.pinned(request, caller, routes, snapshot.published().policy());
    return pinned != routes.fullMask() ? Reason.PINNED : Reason.ONLY_ELIGIBLE;
  }

  private boolean isStale(AllocationSnapshot snapshot, long nowMillis) {
    return snapshot.evidenceAtMillis() > 0
        && nowMillis - snapshot.evidenceAtMillis() > staleAfterMillis;
  }

  private static Reason byRule(RoleRoutes routes, Reason otherwise) {
    return switch (routes.policy().strategy()) {
      case FIXED -> Reason.FIXED;
      case RULES, LEARN -> otherwise;
    };
  }

  /** A further answer of the task whose id this is. */
  static Decision again(
      AllocationSnapshot snapshot,
      RoleRoutes routes,
      DecisionId id,
      int candidate,
      Reason reason,
      long mask,
      List<String> constraints,
      long nowMillis) {
    return new Decision(
        snapshot,
        routes,
        candidate,
        reason,
        id.propensity(),
        id.has(DecisionId.BASE_LABEL) || id.has(DecisionId.BOOSTED_LABEL),
        mask,
        constraints,
        null,
        0,
        -1,
        0,
        -1,
        null,
        0,
        id,
        snapshot.keys().sign(id),
        nowMillis);
  }

  private static List<String> with(List<String> constraints, List<String> further) {
    if (constraints.isEmpty()) {
      return further;
    }
    if (further.isEmpty()) {
      return constraints;
    }
    List<String> more = new ArrayList<>(constraints);
    more.addAll(further);
    return List.copyOf(more);
  }
}
