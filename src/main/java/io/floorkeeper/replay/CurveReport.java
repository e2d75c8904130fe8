package io.floorkeeper.replay;

import io.floorkeeper.replay.StrongShareCurve.Point;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.apache.commons.math3.stat.descriptive.SummaryStatistics;

/**
 * What {@code curve} tells.
 *
 * @param learned the curve that is the mean of all seeds' points
 * @param seeds each seed's own curve, scored
 * @param byChance a router that asks by chance: exact, not simulated
 * @param rolesKnown the limit for a router that knows only the role
 * @param points of the learned curve, by lambda
 */
record CurveReport(
    String data,
    String strong,
    String weak,
    int tasks,
    int roles,
    double strongQuality,
    double weakQuality,
    Score learned,
    List<SeedScore> seeds,
    Score byChance,
    Score rolesKnown,
    List<LambdaPoint> points) {

  /**
   * @param cpt50 share of calls to the strong model that recovers half of the gap, in percent
   * @param cpt80 four fifths of it
   */
  record Score(double apgr, double cpt50, double cpt80) {
    static Score of(StrongShareCurve curve) {
      return new Score(
          curve.apgr(),
          100 * curve.callPerformanceThreshold(.5),
          100 * curve.callPerformanceThreshold(.8));
    }
  }

  record SeedScore(long seed, Score score) {}

  record LambdaPoint(double lambda, double strongShare, double pgr) {}

  /**
   * @param outcomes of the weak and of the strong model
   * @param firstSeed of as many runs as {@code runs} says
   */
  static CurveReport of(String data, OutcomeData outcomes, long firstSeed, int runs) {
    RoleThompsonRouter router = new RoleThompsonRouter(outcomes);
    List<List<Point>> bySeed = new ArrayList<>();
    List<SeedScore> scores = new ArrayList<>();
    for (long seed = firstSeed; seed < firstSeed + runs; seed++) {
      List<Point> points = router.run(seed);
      bySeed.add(points);
      scores.add(new SeedScore(seed, Score.of(StrongShareCurve.through(points))));
    }
    List<Point> mean = RoleThompsonRouter.average(bySeed);
    List<LambdaPoint> points = new ArrayList<>();
    for (int i = 0; i < mean.size(); i++) {
      Point point = mean.get(i);
      points.add(
          new LambdaPoint(RoleThompsonRouter.LAMBDAS.get(i), point.strongShare(), point.pgr()));
    }
    double[] quality = OutcomeData.meanQuality(outcomes.tasks(), 2);
    return new CurveReport(
        data,
        outcomes.models().get(RoleThompsonRouter.STRONG),
        outcomes.models().get(RoleThompsonRouter.WEAK),
        outcomes.tasks().size(),
        outcomes.byRole().size(),
        quality[RoleThompsonRouter.STRONG],
        quality[RoleThompsonRouter.WEAK],
        Score.of(StrongShareCurve.through(mean)),
        scores,
        Score.of(StrongShareCurve.through(List.of())),
        Score.of(router.limit()),
        points);
  }

  /** For a terminal. */
  String table() {
    StringBuilder out = new StringBuilder();
    line(
        out,
        "%s: %d tasks in %d role(s); %s %.4f, %s %.4f",
        data,
        tasks,
        roles,
        strong,
        strongQuality,
        weak,
        weakQuality);
    line(out, "online, cold start, only the chosen model's outcome revealed; the role is given");
    line(out, "");
    line(out, "%-38s %6s %7s %7s", "", "APGR", "CPT50", "CPT80");
    row(out, "asked by chance", byChance);
    row(out, "Thompson sampling, curve of " + seeds.size() + " seed(s)", learned);
    if (seeds.size() > 1) {
      row(
          out,
          "  standard deviation between seeds",
          new Score(
              deviation(seeds.stream().mapToDouble(s -> s.score.apgr).toArray()),
              deviation(seeds.stream().mapToDouble(s -> s.score.cpt50).toArray()),
              deviation(seeds.stream().mapToDouble(s -> s.score.cpt80).toArray())));
    }
    row(out, "limit: the roles' means known", rolesKnown);
    if (roles == 1) {
      line(out, "");
      line(out, "One role: there is nothing to tell tasks apart by, so chance is the limit.");
    }
    line(out, "");
    line(out, "%8s %14s %8s", "lambda", "strong share", "PGR");
    for (LambdaPoint p : points) {
      line(out, "%8.2f %12.1f %% %8.3f", p.lambda, 100 * p.strongShare, p.pgr);
    }
    return out.toString();
  }

  private static double deviation(double[] values) {
    SummaryStatistics statistics = new SummaryStatistics();
    for (double value : values) {
      statistics.addValue(value);
    }
    return statistics.getStandardDeviation();
  }

  private static void row(StringBuilder out, String name, Score score) {
    line(out, "%-38s %6.3f %5.1f %% %5.1f %%", name, score.apgr, score.cpt50, score.cpt80);
  }

  private static void line(StringBuilder out, String format, Object... values) {
    out.append(String.format(Locale.ROOT, format, values)).append('\n');
  }
}
