package io.floorkeeper.routing;

import io.floorkeeper.bandit.Allocation;
import io.floorkeeper.bandit.FloorSolution;
import io.floorkeeper.ledger.DecisionId;
import io.floorkeeper.ledger.InvalidDecisionIdException;
import io.floorkeeper.platform.Problem;
import io.floorkeeper.policy.RolePolicy;
import java.util.ArrayList;
import java.util.List;
import org.apache.commons.rng.UniformRandomProvider;

/**
 * Request + snapshot + randomness -> decision. Pure: no clock, no I/O, no lock; all that it reads
 * is the one snapshot that it is handed.
 */
final class Router {
  /** Salts of the draws by session: each draw has a uniform of its own. */
  private static final long ARM_SALT = 0x66_6C_6F_6F_72_01L;

  private static final long SHARE_SALT = 0x66_6C_6F_6F_72_02L;

  private static final List<String> DEFAULT_ROLE = List.of("default_role");
  private static final List<String> CONTINUATION_ENDED = List.of("continuation_ended");

  private final int replica;
  private final long staleAfterMillis;
  private final long idLifeMillis;

  /**
   * @param replica the number that this replica writes into its ids, 0 to 65535
   * @param staleAfterMillis evidence older than this is called stale
   * @param idLifeMillis an id older than this continues nothing
   */
  Router(int replica, long staleAfterMillis, long idLifeMillis) {
    this.replica = replica;
    this.staleAfterMillis = staleAfterMillis;
    this.idLifeMillis = idLifeMillis;
  }

  /** An arm and how it came to be chosen. */
  private record Choice(
      int candidate,
      Reason reason,
      double propensity,
      MaskAllocation allocation,
      boolean unseenMask,
      int flags) {}

  /**
   * Decides.
   *
   * @param request validated
   * @param sequence of the answer on this replica; 24 bits of it go into the id
   * @throws Problem.NotFound where neither the role nor a default role is known
   * @throws Problem.Unprocessable where a pin cannot be met
   * @throws Problem.BadRequest where {@code continues} is no decision id
   */
  Decision decide(
      RouteRequest request,
      AllocationSnapshot snapshot,
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
    Eligibility.Eligible eligible = Eligibility.of(request, routes, snapshot.published().policy());
    List<String> constraints = eligible.constraints();
    if (!routes.policy().name().equals(request.role())) {
      constraints = with(constraints, DEFAULT_ROLE);
    }
    if (request.continues() != null) {
      DecisionId root = root(request, snapshot, nowMillis);
      int candidate = root == null ? -1 : candidate(routes, root);
      if (candidate >= 0 && (eligible.mask() & 1L << candidate) != 0) {
        return sticky(snapshot, routes, root, candidate, eligible.mask(), constraints, nowMillis);
      }
      constraints = with(constraints, CONTINUATION_ENDED);
    }
    Choice choice = choose(request, snapshot, routes, eligible, random, nowMillis);
    return decision(
        request,
        snapshot,
        routes,
        eligible.mask(),
        constraints,
        choice,
        random,
        nowMillis,
        sequence);
  }

  private Choice choose(
      RouteRequest request,
      AllocationSnapshot snapshot,
      RoleRoutes routes,
      Eligibility.Eligible eligible,
      UniformRandomProvider random,
      long nowMillis) {
    long mask = eligible.mask();
    if (Long.bitCount(mask) == 1) {
      return undrawn(
          Long.numberOfTrailingZeros(mask),
          routes.arms().size() == 1
              ? byRule(routes, Reason.ONLY_ELIGIBLE)
              : eligible.pinned() ? Reason.PINNED : Reason.ONLY_ELIGIBLE);
    }
    if (!routes.learning()) {
      return undrawn(preset(routes, mask), byRule(routes, Reason.PRESET));
    }
    MaskAllocation allocation = routes.allocation(mask);
    if (allocation == null) {
      return unseen(routes, mask);
    }
    return drawn(
        request,
        routes,
        allocation,
        random,
        snapshot.evidenceAtMillis() > 0
            && nowMillis - snapshot.evidenceAtMillis() > staleAfterMillis);
  }

  private static Reason byRule(RoleRoutes routes, Reason otherwise) {
    return switch (routes.policy().strategy()) {
      case FIXED -> Reason.FIXED;
      case RULES -> Reason.RULE;
      case LEARN -> otherwise;
    };
  }

  private static Choice undrawn(int candidate, Reason reason) {
    return new Choice(candidate, reason, 1, null, false, DecisionId.NOT_DRAWN);
  }

  /** The preset arm, else the next stronger one that is eligible, else the strongest eligible. */
  static int preset(RoleRoutes routes, long mask) {
    int preset = Math.max(0, routes.policy().presetIndex());
    long above = mask & -1L << preset;
    return above != 0 ? Long.numberOfTrailingZeros(above) : strongest(mask);
  }

  private static int strongest(long mask) {
    return Long.SIZE - 1 - Long.numberOfLeadingZeros(mask);
  }

  /**
   * No allocation for this mask yet: the cheapest eligible arm that is proven, else the strongest.
   */
  private static Choice unseen(RoleRoutes routes, long mask) {
    int cheapest = -1;
    FloorSolution all = routes.allocations().get(0).solution();
    for (int k = 0; k < routes.arms().size(); k++) {
      if ((mask & 1L << k) != 0
          && all.proven(k)
          && (cheapest < 0 || costUsd(routes, k) < costUsd(routes, cheapest))) {
        cheapest = k;
      }
    }
    int candidate = cheapest >= 0 ? cheapest : strongest(mask);
    return new Choice(candidate, Reason.FALLBACK, 1, null, true, DecisionId.NOT_DRAWN);
  }

