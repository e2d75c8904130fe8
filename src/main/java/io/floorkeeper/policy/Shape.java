package io.floorkeeper.policy;

import java.util.List;

/**
 * The kinds of object in a policy document and the keys that each knows. {@code
 * schema/policy.schema.json} says the same to editors; a test holds the two together.
 */
enum Shape {
  POLICY(
      "tiers",
      "defaults",
      "roles",
      "default_role",
      "pins",
      "data_classes",
      "rules",
      "health",
      "precedence",
      "alerts"),
  TIER("name", "models"),
  MODEL(
      "name",
      "provider",
      "aliases",
      "price",
      "catalogue",
      "fixed",
      "service_tiers",
      "weight",
      "capacity"),
  FIXED("monthly_usd"),
  CAPACITY("calls_per_minute", "monthly_usd"),
  PRICE(
      "input_usd_per_million",
      "output_usd_per_million",
      "cache_read_usd_per_million",
      "cache_write_usd_per_million",
      "reasoning_usd_per_million",
      "usd_per_thousand_calls",
      "tiers"),
  PRICE_TIER(
      "above_input_tokens",
      "input_usd_per_million",
      "output_usd_per_million",
      "cache_read_usd_per_million",
      "cache_write_usd_per_million",
      "reasoning_usd_per_million",
      "usd_per_thousand_calls"),
  ROLE(
      "strategy",
      "learning",
      "candidates",
      "preset",
      "floor",
      "ceiling",
      "escalation",
      "evaluations",
      "errors_count_as_zero",
      "label_rate",
      "half_life_calls",
      "exploration",
      "per_arm_exploration",
      "holdout_share",
      "control_share",
      "fallback_relative_floor",
      "prior_means",
      "expected_tokens",
      "graduation",
      "context",
      "reward_wait",
      "reward_default",
      "classifier",
      "checks",
      "max_escalations",
      "shadow_share"),
  FLOOR("quality", "relative_to_reference", "confidence", "ledger_confidence", "scope"),
  CEILING("cost_usd_per_call", "spend_usd_per_day", "spend_usd_per_run", "p95_latency", "action"),
  CLASSIFIER("simple", "hard", "url", "time_limit", "cost_usd_per_call"),
  MARKS("input_tokens", "tools", "depth"),
  CHECK("name", "kind", "min_confidence", "fields"),
  EVALUATION("name", "range", "direction", "weight"),
  EXPECTED_TOKENS("input", "output"),
  GRADUATION("min_traces"),
  CONTEXT("use", "collaborations", "input_tokens", "complexities"),
  PIN("name", "match", "models", "audit"),
  MATCH("role", "data_class", "tenant", "tags"),
  RULE("name", "when", "tier"),
  CONDITIONS(
      "roles",
      "steps",
      "collaborations",
      "complexities",
      "min_input_tokens",
      "max_input_tokens",
      "min_tools",
      "max_tools",
      "min_depth",
      "max_depth",
      "tags"),
  HEALTH("error_rate", "p95_latency", "min_calls", "window", "cool_down", "probe_share"),
  ALERTS("quality", "cost");

  private final List<String> keys;

  Shape(String... keys) {
    this.keys = List.of(keys);
  }

  List<String> keys() {
    return keys;
  }
}
