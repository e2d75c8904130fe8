package io.floorkeeper.routing;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.floorkeeper.policy.CostCeiling;
import io.floorkeeper.policy.RolePolicy;
import io.floorkeeper.posterior.RoleSpend;
import java.math.BigDecimal;
import java.time.Instant;
import java.util.Locale;

/** Spend ceilings in words and figures: what is spent, the limit, and what they change. */
final class CeilingExplanation {
  private static final JsonNodeFactory JSON = JsonNodeFactory.instance;

  /** Of no run. */
  private static final RouteRequest ANY_REQUEST =
      new RouteRequest(null, null, null, null, null, null, null, null, null, null, null, null);

  private CeilingExplanation() {}

  /** Of a decision that a ceiling had a part in. */
  static ObjectNode of(Decision decision) {
    CeilingVerdict verdict = decision.ceiling();
    RoleRoutes routes = decision.routes();
    ObjectNode node = standing(decision.snapshot(), routes, verdict.spend());
    if (verdict.runId() != null && node.has("run")) {
      Long spent = verdict.spend().runs().get(verdict.runId());
      ObjectNode run = (ObjectNode) node.get("run");
      run.put("run_id", verdict.runId());
      if (spent != null) {
        run.put("spent_usd", usd(spent));
      }
    }
    told(node, routes, verdict);
    return node;
  }

  /** Of a role at this moment; null: it has no such ceiling. */
  static ObjectNode of(AllocationSnapshot snapshot, RoleRoutes routes, long nowMillis) {
    RolePolicy role = routes.policy();
    if (!role.ceiling().isOfSpend()) {
      return null;
    }
    RoleSpend spend = snapshot.spend(role);
    ObjectNode node = standing(snapshot, routes, spend);
    if (spend == null) {
      return node;
    }
    boolean draws = routes.learning() && !snapshot.killSwitch();
    MaskAllocation whole = routes.allocations().get(0);
    CeilingVerdict verdict =
        SpendCeilings.judge(
            SpendCeilings.reached(role, spend, null, nowMillis),
            spend,
            ANY_REQUEST,
            snapshot,
            routes,
            routes.fullMask(),
            routes.arms().size() > 1,
            Math.max(0, role.presetIndex()),
            draws ? Reason.SAMPLED : Reason.PRESET,
            draws ? whole : null);
    if (verdict != null) {
      told(node, routes, verdict);
    }
    return node;
  }

  private static ObjectNode standing(
      AllocationSnapshot snapshot, RoleRoutes routes, RoleSpend spend) {
    CostCeiling ceiling = routes.policy().ceiling();
    ObjectNode node = JSON.objectNode();
    node.put(
        "precedence", snapshot.published().policy().precedence().name().toLowerCase(Locale.ROOT));
    node.put("action", ceiling.action().name().toLowerCase(Locale.ROOT));
    node.put(
        "as_of",
        snapshot.evidenceAtMillis() == 0
            ? null
            : Instant.ofEpochMilli(snapshot.evidenceAtMillis()).toString());
    node.put("known", spend != null);
    ceiling
        .spendUsdPerDay()
        .ifPresent(
            limit -> {
              ObjectNode day = node.putObject("day");
              day.put("limit_usd", limit);
              if (spend != null) {
                day.put("spent_usd", usd(spend.nanoUsd()));
                day.put("calls", spend.calls());
                day.put("unpriced_calls", spend.unpriced());
                day.put("tasks_ahead", spend.tasksAhead());
                day.put("ends_at", Instant.ofEpochMilli(spend.dayEndMillis()).toString());
              }
            });
    ceiling
        .spendUsdPerRun()
        .ifPresent(
            limit -> {
              ObjectNode run = node.putObject("run");
              run.put("limit_usd", limit);
              if (spend != null) {
                run.put("runs_at_limit", spend.runs().size());
              }
            });
    return node;
  }

  private static void told(ObjectNode node, RoleRoutes routes, CeilingVerdict verdict) {
    ArrayNode reached = node.putArray("reached");
    if ((verdict.reached() & SpendCeilings.DAY) != 0) {
      reached.add("day");
    }
    if ((verdict.reached() & SpendCeilings.RUN) != 0) {
      reached.add("run");
    }
    node.put("outcome", verdict.outcome().toString());
    node.put("floor_yields", verdict.floorYields());
    if (!Double.isNaN(verdict.budgetUsdPerTask())) {
      node.put("budget_usd_per_task", verdict.budgetUsdPerTask());
    }
    node.put("answers", routes.arms().get(verdict.candidate()).arm().key());
    MaskAllocation drawn = verdict.otherwiseFrom();
    ObjectNode otherwise = node.putObject("otherwise");
    otherwise.put("reason", verdict.otherwiseReason().toString());
    if (drawn == null) {
      otherwise.put("arm", routes.arms().get(verdict.otherwise()).arm().key());
    } else {
      ObjectNode propensities = otherwise.putObject("propensities");
      for (int i = 0; i < drawn.candidates().size(); i++) {
        propensities.put(
            routes.arms().get(drawn.candidates().get(i)).arm().key(),
            drawn.unpaced().propensity(i)); // a budget is part of what is looked away from
      }
    }
  }

  private static BigDecimal usd(long nanoUsd) {
    return BigDecimal.valueOf(nanoUsd, 9).stripTrailingZeros();
  }
}