  private static double costUsd(RoleRoutes routes, int candidate) {
    return routes.arms().get(candidate).belief().cost().meanUsd();
  }

  private static Choice drawn(
      RouteRequest request,
      RoleRoutes routes,
      MaskAllocation allocation,
      UniformRandomProvider random,
      boolean stale) {
    RolePolicy policy = routes.policy();
    String session = request.sessionId();
    double share =
        session == null
            ? random.nextDouble()
            : Allocation.uniform(session, policy.name(), SHARE_SALT);
    int reference = allocation.candidates().size() - 1;
    int preset = allocation.positionOf(policy.presetIndex());
    int position;
    Reason reason;
    int flags = 0;
    FloorSolution solution = allocation.solution(); // the shares that its propensities say
    if (share < solution.holdoutShare()) {
      position = reference;
      reason = Reason.HOLDOUT;
      flags = DecisionId.HOLDOUT;
    } else if (preset >= 0 && share < solution.holdoutShare() + solution.controlShare()) {
      position = preset;
      reason = Reason.CONTROL;
      flags = DecisionId.CONTROL;
    } else {
      position =
          session == null
              ? allocation.draws().draw(random)
              : allocation
                  .draws()
                  .drawBySession(Allocation.uniform(session, policy.name(), ARM_SALT));
      reason = stale ? Reason.STALE : routes.cold() ? Reason.COLD_START : Reason.SAMPLED;
    }
    return new Choice(
        allocation.candidates().get(position),
        reason,
        solution.propensity(position),
        allocation,
        false,
        flags);
  }

  private Decision decision(
      RouteRequest request,
      AllocationSnapshot snapshot,
      RoleRoutes routes,
      long mask,
      List<String> constraints,
      Choice choice,
      UniformRandomProvider random,
      long nowMillis,
      long sequence) {
    int shadowCandidate = -1;
    double shadowPropensity = 0;
    if (routes.shadow() && routes.allocation(mask) != null) {
      Choice shadow = drawn(request, routes, routes.allocation(mask), random, false);
      shadowCandidate = shadow.candidate;
      shadowPropensity = shadow.propensity;
    }
    int flags = choice.flags | (shadowCandidate >= 0 ? DecisionId.SHADOW : 0);
    if (random.nextDouble() < routes.labelCode() / 255.0) {
      flags |= DecisionId.BASE_LABEL;
    } else if (routes.learning() && wantsLabels(routes, choice)) {
      flags |= DecisionId.BOOSTED_LABEL;
    }
    ArmView arm = routes.arms().get(choice.candidate);
    DecisionId id =
        new DecisionId(
            snapshot.keys().signingKeyNo(),
            flags,
            0,
            nowMillis,
            replica,
            (int) (sequence & 0xFFFFFF),
            0,
            routes.roleNo(),
            0,
            arm.armNo(),
            Math.max(Float.MIN_NORMAL, (float) choice.propensity),
            routes.labelCode(),
            snapshot.published().version(),
            routes.epoch(),
            routes.block());
    return new Decision(
        snapshot,
        routes,
        choice.candidate,
        choice.reason,
        choice.propensity,
        (flags & (DecisionId.BASE_LABEL | DecisionId.BOOSTED_LABEL)) != 0,
        mask,
        constraints,
        choice.allocation,
        shadowCandidate,
        shadowPropensity,
        choice.unseenMask,
        id,
        snapshot.keys().sign(id),
        nowMillis);
  }

  private static boolean wantsLabels(RoleRoutes routes, Choice choice) {
    MaskAllocation allocation =
        choice.allocation != null ? choice.allocation : routes.allocations().get(0);
    int position = allocation.positionOf(choice.candidate);
    return position < 0 || allocation.wantsLabels(position);
  }

  /**
   * The id under which the verified task behind {@code continues} goes on; null where it has
   * expired, no one can check it any more, or it names no arm: before the database has numbered
   * them all arms are 0.
   */
  private DecisionId root(RouteRequest request, AllocationSnapshot snapshot, long nowMillis) {
    try {
      DecisionId root = snapshot.keys().continued(request.continues(), DecisionId.STICKY);
      boolean expired = nowMillis - root.epochMillis() > idLifeMillis;
      return root.armNo() == 0 || expired ? null : root;
    } catch (InvalidDecisionIdException e) {
      if (e.why() == InvalidDecisionIdException.Why.UNSTORED_KEY) {
        return null;
      }
      throw Problem.BadRequest.field("invalid_decision_id", "continues", e.getMessage());
    }
  }

  private static int candidate(RoleRoutes routes, DecisionId root) {
    if (root.roleNo() != routes.roleNo()) {
      throw Problem.BadRequest.field(
          "wrong_role", "continues", "is a decision for another role than this request's");
    }
    for (int k = 0; k < routes.arms().size(); k++) {
      if (routes.arms().get(k).armNo() == root.armNo()) {
        return k;
      }
    }
    return -1;
  }

  private static Decision sticky(
      AllocationSnapshot snapshot,
      RoleRoutes routes,
      DecisionId id,
      int candidate,
      long mask,
      List<String> constraints,
      long nowMillis) {
    return new Decision(
        snapshot,
        routes,
        candidate,
        Reason.STICKY,
        id.propensity(),
        id.has(DecisionId.BASE_LABEL) || id.has(DecisionId.BOOSTED_LABEL),
        mask,
        constraints,
        null,
        -1,
        0,
        false,
        id,
        snapshot.keys().sign(id),
        nowMillis);
  }

  private static List<String> with(List<String> constraints, List<String> further) {
    if (constraints.isEmpty()) {
      return further;
    }
    List<String> more = new ArrayList<>(constraints);
    more.addAll(further);
    return List.copyOf(more);
  }
}
