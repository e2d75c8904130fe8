package io.floorkeeper.routing;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.floorkeeper.policy.Capacity;
import io.floorkeeper.policy.Model;
import io.floorkeeper.pricing.AmortisedCost;
import java.time.Instant;
import java.util.Locale;

/** How a role's arms stand, for reports: health and, of models of one's own, capacity. */
final class PoolView {
  private PoolView() {}

  /** Adds to each candidate of a role's explanation. */
  static void tell(ObjectNode role, RoleRoutes routes, PoolState pool) {
    JsonNode candidates = role.path("candidates");
    for (int k = 0; k < routes.arms().size(); k++) {
      ObjectNode candidate = (ObjectNode) candidates.get(k);
      Model model = routes.arms().get(k).arm().model();
      PoolState.Standing standing = pool.standing(model.name());
      health(candidate.putObject("health"), standing);
      model
          .capacity()
          .ifPresent(
              capacity -> capacity(candidate.putObject("capacity"), model, capacity, standing));
    }
  }

  private static void health(ObjectNode node, PoolState.Standing standing) {
    long since = standing.health().sinceMillis();
    node.put("state", standing.health().state().name().toLowerCase(Locale.ROOT));
    node.put("since", since == 0 ? null : Instant.ofEpochMilli(since).toString());
    node.put("calls", standing.calls());
    node.put("errors", standing.errors());
    if (standing.calls() > 0) {
      node.put("error_rate", (double) standing.errors() / standing.calls());
    } else {
      node.putNull("error_rate");
    }
    put(node, "p95_latency_ms", standing.p95LatencyMillis());
  }

  /**
   * The fixed cost is spread over the calls that a month at the present rate has, and, as the least
   * that it can be, over those that the model can take: finance, and nothing that routing weighs.
   */
  private static void capacity(
      ObjectNode node, Model model, Capacity capacity, PoolState.Standing standing) {
    double monthlyUsd = model.monthlyUsd().doubleValue();
    node.put("calls_per_minute", capacity.callsPerMinute());
    node.put("calls_last_minute", standing.callsPerMinute());
    put(node, "utilisation", standing.utilisation());
    node.put("admit_share", standing.admitShare());
    node.put("monthly_usd", model.monthlyUsd());
    put(
        node,
        "fixed_usd_per_call",
        AmortisedCost.usdPerCall(monthlyUsd, standing.callsPerMinute()));
    put(
        node,
        "fixed_usd_per_call_at_capacity",
        AmortisedCost.usdPerCall(monthlyUsd, capacity.callsPerMinute()));
  }

  private static void put(ObjectNode node, String name, double value) {
    if (Double.isNaN(value)) {
      node.putNull(name);
    } else {
      node.put(name, value);
    }
  }
}
