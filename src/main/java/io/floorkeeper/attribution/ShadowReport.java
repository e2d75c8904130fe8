package io.floorkeeper.attribution;

import io.floorkeeper.bandit.OffPolicyEstimate;
import io.floorkeeper.bandit.PolicyPanel;
import io.floorkeeper.policy.QualityFloor;
import io.floorkeeper.policy.RolePolicy;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Findings as an answer. Pure. */
final class ShadowReport {
  private static final String METHOD =
      "doubly robust with logged probabilities, predictions of earlier tasks; normal intervals, of"
          + " the present allocation simultaneous for all allocations (Scheffe)";

  private final RolePolicy role;
  private final ShadowFindings found;
  private final double alpha;

  ShadowReport(RolePolicy role, ShadowFindings found, double alpha) {
    this.role = role;
    this.found = found;
    this.alpha = alpha;
  }

  ShadowAnswer answer(
      int policyVersion, Instant since, boolean truncated, ShadowAnswer.Graduation graduation) {
    List<ShadowTask> tasks = found.tasks();
    boolean some = !tasks.isEmpty();
    boolean estimated = !found.supported().isEmpty();
    ShadowAnswer answer =
        new ShadowAnswer(
            role.name(),
            policyVersion,
            role.learning().name().toLowerCase(Locale.ROOT),
            role.shadowShare(),
            since.equals(Instant.EPOCH) ? null : since,
            alpha,
            graduation,
            new ShadowAnswer.Sample(
                "first draw of a session, else of a task",
                some ? Instant.ofEpochMilli(tasks.get(0).decidedAtMillis()) : null,
                some ? Instant.ofEpochMilli(tasks.get(tasks.size() - 1).decidedAtMillis()) : null,
                tasks.size(),
                found.repeats(),
                tasks.stream().filter(ShadowTask::seen).count(),
                tasks.stream().filter(ShadowTask::isJudged).count(),
                tasks.stream().filter(ShadowTask::isPriced).count(),
                found.supported().size(),
                found.unsupportedShare(),
                found.agreedShare(),
                estimated ? found.shift() : null,
                ShadowService.MOST_TASKS,
                truncated),
            arms(),
            some ? happened() : null,
            estimated ? policy(ShadowTally.RULES, false, 1) : null,
            some ? policy(ShadowTally.BANDIT, false, 1) : null,
            estimated ? policy(ShadowTally.BANDIT, true, 1) : null,
            estimated ? policy(ShadowTally.PRESENT, false, found.unknownMeans()) : null,
            estimated ? predicted() : null,
            found.unsupportedShare() > 0 ? identified() : null,
            estimated ? exploration() : null,
            METHOD,
            List.of());
    return ShadowWords.concluded(answer);
  }

  private List<ShadowAnswer.ArmSupport> arms() {
    List<ShadowAnswer.ArmSupport> arms = new ArrayList<>();
    for (int k = 0; k < found.arms().size(); k++) {
      int arm = k;
      arms.add(
          new ShadowAnswer.ArmSupport(
              found.arms().get(k),
              found.banditShare(k),
              found.supported().isEmpty() ? 0 : found.usd().path().share(ShadowTally.PRESENT, k),
              found.tasks().stream().filter(t -> t.arm() == arm).count(),
              found.tasks().stream().filter(t -> t.arm() == arm && t.isJudged()).count()));
    }
    return arms;
  }

  private ShadowAnswer.Policy happened() {
    PolicyPanel quality = found.quality().happened();
    PolicyPanel usd = found.usd().happened();
    return new ShadowAnswer.Policy(
        found.tasks().size(),
        quality.n() == 0
            ? none("no base label yet")
            : interval(quality.estimate(alpha, 1), true, Optional.empty()),
        usd.n() == 0
            ? none("no task with all its dollars yet")
            : interval(usd.estimate(alpha, 1), false, Optional.empty()),
        null,
        null,
        null);
  }

  /**
   * @param unknown means that its policy was chosen among; 1: it was fixed before the tasks
   */
  private ShadowAnswer.Policy policy(int policy, boolean isLatest, int unknown) {
    PolicyPanel quality = isLatest ? found.quality().latest() : found.quality().path();
    PolicyPanel usd = isLatest ? found.usd().latest() : found.usd().path();
    Optional<String> noQuality = found.whyNot(quality, policy, "a base label");
    Optional<String> noUsd = found.whyNot(usd, policy, "known dollars");
    double[] change = quality.unit(policy);
    change[ShadowTally.RULES] -= 1;
    boolean isRules = policy == ShadowTally.RULES;
    return new ShadowAnswer.Policy(
        Math.max(quality.n(), usd.n()),
        of(quality, unknown, true, noQuality, quality.unit(policy)),
        of(usd, unknown, false, noUsd, usd.unit(policy)),
        isRules ? null : of(quality, unknown, false, noQuality, change),
        isRules ? null : saving(usd, policy, unknown, noUsd),
        isRules ? null : verdict(quality, policy, unknown, noQuality));
  }

