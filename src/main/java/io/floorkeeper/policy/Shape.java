package io.floorkeeper.policy;

import java.util.List;

/**
 * The kinds of object in a policy document and the keys that each knows. {@code
 * schema/policy.schema.json} says the same to editors; a test holds the two together.
 */
enum Shape {
  POLICY("tiers", "defaults", "roles", "default_role", "pins", "precedence", "alerts"),
  TIER("name", "models"),
  MODEL("name", "provider", "aliases", "price"),
  PRICE(
      "input_usd_per_million",
      "output_usd_per_million",
      "cache_read_usd_per_million",
      "cache_write_usd_per_million"),
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
      "reward_wait"),
  FLOOR("quality", "relative_to_reference", "confidence", "ledger_confidence", "scope"),
  CEILING("cost_usd_per_call", "spend_usd_per_day", "p95_latency"),
  EVALUATION("name", "range", "direction", "weight"),
  EXPECTED_TOKENS("input", "output"),
  GRADUATION("min_traces"),
  CONTEXT("use", "collaborations", "input_tokens", "complexities"),
  PIN("name", "match", "models"),
  MATCH("role", "data_class", "tenant", "tags"),
  ALERTS("quality", "cost");

  private final List<String> keys;

  Shape(String... keys) {
    this.keys = List.of(keys);
  }

  List<String> keys() {
    return keys;
  }
}
