package io.floorkeeper.policy;

import io.floorkeeper.policy.RolePolicy.Learning;
import io.floorkeeper.policy.RolePolicy.Strategy;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * What a policy must be beyond well-formed: names that exist, numbers in range, no cost feature
 * without its quality twin. Pure, and free of the text: it judges policies that code has built too.
 */
public final class PolicyValidator {
  private static final Duration LONGEST = Duration.ofDays(365);

  /** Routing keeps the arms that a request leaves in the 64 bits of a mask. */
  private static final int MOST_CANDIDATES = Long.SIZE;

  private final Policy policy;
  private final PolicyPaths paths;
  private final Findings findings = new Findings();
  private final RuleValidator rules = new RuleValidator(findings);
  private final List<String> tierNames;
  private final Map<String, Arm> arms = new HashMap<>();

  private PolicyValidator(Policy policy, PolicyPaths paths) {
    this.policy = policy;
    this.paths = paths;
    this.tierNames = policy.tiers().stream().map(Tier::name).toList();
    new Arms(policy.tiers()).all().forEach(arm -> arms.putIfAbsent(arm.key(), arm));
  }

  /** Everything that is wrong, in the order of the document; empty where the policy can be used. */
  public static List<Finding> validate(Policy policy) {
    return validate(policy, (role, key) -> Names.path(Names.path("roles", role), key));
  }

  static List<Finding> validate(Policy policy, PolicyPaths paths) {
    PolicyValidator validator = new PolicyValidator(policy, paths);
    validator.tiers();
    validator.roles();
    new PinValidator(validator.findings).validate(policy);
    validator.rules.rules(policy);
    validator.rules.health(policy.health());
    return validator.findings.all();
  }

  private void tiers() {
    check(!policy.tiers().isEmpty(), "tiers", "at least one tier is needed, the cheapest first");
    Set<String> tierSeen = new HashSet<>();
    Map<String, String> modelSeen = new HashMap<>();
    for (int t = 0; t < policy.tiers().size(); t++) {
      Tier tier = policy.tiers().get(t);
      String path = Names.path("tiers", t);
      check(
          tierSeen.add(tier.name()),
          path + ".name",
          "another tier is " + quoted(tier.name()) + " too");
      check(
          !tier.name().contains("/"),
          path + ".name",
          "a tier's name has no slash: 'tier/model' names an arm");
      check(!tier.models().isEmpty(), path + ".models", "a tier has at least one model");
      for (int m = 0; m < tier.models().size(); m++) {
        model(tier.models().get(m), Names.path(path + ".models", m), modelSeen);
      }
    }
  }

  /** Spans name a model by name or alias only, so either must lead to one arm. */
  private void model(Model model, String path, Map<String, String> seen) {
    String other = seen.putIfAbsent(model.name(), path);
    check(
        other == null,
        path + ".name",
        quoted(model.name()) + " names " + other + " too; a model stands in one tier, once");
    check(
        !tierNames.contains(model.name()),
        path + ".name",
        "a tier is " + quoted(model.name()) + " too; candidates could not tell them apart");
    for (int a = 0; a < model.aliases().size(); a++) {
      String namesake = seen.putIfAbsent(model.aliases().get(a), path);
      check(
          namesake == null,
          Names.path(path + ".aliases", a),
          quoted(model.aliases().get(a)) + " names " + namesake + " already");
    }
    rules.model(model, path);
    new PriceValidator(findings).model(model, path);
  }

  private void roles() {
    check(!policy.roles().isEmpty(), "roles", "at least one role is needed");
    policy.roles().forEach(this::role);
    policy
        .defaultRole()
        .ifPresent(role -> exists(role, policy.roles().keySet(), "default_role", "role"));
  }

  private void role(String name, RolePolicy role) {
    strategy(name, role);
    candidates(name, role);
    role.floor().ifPresent(floor -> floor(floor, paths.of(name, "floor")));
    ceiling(role.ceiling(), paths.of(name, "ceiling"));
    evaluations(role.evaluations(), paths.of(name, "evaluations"));
    role.context()
        .ifPresent(c -> ContextValidator.validate(c, paths.of(name, "context"), findings));
    role.classifier().ifPresent(c -> rules.classifier(c, paths.of(name, "classifier")));
    rules.checks(role.checks(), paths.of(name, "checks"));
    numbers(name, role);
  }

