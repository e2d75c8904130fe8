package io.floorkeeper.policy;

import io.floorkeeper.policy.Conditions.Bounds;
import java.time.Duration;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** What rules, classifiers, checks, capacities and health must be beyond well-formed. */
final class RuleValidator {
  private static final Duration LONGEST_CLASSIFIER = Duration.ofSeconds(5);
  private static final Duration LONGEST_WINDOW = Duration.ofHours(24);
  private static final int MOST_RULES = 500;
  private static final int MOST_CHECKS = 32;

  private final Findings findings;

  RuleValidator(Findings findings) {
    this.findings = findings;
  }

  void rules(Policy policy) {
    check(policy.rules().size() <= MOST_RULES, "rules", "a policy has at most " + MOST_RULES);
    List<String> tiers = policy.tiers().stream().map(Tier::name).toList();
    Set<String> seen = new HashSet<>();
    for (int r = 0; r < policy.rules().size(); r++) {
      Rule rule = policy.rules().get(r);
      String path = Names.path("rules", r);
      check(
          seen.add(rule.name()),
          path + ".name",
          "another rule is '" + Names.shortened(rule.name()) + "' too");
      exists(rule.tier(), tiers, path + ".tier", "tier");
      Conditions when = rule.conditions();
      when.roles()
          .forEach(role -> exists(role, policy.roles().keySet(), path + ".when.roles", "role"));
      check(
          !isEmpty(when),
          path + ".when",
          "says nothing, so it would answer for every request; name at least one condition");
      bounds(when.inputTokens(), path + ".when", "input_tokens");
      bounds(when.tools(), path + ".when", "tools");
      bounds(when.depth(), path + ".when", "depth");
    }
  }

  private static boolean isEmpty(Conditions when) {
    return when.roles().isEmpty()
        && when.steps().isEmpty()
        && when.collaborations().isEmpty()
        && when.complexities().isEmpty()
        && when.tags().isEmpty()
        && when.inputTokens().equals(Bounds.NONE)
        && when.tools().equals(Bounds.NONE)
        && when.depth().equals(Bounds.NONE);
  }

  private void bounds(Bounds bounds, String path, String what) {
    boolean least = bounds.least() != Bounds.NO_LEAST;
    boolean most = bounds.most() != Bounds.NO_MOST;
    check(!least || bounds.least() >= 0, path + ".min_" + what, "a count is 0 or above");
    check(!most || bounds.most() >= 0, path + ".max_" + what, "a count is 0 or above");
    check(
        bounds.least() <= bounds.most(),
        path + ".min_" + what,
        "is above max_" + what + ", so nothing could match");
  }

  void classifier(Classifier classifier, String path) {
    marks(classifier.rules().simple(), path + ".simple");
    marks(classifier.rules().hard(), path + ".hard");
    Complexity.Marks simple = classifier.rules().simple();
    Complexity.Marks hard = classifier.rules().hard();
    check(
        simple.inputTokens() < hard.inputTokens()
            && simple.tools() < hard.tools()
            && simple.depth() < hard.depth(),
        path + ".hard",
        "hard begins above what is simple, in input_tokens, tools and depth");
    check(
        !classifier.timeLimit().isNegative()
            && !classifier.timeLimit().isZero()
            && classifier.timeLimit().compareTo(LONGEST_CLASSIFIER) <= 0,
        path + ".time_limit",
        "a caller waits for it: above 0 and at most 5 seconds");
    check(
        classifier.costUsdPerCall().signum() >= 0,
        path + ".cost_usd_per_call",
        "a cost is 0 or above");
  }

  private void marks(Complexity.Marks marks, String path) {
    check(marks.inputTokens() >= 0, path + ".input_tokens", "a count is 0 or above");
    check(marks.tools() >= 0, path + ".tools", "a count is 0 or above");
    check(marks.depth() >= 0, path + ".depth", "a count is 0 or above");
  }

  void checks(List<Check> checks, String path) {
    check(checks.size() <= MOST_CHECKS, path, "a role has at most " + MOST_CHECKS + " checks");
    Set<String> seen = new HashSet<>();
    for (int c = 0; c < checks.size(); c++) {
      Check one = checks.get(c);
      String at = Names.path(path, c);
      check(
          seen.add(one.name()),
          at + ".name",
          "'" + Names.shortened(one.name()) + "' stands here twice");
      boolean confidence = one.kind() == Check.Kind.CONFIDENCE;
      check(
          one.leastConfidence().isPresent() == confidence,
          at + ".min_confidence",
          confidence
              ? "is missing: a check of kind confidence fails below it"
              : "belongs to checks of kind confidence only");
      one.leastConfidence()
          .ifPresent(
              least ->
                  check(
                      least > 0 && least <= 1,
                      at + ".min_confidence",
                      "a confidence is above 0 and at most 1"));
      boolean required = one.kind() == Check.Kind.REQUIRED_FIELDS;
      check(
          one.fields().isEmpty() != required,
          at + ".fields",
          required
              ? "at least one field is needed: the check fails where one is missing"
              : "belongs to checks of kind required_fields only");
    }
  }

  void model(Model model, String path) {
    check(
        model.weight() >= 0 && model.weight() <= 1e6,
        path + ".weight",
        "a weight is between 0 and 1000000");
    model
        .capacity()
        .ifPresent(
            capacity -> {
              check(
                  capacity.callsPerMinute() > 0 && capacity.callsPerMinute() <= 1e9,
                  path + ".capacity.calls_per_minute",
                  "above 0 and at most 1000000000; a model that takes no calls is no candidate");
              check(
                  capacity.monthlyUsd().signum() >= 0,
                  path + ".capacity.monthly_usd",
                  "a cost is 0 or above");
            });
  }

  void health(HealthRule health) {
    share(health.errorRate(), "health.error_rate");
    share(health.probeShare(), "health.probe_share");
    check(
        health.minCalls() >= 1 && health.minCalls() <= 1_000_000,
        "health.min_calls",
        "between 1 and 1000000");
    duration(health.window(), "health.window");
    duration(health.coolDown(), "health.cool_down");
    health.p95Latency().ifPresent(latency -> duration(latency, "health.p95_latency"));
  }

  private void share(double share, String path) {
    check(share > 0 && share <= 1, path, "a share is above 0 and at most 1");
  }

  private void duration(Duration duration, String path) {
    check(
        !duration.isNegative() && !duration.isZero() && duration.compareTo(LONGEST_WINDOW) <= 0,
        path,
        "a duration is above 0 and at most a day");
  }

  private void exists(String name, Collection<String> known, String path, String kind) {
    check(
        known.contains(name),
        path,
        "no " + kind + " is '" + Names.shortened(name) + "'" + findings.hint(name, known));
  }

  private void check(boolean holds, String path, String message) {
    if (!holds) {
      findings.add(path, message);
    }
  }
}
