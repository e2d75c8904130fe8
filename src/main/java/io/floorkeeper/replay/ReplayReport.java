package io.floorkeeper.replay;

import io.floorkeeper.bandit.KnownMeansLimit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * What a replay came to, per role and over all: plain records, which are also the shape of {@code
 * --json} (snake_case).
 *
 * <p>Quality is told twice: realised (what the chosen models scored on the very tasks) and expected
 * (the mean of the chosen models' role means), which is not noisy at 40 to 400 tasks a role and is
 * what a floor is held against.
 */
record ReplayReport(
    Setup setup,
    List<RoleRow> roles,
    List<PassRow> passes,
    Totals totals,
    List<Alternative> alternatives) {

  /**
   * @param floor relative to the strongest model's role mean
   * @param callsInEvidence of this run, as the service counts them: must equal the calls sent
   */
  record Setup(
      String data,
      List<String> models,
      int passes,
      long seed,
      int lag,
      double floor,
      long callsSent,
      long callsInEvidence) {}

  /**
   * @param share of the role's calls, by model, cheapest first
   * @param floorQuality what the role's floor comes to with known means
   * @param epochs how many different states of evidence answered
   */
  record RoleRow(
      String role,
      int calls,
      Map<String, Double> share,
      Interval quality,
      double expectedQuality,
      double floorQuality,
      boolean kept,
      boolean keptWithinTolerance,
      double costUsd,
      double frontierUsd,
      double smallUsd,
      double limitUsd,
      Interval saved,
      long epochs,
      Map<String, Integer> reasons) {}

  /** One pass over all tasks. */
  record PassRow(
      int pass,
      int calls,
      double quality,
      double expectedQuality,
      double costUsd,
      Interval saved) {}

  /**
   * @param savedShareOfMixtureLimit saved over what the best mixture with known means saves
   */
  record Totals(
      int calls,
      Interval quality,
      double expectedQuality,
      double costUsd,
      double frontierUsd,
      Interval saved,
      double savedShareOfMixtureLimit,
      double savedShareOfFixedArmLimit,
      List<String> rolesBelowFloor,
      List<String> rolesBelowFloorBeyondTolerance) {}

  /** Something to judge the run against, on the same tasks. */
  record Alternative(String name, double quality, double costUsdPerTask, double saved) {}

  /** Slack that is told beside the strict verdict: realised floors are noisy. */
  static final double TOLERANCE = .02;

  static ReplayReport of(
      String source,
      OutcomeData data,
      LiveReplay.Plan plan,
      LiveReplay.Result result,
      double floor) {
    Limits limits = Limits.of(data, floor);
    int strongest = data.models().size() - 1;
    Map<String, List<LiveReplay.Step>> byRole = new TreeMap<>();
    Map<Integer, List<LiveReplay.Step>> byPass = new TreeMap<>();
    for (LiveReplay.Step step : result.steps()) {
      byRole.computeIfAbsent(step.task().role(), r -> new ArrayList<>()).add(step);
      byPass.computeIfAbsent(step.pass(), p -> new ArrayList<>()).add(step);
    }
    List<RoleRow> roles = new ArrayList<>();
    byRole.forEach((role, steps) -> roles.add(role(data, limits, role, steps)));
    List<PassRow> passes = new ArrayList<>();
    byPass.forEach(
        (pass, steps) ->
            passes.add(
                new PassRow(
                    pass,
                    steps.size(),
                    quality(steps),
                    expected(limits, steps),
                    costUsd(steps),
                    saved(steps, strongest))));
    Interval saved = saved(result.steps(), strongest);
    Totals totals =
        new Totals(
            result.steps().size(),
            Interval.ofShare(quality(result.steps()), result.steps().size()),
            expected(limits, result.steps()),
            costUsd(result.steps()),
            costUsd(result.steps(), strongest),
            saved,
            saved.value() / limits.mixture.saved(),
            saved.value() / limits.fixedArm.saved(),
            roles.stream().filter(r -> !r.kept).map(RoleRow::role).toList(),
            roles.stream().filter(r -> !r.keptWithinTolerance).map(RoleRow::role).toList());
    return new ReplayReport(
        new Setup(
            source,
            data.models(),
            plan.passes(),
            plan.seed(),
            plan.lag(),
            floor,
            result.steps().size(),
            result.stepsInEvidence()),
        roles,
        passes,
        totals,
        limits.alternatives(data));
  }

  private static RoleRow role(
      OutcomeData data, Limits limits, String role, List<LiveReplay.Step> steps) {
    int strongest = data.models().size() - 1;
    Map<String, Double> share = new LinkedHashMap<>();
    Map<String, Integer> reasons = new TreeMap<>();
    for (int k = 0; k < data.models().size(); k++) {
      int model = k;
      share.put(
          data.models().get(k),
          steps.stream().filter(s -> s.model() == model).count() / (double) steps.size());
    }
    steps.forEach(s -> reasons.merge(s.reason(), 1, Integer::sum));
    double expected = expected(limits, steps);
    double floorQuality = limits.floorOf(role);
    return new RoleRow(
        role,
        steps.size(),
        share,
        Interval.ofShare(quality(steps), steps.size()),
        expected,
        floorQuality,
        expected >= floorQuality,
        expected >= floorQuality - TOLERANCE,
        costUsd(steps),
        costUsd(steps, strongest),
        costUsd(steps, 0),
        limits.mixtureUsd.get(role) * steps.size(),
        saved(steps, strongest),
        steps.stream().mapToLong(LiveReplay.Step::epoch).distinct().count(),
        reasons);
  }

  private static double quality(List<LiveReplay.Step> steps) {
    return steps.stream()
        .mapToDouble(s -> s.task().outcomes().get(s.model()).quality())
        .average()
        .orElse(Double.NaN);
  }

  private static double expected(Limits limits, List<LiveReplay.Step> steps) {
    return steps.stream()
        .mapToDouble(s -> limits.quality.get(s.task().role())[s.model()])
        .average()
        .orElse(Double.NaN);
  }

  private static double costUsd(List<LiveReplay.Step> steps) {
    return steps.stream().mapToDouble(s -> s.task().outcomes().get(s.model()).costUsd()).sum();
  }

  private static double costUsd(List<LiveReplay.Step> steps, int model) {
    return steps.stream().mapToDouble(s -> s.task().outcomes().get(model).costUsd()).sum();
  }

  private static Interval saved(List<LiveReplay.Step> steps, int strongest) {
    return Interval.ofSaving(
        steps.stream().mapToDouble(s -> s.task().outcomes().get(s.model()).costUsd()).toArray(),
        steps.stream().mapToDouble(s -> s.task().outcomes().get(strongest).costUsd()).toArray());
  }

  /** What could be reached on these tasks if the role means were known. */
  private record Limits(
      Map<String, double[]> quality,
      double floor,
      Map<String, Double> mixtureUsd,
      Alternative mixture,
      Alternative fixedArm) {

    static Limits of(OutcomeData data, double floor) {
      int models = data.models().size();
      Map<String, double[]> quality = new TreeMap<>();
      Map<String, Double> mixtureUsd = new TreeMap<>();
      double[] sums = new double[4];
      data.byRole()
          .forEach(
              (role, tasks) -> {
                double[] q = OutcomeData.meanQuality(tasks, models);
                double[] c = OutcomeData.meanCostUsd(tasks, models);
                double f = floor * q[models - 1];
                KnownMeansLimit best = KnownMeansLimit.mixture(q, c, f);
                KnownMeansLimit one = KnownMeansLimit.fixedArm(q, c, f);
                quality.put(role, q);
                mixtureUsd.put(role, best.costUsd());
                sums[0] += tasks.size() * best.quality();
                sums[1] += tasks.size() * best.costUsd();
                sums[2] += tasks.size() * one.quality();
                sums[3] += tasks.size() * one.costUsd();
              });
      int n = data.tasks().size();
      double frontier = OutcomeData.meanCostUsd(data.tasks(), models)[models - 1];
      return new Limits(
          quality,
          floor,
          mixtureUsd,
          new Alternative(
              "limit, known means, mixture per role",
              sums[0] / n,
              sums[1] / n,
              1 - sums[1] / n / frontier),
          new Alternative(
              "limit, known means, one arm per role",
              sums[2] / n,
              sums[3] / n,
              1 - sums[3] / n / frontier));
    }

    double floorOf(String role) {
      double[] q = quality.get(role);
      return floor * q[q.length - 1];
    }

    List<Alternative> alternatives(OutcomeData data) {
      int models = data.models().size();
      double[] q = OutcomeData.meanQuality(data.tasks(), models);
      double[] c = OutcomeData.meanCostUsd(data.tasks(), models);
      int best = 0;
      for (int k = 1; k < models; k++) {
        best = q[k] > q[best] ? k : best;
      }
      List<Alternative> all = new ArrayList<>();
      all.add(single("uniform frontier", data, q, c, models - 1));
      all.add(single("uniform small", data, q, c, 0));
      all.add(single("best single", data, q, c, best));
      all.add(fixedArm);
      all.add(mixture);
      return all;
    }

    private static Alternative single(
        String name, OutcomeData data, double[] q, double[] c, int model) {
      return new Alternative(
          name + " (" + data.models().get(model) + ")",
          q[model],
          c[model],
          1 - c[model] / c[c.length - 1]);
    }
  }
}