  private void strategy(String name, RolePolicy role) {
    check(
        role.strategy() != Strategy.RULES || mayMatch(name),
        paths.of(name, "strategy"),
        "no rule could ever answer for this role; write one under rules, or use fixed");
    check(
        role.strategy() != Strategy.LEARN || role.floor().isPresent(),
        paths.of(name, "floor"),
        "a role that learns what is cheapest needs the quality below which it must not be served:"
            + " floor: {relative_to_reference: 0.95}, or strategy: fixed");
    check(
        role.strategy() == Strategy.LEARN || role.learning() == Learning.OFF,
        paths.of(name, "learning"),
        "a role that is not of strategy learn has nothing to learn; for the preset to answer while"
            + " choices are logged: strategy: learn, learning: shadow");
  }

  private boolean mayMatch(String role) {
    return policy.rules().stream()
        .map(rule -> rule.conditions().roles())
        .anyMatch(roles -> roles.isEmpty() || roles.contains(role));
  }

  private void candidates(String name, RolePolicy role) {
    String candidates = paths.of(name, "candidates");
    check(!role.candidates().isEmpty(), candidates, "a role has at least one candidate");
    check(
        role.candidates().size() <= MOST_CANDIDATES,
        candidates,
        "a role has at most "
            + MOST_CANDIDATES
            + " candidates, not "
            + role.candidates().size()
            + "; name those that it may use");
    for (Arm arm : role.candidates()) {
      Arm known = arms.get(arm.key());
      check(
          arm == known || arm.equals(known),
          candidates,
          "no tier has the arm " + quoted(arm.key()));
    }
    String preset = paths.of(name, "preset");
    if (!role.candidates().isEmpty() && exists(role.presetTier(), tierNames, preset, "tier")) {
      check(
          role.presetIndex() >= 0,
          preset,
          "the candidates of role "
              + quoted(name)
              + " have no model of tier "
              + quoted(role.presetTier()));
    }
    ladder(role, paths.of(name, "escalation"));
    String means = paths.of(name, "prior_means");
    check(
        role.priorMeans().size() == role.candidates().size(),
        means,
        "as many means as role "
            + quoted(name)
            + " has candidates are expected: "
            + role.candidates().size()
            + ", not "
            + role.priorMeans().size());
    role.priorMeans()
        .forEach(
            mean -> check(mean > 0 && mean < 1, means, "a mean is between 0 and 1, both excluded"));
  }

  private void ladder(RolePolicy role, String path) {
    int below = -1;
    for (String rung : role.escalation()) {
      if (exists(rung, tierNames, path, "tier")) {
        int index = tierNames.indexOf(rung);
        check(index > below, path, "a ladder climbs: each tier above the one before it");
        below = Math.max(below, index);
      }
    }
  }

  private void floor(QualityFloor floor, String path) {
    if (floor.kind() == QualityFloor.Kind.ABSOLUTE) {
      check(
          floor.value() > 0 && floor.value() < 1,
          path + ".quality",
          "a quality is between 0 and 1, both excluded");
    } else {
      check(
          floor.value() > 0 && floor.value() <= 1,
          path + ".relative_to_reference",
          "a share of the reference's quality is above 0 and at most 1");
    }
    check(
        floor.confidence() > .5 && floor.confidence() < 1,
        path + ".confidence",
        "a confidence is between 0.5 and 1, both excluded");
    check(
        floor.ledgerConfidence() == 0
            || floor.ledgerConfidence() > .5 && floor.ledgerConfidence() < 1,
        path + ".ledger_confidence",
        "a confidence is between 0.5 and 1, both excluded; 0 keeps no ledger");
  }

  private void ceiling(CostCeiling ceiling, String path) {
    positive(ceiling.costUsdPerCall(), path + ".cost_usd_per_call");
    positive(ceiling.spendUsdPerDay(), path + ".spend_usd_per_day");
    positive(ceiling.spendUsdPerRun(), path + ".spend_usd_per_run");
    ceiling.p95Latency().ifPresent(latency -> duration(latency, path + ".p95_latency"));
  }

  private void positive(Optional<BigDecimal> usd, String path) {
    check(
        usd.isEmpty() || usd.get().signum() > 0,
        path,
        "a ceiling is above 0; leave it out where nothing is to be bound");
  }