  private ShadowAnswer.Interval of(
      PolicyPanel panel, int unknown, boolean cut, Optional<String> whyNot, double[] c) {
    return whyNot.isPresent()
        ? none(whyNot.get())
        : interval(panel.chosen(alpha, unknown, c), cut, whyNot);
  }

  private ShadowAnswer.Interval saving(
      PolicyPanel usd, int policy, int unknown, Optional<String> whyNot) {
    if (whyNot.isPresent()) {
      return none(whyNot.get());
    }
    return usd.value(usd.unit(ShadowTally.RULES)) > 0
        ? interval(usd.saving(policy, ShadowTally.RULES, alpha, unknown), false, whyNot)
        : none("the rules cost nothing");
  }

  private ShadowAnswer.Verdict verdict(
      PolicyPanel quality, int policy, int unknown, Optional<String> whyNot) {
    if (role.floor().isEmpty()) {
      return null;
    }
    QualityFloor floor = role.floor().get();
    boolean absolute = floor.kind() == QualityFloor.Kind.ABSOLUTE;
    String words =
        absolute
            ? "quality " + floor.value()
            : floor.value() + " of the strongest eligible arm's quality";
    if (whyNot.isPresent()) {
      return new ShadowAnswer.Verdict("undecided", words, none(whyNot.get()));
    }
    double[] c = quality.unit(policy);
    c[ShadowTally.REFERENCE] -= absolute ? 0 : floor.value();
    OffPolicyEstimate e = quality.chosen(alpha, unknown, c);
    double less = absolute ? floor.value() : 0;
    ShadowAnswer.Interval margin =
        new ShadowAnswer.Interval(
            e.value() - less, e.low() - less, e.high() - less, e.effectiveN(), null);
    String verdict = margin.low() >= 0 ? "above" : margin.high() < 0 ? "below" : "undecided";
    return new ShadowAnswer.Verdict(verdict, words, margin);
  }

  private ShadowAnswer.Predicted predicted() {
    return new ShadowAnswer.Predicted(
        found.quality().path().predicted(ShadowTally.PRESENT),
        found.usd().path().predicted(ShadowTally.PRESENT),
        "means of arms, prior included, times the present allocation: a model, not a claim");
  }

  private ShadowAnswer.Identified identified() {
    double share = 1 - found.unsupportedShare();
    double quality = found.quality().identified();
    double usd = found.usd().identified();
    boolean some = !Double.isNaN(quality);
    return new ShadowAnswer.Identified(
        share,
        some ? quality : null,
        some ? Math.min(1, quality + found.unsupportedShare()) : null,
        Double.isNaN(usd) ? null : usd);
  }

  private ShadowAnswer.Exploration exploration() {
    PolicyPanel usd = found.usd().path();
    PolicyPanel quality = found.quality().path();
    double[] c = usd.unit(ShadowTally.SERVED);
    c[ShadowTally.RULES] -= 1;
    OffPolicyEstimate perTask = usd.estimate(alpha, c);
    long n = found.supported().size();
    return new ShadowAnswer.Exploration(
        found.supported().stream().filter(ShadowTask::isBeyondRules).count(),
        usd.n() < ShadowFindings.LEAST_EFFECTIVE
            ? none("fewer than 30 tasks with known dollars")
            : new ShadowAnswer.Interval(
                n * perTask.value(), n * perTask.low(), n * perTask.high(), null, null),
        quality.n() < ShadowFindings.LEAST_EFFECTIVE
            ? none("fewer than 30 tasks with a base label")
            : interval(quality.estimate(alpha, c), false, Optional.empty()));
  }

  private static ShadowAnswer.Interval none(String why) {
    return new ShadowAnswer.Interval(null, null, null, null, why);
  }

  /**
   * @param cut whether it is a quality, which lies in [0, 1]
   */
  private static ShadowAnswer.Interval interval(
      OffPolicyEstimate e, boolean cut, Optional<String> why) {
    boolean bounded = Double.isFinite(e.low()) && Double.isFinite(e.high());
    return new ShadowAnswer.Interval(
        within(e.value(), cut),
        bounded ? within(e.low(), cut) : null,
        bounded ? within(e.high(), cut) : null,
        e.effectiveN(),
        bounded ? why.orElse(null) : "a single task");
  }

  private static double within(double value, boolean cut) {
    return cut ? Math.min(1, Math.max(0, value)) : value;
  }
}
