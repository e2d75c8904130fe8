package io.floorkeeper.routing;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.floorkeeper.bandit.FloorSolution;
import io.floorkeeper.ledger.AllocationRecord;
import io.floorkeeper.ledger.ShadowOdds;
import io.floorkeeper.policy.QualityFloor;
import io.floorkeeper.posterior.ArmStanding;
import io.floorkeeper.posterior.RaisedAlarm;

/**
 * Allocations in words and figures: the one source for {@code /decisions/{id}}, {@code /roles} and
 * the log.
 */
final class Explanation {
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

  private Explanation() {}

  static AllocationRecord record(Decision decision) {
    MaskAllocation allocation = decision.allocation();
    RoleRoutes routes = decision.routes();
    return new AllocationRecord(
        routes.roleNo(),
        routes.bucket(),
        allocation.mask(),
        decision.snapshot().published().version(),
        routes.epoch(),
        routes.pace(),
        decision.snapshot().prices(),
        of(routes, allocation));
  }

  /**
   * An allocation as one decision was drawn by it. Which tier the rules gave a shadowed request is
   * the request's, so the probabilities of its candidates are its own.
   *
   * @param odds of a shadowed decision; null: it was none
   */
  static JsonNode asDecided(JsonNode allocation, ShadowOdds odds) {
    if (odds == null) {
      return allocation;
    }
    for (JsonNode node : allocation.path("candidates")) {
      String key = node.path("tier").asText() + "/" + node.path("model").asText();
      for (ShadowOdds.Arm arm : odds.arms()) {
        if (arm.arm().equals(key)) {
          ((ObjectNode) node).put("propensity", arm.served());
          ((ObjectNode) node).put("shadow_propensity", arm.bandit());
        }
      }
    }
    return allocation;
  }

  /** Candidates, posteriors, bounds and propensities of one allocation. */
  static ObjectNode of(RoleRoutes routes, MaskAllocation allocation) {
    FloorSolution solution = allocation.solution();
    ObjectNode node = JSON.objectNode();
    node.put("role", routes.policy().name());
    node.put("calls", routes.calls());
    node.put("epoch", routes.epoch());
    node.put("block", routes.block());
    node.put("pace", routes.pace());
    if (allocation.isPaced()) {
      node.put("budget_usd_per_task", allocation.budgetUsdPerTask());
    }
    ObjectNode floor = node.putObject("floor");
    routes
        .policy()
        .floor()
        .ifPresent(
            f -> {
              floor.put(
                  f.kind() == QualityFloor.Kind.ABSOLUTE ? "quality" : "relative_to_reference",
                  f.value());
              floor.put("scope", f.scope().name().toLowerCase(java.util.Locale.ROOT));
              floor.put("confidence", f.confidence());
              floor.put("ledger_confidence", f.ledgerConfidence());
            });
    floor.put("in_force", solution.floor());
    floor.put("unsure", solution.isFloorUnsure());
    floor.put("status", solution.status().name().toLowerCase(java.util.Locale.ROOT));
    node.put("holdout_share", solution.holdoutShare());
    node.put("control_share", solution.controlShare());
    node.set("candidates", candidates(routes, allocation));
    if (routes.context() != null) {
      node.set("context", ContextExplanation.of(routes));
    }
    return node;
  }

  static ArrayNode candidates(RoleRoutes routes, MaskAllocation allocation) {
    ArrayNode candidates = JSON.arrayNode();
    for (int k = 0; k < routes.arms().size(); k++) {
      ObjectNode candidate =
          candidate(routes.arms().get(k), allocation.positionOf(k), allocation.solution());
      if (!routes.learning() && allocation.positionOf(k) >= 0) {
        candidate.put("propensity", unlearned(routes, allocation, k));
        if (routes.shadow()) {
          candidate.put(
              "shadow_propensity", allocation.solution().propensity(allocation.positionOf(k)));
        }
      }
      candidate.put("demoted", allocation.demoted().contains(allocation.positionOf(k)));
      standing(routes, routes.arms().get(k).armNo(), candidate);
      candidates.add(candidate);
    }
    return candidates;
  }

  /** The preset answers, whatever the bandit would do, but for the share that a shadow draws. */
  private static double unlearned(RoleRoutes routes, MaskAllocation allocation, int candidate) {
    return ShadowMix.propensity(routes, allocation, TierPool.presetTier(routes), candidate);
  }

  /** What alarms made of an arm, and since when. */
  private static void standing(RoleRoutes routes, int armNo, ObjectNode candidate) {
    int resets = 0;
    for (ArmStanding standing : routes.standings()) {
      if (standing.armNo() == armNo) {
        resets = standing.resets();
        candidate.put("standing_cause", standing.cause());
        if (standing.demotedFromBlock() != ArmStanding.NOT_DEMOTED) {
          candidate.put("demoted_from_block", standing.demotedFromBlock());
        }
      }
    }
    candidate.put("resets", resets);
  }

  /** The role's latest alarms, newest first. */
  static ArrayNode alarms(RoleRoutes routes) {
    ArrayNode alarms = JSON.arrayNode();
    for (RaisedAlarm alarm : routes.alarms()) {
      ObjectNode node = alarms.addObject();
      node.put("alarm_no", alarm.alarmNo());
      node.put("kind", alarm.kind());
      String arm =
          routes.arms().stream()
              .filter(a -> a.armNo() == alarm.armNo())
              .map(a -> a.arm().key())
              .findFirst()
              .orElse(null);
      node.put("arm", arm);
      node.put("arm_no", alarm.armNo());
      node.put("bound", alarm.bound());
      node.put("calls", alarm.calls());
      node.put("block", alarm.block());
      node.put("raised_at", alarm.raisedAt());
      if (alarm.subject() != null) {
        node.put("subject", alarm.subject());
      }
    }
    return alarms;
  }

  private static ObjectNode candidate(ArmView view, int position, FloorSolution solution) {
    ObjectNode node = JSON.objectNode();
    node.put("tier", view.arm().tier());
    node.put("model", view.arm().model().name());
    node.put("eligible", position >= 0);
    node.put("labels", view.labels());
    node.put("quality", view.belief().quality().mean());
    node.put("quality_low", view.estimate().qualityLow());
    node.put("quality_high", view.estimate().qualityHigh());
    node.put("posterior_a", view.belief().quality().a());
    node.put("posterior_b", view.belief().quality().b());
    if (view.costKnown()) {
      node.put("cost_usd", view.belief().cost().meanUsd());
      node.put("cost_usd_low", view.estimate().costUsdLow());
      node.put("cost_usd_high", view.estimate().costUsdHigh());
    } else {
      node.putNull("cost_usd");
    }
    if (Double.isNaN(view.p95LatencyMillis())) {
      node.putNull("p95_latency_ms");
    } else {
      node.put("p95_latency_ms", view.p95LatencyMillis());
    }
    if (position >= 0) {
      node.put("clears_floor_probability", solution.clears(position));
      node.put("floor_bound_low", solution.lower(position));
      node.put("floor_bound_high", solution.upper(position));
      node.put("proven", solution.proven(position));
      node.put("refuted", solution.refuted(position));
      node.put("thompson", solution.thompson(position));
      node.put("allocation", solution.pi(position));
      node.put("propensity", solution.propensity(position));
    }
    return node;
  }
}