  private void duration(Duration duration, String path) {
    check(
        !duration.isNegative() && !duration.isZero() && duration.compareTo(LONGEST) <= 0,
        path,
        "a duration is above 0 and at most a year");
  }

  private void evaluations(List<EvaluationRule> evaluations, String path) {
    Set<String> seen = new HashSet<>();
    for (int e = 0; e < evaluations.size(); e++) {
      EvaluationRule rule = evaluations.get(e);
      String at = Names.path(path, e);
      check(seen.add(rule.name()), at + ".name", quoted(rule.name()) + " stands here twice");
      check(
          Double.isFinite(rule.low()) && Double.isFinite(rule.high()) && rule.low() < rule.high(),
          at + ".range",
          "the low end comes first and is below the high one; direction says which one is good");
      within(rule.weight() > 0, rule.weight(), 1e6, at + ".weight", "above 0 and at most 1000000");
    }
  }

  private void numbers(String name, RolePolicy role) {
    within(
        role.labelRate() > 0,
        role.labelRate(),
        1,
        paths.of(name, "label_rate"),
        "above 0 and at most 1");
    within(
        role.halfLifeCalls() >= 1,
        role.halfLifeCalls(),
        1e9,
        paths.of(name, "half_life_calls"),
        "between 1 and 1000000000");
    within(
        role.exploration() >= 0,
        role.exploration(),
        .5,
        paths.of(name, "exploration"),
        "between 0 and 0.5");
    within(
        role.perArmExploration() >= 0,
        role.perArmExploration(),
        .5,
        paths.of(name, "per_arm_exploration"),
        "between 0 and 0.5");
    within(
        role.fallbackRelativeFloor() > 0,
        role.fallbackRelativeFloor(),
        1,
        paths.of(name, "fallback_relative_floor"),
        "above 0 and at most 1");
    shares(name, role);
    within(
        role.expectedInputTokens() >= 1,
        role.expectedInputTokens(),
        1e8,
        paths.of(name, "expected_tokens") + ".input",
        "between 1 and 100000000");
    within(
        role.expectedOutputTokens() >= 0,
        role.expectedOutputTokens(),
        1e8,
        paths.of(name, "expected_tokens") + ".output",
        "between 0 and 100000000");
    within(
        role.graduationMinTraces() >= 0,
        role.graduationMinTraces(),
        1e9,
        paths.of(name, "graduation") + ".min_traces",
        "between 0 and 1000000000");
    duration(role.rewardWait(), paths.of(name, "reward_wait"));
    role.rewardDefault()
        .ifPresent(
            quality ->
                within(
                    quality >= 0, quality, 1, paths.of(name, "reward_default"), "between 0 and 1"));
    within(
        role.maxEscalations() >= 0,
        role.maxEscalations(),
        64,
        paths.of(name, "max_escalations"),
        "between 0 and 64");
    within(
        role.shadowShare() >= 0,
        role.shadowShare(),
        .5,
        paths.of(name, "shadow_share"),
        "between 0 and 0.5");
  }

  private void shares(String name, RolePolicy role) {
    String holdout = paths.of(name, "holdout_share");
    String control = paths.of(name, "control_share");
    double rho = role.holdoutShare().most();
    boolean each = within(rho >= 0, rho, 1, holdout, "between 0 and 1, or auto");
    each &= within(role.controlShare() >= 0, role.controlShare(), 1, control, "between 0 and 1");
    check(
        !each || rho + role.controlShare() < 1,
        holdout,
        "holdout_share (auto: up to 0.02) and control_share together leave nothing to route; their"
            + " sum is below 1");
  }

  private boolean exists(String name, Collection<String> known, String path, String kind) {
    return check(
        known.contains(name),
        path,
        "no " + kind + " is " + quoted(name) + findings.hint(name, known));
  }

  /** NaN fails every comparison, so it is out of every range. */
  private boolean within(boolean above, double value, double most, String path, String range) {
    return check(above && value <= most, path, plain(value) + " is out of range: " + range);
  }

  private boolean check(boolean holds, String path, String message) {
    if (!holds) {
      findings.add(path, message);
    }
    return holds;
  }

  private static String plain(double value) {
    return Double.isFinite(value)
        ? BigDecimal.valueOf(value).stripTrailingZeros().toPlainString()
        : String.valueOf(value);
  }

  private static String quoted(String name) {
    return "'" + Names.shortened(name) + "'";
  }
}
