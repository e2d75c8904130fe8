package io.floorkeeper.replay;

import io.floorkeeper.bandit.BetaPosterior;
import io.floorkeeper.replay.StrongShareCurve.Point;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.commons.rng.UniformRandomProvider;
import org.apache.commons.rng.sampling.distribution.ChengBetaSampler;
import org.apache.commons.rng.simple.RandomSource;

/**
 * Online Thompson sampling between a weak and a strong model with nothing known but a task's role:
 * cold start, every task once in shuffled order, and only the chosen model's outcome revealed, at
 * once. What was paid for learning is in the score.
 *
 * <pre>
 * strong iff sampled q_strong - sampled q_weak &gt; lambda             one lambda, one point of the curve
 * q[role, model] ~ Beta(n0*m + passes, n0*(1-m) + failures)         of that role and model, n0 = 10
 * m[model]       = mean of Beta(7, 3) weak, Beta(8, 2) strong, after all roles' outcomes of that model
 * </pre>
 *
 * <p>The role's own outcomes are in the pooled mean too. No floor, no dollars: it is the posterior
 * and the sampling that are compared here, on a field that others published figures for.
 */
final class RoleThompsonRouter {
  static final int WEAK = 0;
  static final int STRONG = 1;

  /** Denser where a curve bends: evenly spaced ones measure the same with coarser lines. */
  static final List<Double> LAMBDAS =
      List.of(-.2, -.05, 0., .03, .06, .08, .1, .12, .14, .16, .18, .2, .23, .26, .3, .4, .6);

  private static final double ROLE_PRIOR_N = 10;
  private static final double POOLED_PRIOR_N = 10;
  private static final double[] POOLED_PRIOR_MEAN = {.7, .8};

  private final OutcomeData data;
  private final double weakQuality;
  private final double gap;

  /**
   * @param data of two models, the weak one first
   * @throws OutcomeData.InvalidDataException if the strong model is not the better one there
   */
  RoleThompsonRouter(OutcomeData data) {
    if (data.models().size() != 2) {
      throw new IllegalArgumentException("data must be of two models: " + data.models());
    }
    this.data = data;
    double[] quality = OutcomeData.meanQuality(data.tasks(), 2);
    weakQuality = quality[WEAK];
    gap = quality[STRONG] - quality[WEAK];
    if (!(gap > 0)) {
      throw new OutcomeData.InvalidDataException(
          String.format(
              "%s is not better than %s on this data: there is no gap to recover",
              data.models().get(STRONG), data.models().get(WEAK)));
    }
  }

  /** One point per lambda, in their order, from one shuffle. */
  List<Point> run(long seed) {
    List<OutcomeData.Task> order = new ArrayList<>(data.tasks());
    Collections.shuffle(order, new Random(seed));
    List<Point> points = new ArrayList<>();
    for (double lambda : LAMBDAS) {
      points.add(run(order, lambda, RandomSource.L64_X128_MIX.create(seed)));
    }
    return points;
  }

  private Point run(List<OutcomeData.Task> order, double lambda, UniformRandomProvider random) {
    Seen[] all = {new Seen(), new Seen()};
    Map<String, Seen[]> byRole = new HashMap<>();
    long strong = 0;
    double earned = 0;
    for (OutcomeData.Task task : order) {
      Seen[] role = byRole.computeIfAbsent(task.role(), r -> new Seen[] {new Seen(), new Seen()});
      double weakDraw = draw(all, role, WEAK, random);
      double strongDraw = draw(all, role, STRONG, random);
      int chosen = strongDraw - weakDraw > lambda ? STRONG : WEAK;
      double quality = task.outcomes().get(chosen).quality();
      all[chosen].add(quality);
      role[chosen].add(quality);
      strong += chosen;
      earned += quality;
    }
    double n = order.size();
    return new Point(strong / n, (earned / n - weakQuality) / gap);
  }

  private static double draw(Seen[] all, Seen[] role, int model, UniformRandomProvider random) {
    double pooled =
        BetaPosterior.of(POOLED_PRIOR_MEAN[model], POOLED_PRIOR_N, all[model].n, all[model].mean())
            .mean();
    BetaPosterior posterior =
        BetaPosterior.of(pooled, ROLE_PRIOR_N, role[model].n, role[model].mean());
    return ChengBetaSampler.of(random, posterior.a(), posterior.b()).sample();
  }

  /**
   * The limit of any router that knows only the role, in hindsight: the roles' true means known,
   * the role with the widest gap given to the strong model first.
   */
  StrongShareCurve limit() {
    record Role(int tasks, double gained) {}

    List<Role> roles = new ArrayList<>();
    for (List<OutcomeData.Task> tasks : data.byRole().values()) {
      double[] quality = OutcomeData.meanQuality(tasks, 2);
      roles.add(new Role(tasks.size(), tasks.size() * (quality[STRONG] - quality[WEAK])));
    }
    roles.sort(Comparator.comparingDouble(r -> -r.gained / r.tasks));
    double n = data.tasks().size();
    List<Point> points = new ArrayList<>();
    long strong = 0;
    double gained = 0;
    for (Role role : roles) {
      strong += role.tasks;
      gained += role.gained;
      points.add(new Point(strong / n, gained / n / gap));
    }
    return StrongShareCurve.through(points);
  }

  /** The mean of several runs, point by point. */
  static List<Point> average(List<List<Point>> runs) {
    List<Point> average = new ArrayList<>();
    for (int i = 0; i < LAMBDAS.size(); i++) {
      int at = i;
      average.add(
          new Point(
              runs.stream().mapToDouble(r -> r.get(at).strongShare()).average().orElseThrow(),
              runs.stream().mapToDouble(r -> r.get(at).pgr()).average().orElseThrow()));
    }
    return average;
  }

  /** Outcomes of one model so far. */
  private static final class Seen {
    private long n;
    private double sum;

    void add(double quality) {
      n++;
      sum += quality;
    }

    double mean() {
      return n == 0 ? 0 : sum / n;
    }
  }
}
