package io.floorkeeper.policy;

import io.floorkeeper.bandit.HoldoutShare;
import io.floorkeeper.policy.RolePolicy.Learning;
import io.floorkeeper.policy.RolePolicy.Strategy;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.EnumSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Reads one role, and knows what holds where the document says nothing. A value that cannot be read
 * has its finding and counts as absent, so that the validator can go on with a whole role.
 */
final class RoleReader {
  private static final double EXPLORATION = .03; // eps0
  private static final double PER_ARM_EXPLORATION = .01; // eps

  /** As in the runs that the default rule was judged by; a label on every call is often bought. */
  private static final double LABEL_RATE = .3;

  /** In calls of the role; the same as an e-fold of 8,000. */
  private static final double HALF_LIFE_CALLS = 5_545;

  private static final double FALLBACK_RELATIVE_FLOOR = .98;
  private static final int MIN_TRACES = 200;
  private static final int EXPECTED_INPUT_TOKENS = 1_500;
  private static final int EXPECTED_OUTPUT_TOKENS = 300;
  private static final Duration REWARD_WAIT = Duration.ofHours(24);

  private final String name;
  private final Section role;
  private final Arms arms;
  private final Findings findings;

  private RoleReader(String name, Section role, Arms arms, Findings findings) {
    this.name = name;
    this.role = role;
    this.arms = arms;
    this.findings = findings;
  }

  static RolePolicy read(String name, Section role, Arms arms, Findings findings) {
    return new RoleReader(name, role, arms, findings).read();
  }

  private RolePolicy read() {
    Strategy strategy = role.choice("strategy", Strategy.LEARN, EnumSet.allOf(Strategy.class));
    List<Arm> candidates = candidates();
    String preset = preset(strategy, candidates);
    Optional<Section> tokens = role.section("expected_tokens", Shape.EXPECTED_TOKENS);
    Section expected =
        tokens.orElseGet(() -> role.absent("expected_tokens", Shape.EXPECTED_TOKENS));
    List<String> escalation =
        role.texts("escalation").orElseGet(() -> tiersAboveTheLowest(candidates));
    Optional<Section> graduation = role.section("graduation", Shape.GRADUATION);
    RolePolicy read =
        new RolePolicy(
            name,
            strategy,
            learning(strategy),
            candidates,
            preset,
            role.section("floor", Shape.FLOOR).map(this::floor),
            role.section("ceiling", Shape.CEILING)
                .map(RoleReader::ceiling)
                .orElse(CostCeiling.NONE),
            escalation,
            role.sections("evaluations", Shape.EVALUATION).stream().map(this::evaluation).toList(),
            role.truth("errors_count_as_zero", false),
            role.number("label_rate", LABEL_RATE),
            role.number("half_life_calls", HALF_LIFE_CALLS),
            role.number("exploration", EXPLORATION),
            role.number("per_arm_exploration", PER_ARM_EXPLORATION),
            holdoutShare(),
            role.number("control_share", 0),
            role.number("fallback_relative_floor", FALLBACK_RELATIVE_FLOOR),
            role.numbers("prior_means").orElseGet(() -> priorMeans(candidates)),
            expected.count("input", EXPECTED_INPUT_TOKENS),
            expected.count("output", EXPECTED_OUTPUT_TOKENS),
            graduation.map(section -> section.count("min_traces", MIN_TRACES)).orElse(MIN_TRACES),
            role.section("context", Shape.CONTEXT).map(ContextReader::read),
            role.duration("reward_wait").orElse(REWARD_WAIT),
            role.section("classifier", Shape.CLASSIFIER).map(RouteRuleReader::classifier),
            role.sections("checks", Shape.CHECK).stream().map(RoleReader::check).toList(),
            role.count("max_escalations", escalation.size()),
            role.number("shadow_share", 0),
            role.number("reward_default").map(BigDecimal::doubleValue));
    expected.allRead();
    graduation.ifPresent(Section::allRead);
    role.allRead();
    return read;
  }

  /** {@code auto} adapts to what the role's arms cost; a number is that number. */
  private HoldoutShare holdoutShare() {
    if (role.isWord("holdout_share", "auto")) {
      return HoldoutShare.AUTO;
    }
    return role.numberOrWord("holdout_share", "auto")
        .map(share -> HoldoutShare.fixed(share.doubleValue()))
        .orElse(HoldoutShare.NONE);
  }

  /** A role by rules has nothing to learn, whatever {@code defaults} say of the others. */
  private Learning learning(Strategy strategy) {
    Learning read = role.choice("learning", Learning.LEARN, EnumSet.allOf(Learning.class));
    return strategy != Strategy.LEARN && !role.hasOwn("learning") ? Learning.OFF : read;
  }

