package io.floorkeeper.replay;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.floorkeeper.policy.Policy;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.ToDoubleFunction;
import java.util.stream.LongStream;

/** {@code replay --shadow-passes}: a switch-on, and whether what was stated before it was so. */
final class ShadowRun {

  /**
   * The means over runs, all roles together: quality, and dollars per task.
   *
   * @param what of which policy
   */
  record Level(String what, double quality, double usdPerTask) {}

  /** All of it; also the shape of {@code --json}. */
  record Report(
      String data,
      int shadowPasses,
      double shadowShare,
      double alpha,
      long firstSeed,
      int seeds,
      List<Level> levels,
      double meanShift,
      List<ShadowCoverage.Share> coverage) {}

  private ShadowRun() {}

  /**
   * @throws LiveService.RefusedException where policy and data do not fit
   */
  static Report run(
      String name,
      OutcomeData data,
      Policy policy,
      LiveReplay.Plan plan,
      ShadowOptions options,
      int seeds) {
    ShadowReplay replay = new ShadowReplay(data, policy, plan, options.passes, options.share);
    List<Map<String, ShadowReplay.Role>> runs =
        LongStream.range(plan.seed(), plan.seed() + seeds)
            .parallel()
            .mapToObj(replay::run)
            .toList();
    ShadowCoverage coverage = new ShadowCoverage(options.alpha);
    runs.forEach(coverage::add);
    return new Report(
        name,
        options.passes,
        options.share,
        options.alpha,
        plan.seed(),
        seeds,
        List.of(
            level("the rules alone", runs, ShadowReplay.Role::rules),
            level("what was served in the shadow", runs, ShadowReplay.Role::served),
            level("the shadow's own allocations", runs, ShadowReplay.Role::path),
            level("the same, the latest third", runs, ShadowReplay.Role::latest),
            level("the allocation at the switch", runs, ShadowReplay.Role::present),
            level("what had come, had it stayed so", runs, ShadowReplay.Role::frozen),
            level("what came, true means", runs, ShadowReplay.Role::afterTruth),
            level("what came", runs, ShadowReplay.Role::after)),
        mean(runs, r -> r.findings().shift(), r -> r.latest().tasks),
        coverage.shares());
  }

  private static Level level(
      String what,
      List<Map<String, ShadowReplay.Role>> runs,
      java.util.function.Function<ShadowReplay.Role, ShadowReplay.Outcomes> of) {
    return new Level(
        what,
        mean(
            runs,
            r -> of.apply(r).quality / Math.max(1, of.apply(r).tasks),
            r -> of.apply(r).tasks),
        mean(runs, r -> of.apply(r).usd / Math.max(1, of.apply(r).tasks), r -> of.apply(r).tasks));
  }

  private static double mean(
      List<Map<String, ShadowReplay.Role>> runs,
      ToDoubleFunction<ShadowReplay.Role> value,
      ToDoubleFunction<ShadowReplay.Role> weight) {
    double sum = 0;
    double weights = 0;
    for (Map<String, ShadowReplay.Role> run : runs) {
      for (ShadowReplay.Role role : run.values()) {
        double w = weight.applyAsDouble(role);
        sum += w > 0 ? w * value.applyAsDouble(role) : 0;
        weights += w;
      }
    }
    return sum / weights;
  }

  static void tell(Report report, Path json, ObjectMapper writer, PrintWriter out)
      throws IOException {
    out.printf(
        Locale.ROOT,
        "%s: %d pass(es) in the shadow with a share of %.2f drawn, then learning; %d seed(s) from %d%n",
        report.data,
        report.shadowPasses,
        report.shadowShare,
        report.seeds,
        report.firstSeed);
    out.printf("%n%-34s %9s %14s%n", "all roles, mean over seeds", "quality", "USD per task");
    for (Level level : report.levels) {
      out.printf(Locale.ROOT, "%-34s %9.4f %14.6f%n", level.what, level.quality, level.usdPerTask);
    }
    out.printf(
        Locale.ROOT,
        "%nthe latest third's allocations are %.3f away from the last one (0 the same, 1 disjoint)%n",
        report.meanShift);
    out.printf(
        Locale.ROOT,
        "%n%-42s %-18s %-8s %7s %15s %7s %8s %11s %11s%n",
        String.format(Locale.ROOT, "inside its %.0f %% interval", 100 * (1 - report.alpha)),
        "",
        "axis",
        "inside",
        "95 %",
        "stated",
        "refused",
        "mean error",
        "half width");
    for (ShadowCoverage.Share s : report.coverage) {
      out.printf(
          Locale.ROOT,
          "%-42s %-18s %-8s %5.1f %% %6.1f - %5.1f %7d %8d %+11.6f %11.6f%n",
          s.target(),
          s.of(),
          s.axis(),
          100 * s.inside(),
          100 * s.low(),
          100 * s.high(),
          s.told(),
          s.refused(),
          s.meanError(),
          s.meanHalfWidth());
    }
    out.flush();
    if (json != null) {
      writer.writeValue(json.toFile(), report);
    }
  }
}