  private List<Arm> candidates() {
    Optional<List<String>> named = role.texts("candidates");
    if (named.isEmpty()) {
      return arms.all();
    }
    Set<Arm> chosen = new LinkedHashSet<>();
    boolean unknown = false;
    for (String name : named.get()) {
      List<Arm> meant = arms.named(name);
      if (meant.isEmpty()) {
        unknown = true;
        role.refuse(
            "candidates",
            "no tier or model is called '"
                + Names.shortened(name)
                + "'"
                + findings.hint(name, arms.names()));
      } else if (!chosen.addAll(meant)) {
        role.refuse("candidates", "names '" + Names.shortened(name) + "' twice");
      }
    }
    return unknown && chosen.isEmpty()
        ? arms.all()
        : arms.all().stream().filter(chosen::contains).toList();
  }

  /** Where the document does not say: the strongest tier, which is what a team pays unrouted. */
  private String preset(Strategy strategy, List<Arm> candidates) {
    List<String> tiers = candidates.stream().map(Arm::tier).distinct().toList();
    if (strategy == Strategy.FIXED && !role.has("preset") && tiers.size() > 1 && !name.isEmpty()) {
      role.refuse(
          "preset", "a fixed role says which tier it is fixed to: " + String.join(", ", tiers));
    }
    return role.text("preset").orElse(tiers.isEmpty() ? "" : tiers.get(tiers.size() - 1));
  }

  private List<String> tiersAboveTheLowest(List<Arm> candidates) {
    return candidates.stream().map(Arm::tier).distinct().skip(1).toList();
  }

  /**
   * Means rise by tier and the models of a tier share one: .80/.86/.92 for three tiers,
   * .80/.86/.92/.95 for four, else evenly from .80 to .95; a candidate without rivals has .92.
   */
  private List<Double> priorMeans(List<Arm> candidates) {
    if (candidates.size() == 1 || arms.tiers().size() == 1) {
      return candidates.stream().map(arm -> .92).toList();
    }
    return candidates.stream().map(arm -> tierMean(arm.tierIndex(), arms.tiers().size())).toList();
  }

  private static double tierMean(int tier, int tiers) {
    List<Double> stated = List.of(.80, .86, .92, .95);
    return tiers == 3 || tiers == 4
        ? stated.get(tier)
        : (80 * (tiers - 1) + 15.0 * tier) / (100.0 * (tiers - 1));
  }

  private QualityFloor floor(Section floor) {
    Optional<BigDecimal> quality = floor.number("quality");
    Optional<BigDecimal> relative = floor.number("relative_to_reference");
    if (floor.has("quality") == floor.has("relative_to_reference")) {
      findings.add(floor.path(), "exactly one of quality and relative_to_reference is expected");
    }
    QualityFloor read =
        new QualityFloor(
            floor.has("quality")
                ? QualityFloor.Kind.ABSOLUTE
                : QualityFloor.Kind.RELATIVE_TO_REFERENCE,
            quality.or(() -> relative).map(BigDecimal::doubleValue).orElse(.95),
            floor.choice(
                "scope", QualityFloor.DEFAULT_SCOPE, EnumSet.allOf(QualityFloor.Scope.class)),
            floor.number("confidence", QualityFloor.DEFAULT_CONFIDENCE),
            floor.number("ledger_confidence", QualityFloor.DEFAULT_LEDGER_CONFIDENCE));
    floor.allRead();
    return read;
  }

  private static CostCeiling ceiling(Section ceiling) {
    CostCeiling read =
        new CostCeiling(
            ceiling.number("cost_usd_per_call"),
            ceiling.number("spend_usd_per_day"),
            ceiling.number("spend_usd_per_run"),
            ceiling.duration("p95_latency"),
            ceiling.choice(
                "action", CostCeiling.Action.LOWER, EnumSet.allOf(CostCeiling.Action.class)));
    ceiling.allRead();
    return read;
  }

  private static Check check(Section check) {
    Check read =
        new Check(
            check.requiredText("name"),
            check.choice("kind", Check.Kind.CUSTOM, EnumSet.allOf(Check.Kind.class)),
            check.number("min_confidence").map(BigDecimal::doubleValue),
            check.texts("fields").orElse(List.of()));
    check.allRead();
    return read;
  }

  private EvaluationRule evaluation(Section evaluation) {
    List<Double> range = evaluation.numbers("range").orElse(List.of(0., 1.));
    if (range.size() != 2) {
      evaluation.refuse("range", "two numbers are expected, as in [0, 1]");
      range = List.of(0., 1.);
    }
    EvaluationRule read =
        new EvaluationRule(
            evaluation.requiredText("name"),
            range.get(0),
            range.get(1),
            evaluation.choice("direction", Direction.HIGHER, EnumSet.allOf(Direction.class))
                == Direction.HIGHER,
            evaluation.number("weight", 1));
    evaluation.allRead();
    return read;
  }

  /** Which end of an evaluation's scale is good. */
  private enum Direction {
    HIGHER,
    LOWER
  }
}
