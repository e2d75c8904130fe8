package io.floorkeeper.trial;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.floorkeeper.bandit.Evidence;
import io.floorkeeper.bandit.KnownMeansLimit;
import io.floorkeeper.policy.Arm;
import io.floorkeeper.policy.Numbers;
import io.floorkeeper.policy.Policy;
import io.floorkeeper.policy.PolicyBook;
import io.floorkeeper.policy.PolicyReader;
import io.floorkeeper.posterior.DayPace;
import io.floorkeeper.posterior.PosteriorSnapshot;
import io.floorkeeper.posterior.RoleSpend;
import io.floorkeeper.routing.InProcessRouter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.apache.commons.rng.UniformRandomProvider;
import org.apache.commons.rng.simple.RandomSource;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/**
 * What a day's ceiling holds, and at what quality: four arms of known means, floor .90, cold start,
 * four days of 1,440 tasks; dollars of a call lognormal (sigma .8) about the arm's mean; 30 % base
 * labels and boosted ones. Builder, router, pace are the service's; a snapshot every 24 tasks, and
 * with each of the first 24 of a day. Seeds from {@link #SEED}; {@code -Dceiling.seeds=20} gives
 * the figures of the decision record. A test with fixed seeds has no false alarms.
 */
class CeilingWorldTest {
  private static final long SEED = 20261125L;
  private static final int SEEDS = Integer.getInteger("ceiling.seeds", 3);
  private static final int DAYS = 4;
  private static final int TASKS = 1_440;
  private static final int SNAPSHOT_TASKS = 24;
  private static final double[] QUALITY = {.80, .93, .96, .97};
  private static final double[] COST_USD = {.0005, .004, .02, .06};
  private static final double SIGMA = .8;
  private static final double BASE_RATE = .3;
  private static final long FIRST_DAY = 20_500L * RoleSpend.DAY_MILLIS;

  /** When the tasks of a day come. */
  enum Profile {
    ALL_DAY(0, 24),
    NINE_TO_FIVE(9, 17);

    private final double from;
    private final double to;

    Profile(double from, double to) {
      this.from = from;
      this.to = to;
    }

    long[] times(UniformRandomProvider random) {
      double hour = RoleSpend.DAY_MILLIS / 24.0;
      return random
          .doubles(TASKS)
          .mapToLong(u -> (long) ((from + u * (to - from)) * hour))
          .sorted()
          .toArray();
    }
  }

  /** A run: dollars by day, expected quality by day, and what was chosen. */
  private record Run(double[] usd, double[] quality, int[] chosen) {}

  @ParameterizedTest
  @EnumSource(Profile.class)
  void costFirstHoldsTheDayAndQualityFirstHoldsTheFloor(Profile profile) {
    List<Run> free = runs("", "", profile);
    double usual = mean(free, Run::usd, 1);
    System.out.printf(
        Locale.ROOT,
        "%n%s, n = %d runs of %d days, mean and 95 %% interval over runs; best: known means%n",
        profile,
        SEEDS,
        DAYS);
    print("no ceiling", free, Double.NaN);
    for (double share : new double[] {4, .5, .25}) {
      double limitUsd = Math.round(usual * share * 100) / 100.;
      String ceiling = "ceiling: {spend_usd_per_day: " + limitUsd + "}";
      List<Run> quality = runs(ceiling, "quality_first", profile);
      List<Run> cost = runs(ceiling, "cost_first", profile);
      print("quality_first " + limitUsd, quality, limitUsd);
      print("cost_first    " + limitUsd, cost, limitUsd);

      for (int i = 0; i < SEEDS; i++) {
        assertThat(quality.get(i).chosen)
            .as("a learning role is the cheapest above its floor already: only told")
            .isEqualTo(free.get(i).chosen);
        for (double usd : cost.get(i).usd) {
          // Over it by the tasks of a snapshot, and by the cheapest arm's from then on.
          double beyondUsd = SNAPSHOT_TASKS * COST_USD[2] + TASKS / 2. * COST_USD[0];
          assertThat(usd).isLessThan(limitUsd + beyondUsd);
        }
      }
      double best = best(limitUsd);
      assertThat(mean(cost, Run::quality, 1)).isCloseTo(best, within(.03));
    }
  }

  private static List<Run> runs(String ceiling, String precedence, Profile profile) {
    List<Run> runs = new ArrayList<>();
    for (int i = 0; i < SEEDS; i++) {
      runs.add(run(published(ceiling, precedence), profile, SEED + i));
    }
    return runs;
  }

  private static Run run(PolicyBook.Published published, Profile profile, long seed) {
    UniformRandomProvider random = RandomSource.L64_X128_MIX.create(seed);
    UniformRandomProvider world = RandomSource.L64_X128_MIX.create(seed + 1_000_000);
    InProcessRouter router = new InProcessRouter(published);
    MemoryEvidence evidence = new MemoryEvidence(true);
    evidence.follow(published);
    double[] usd = new double[DAYS];
    double[] quality = new double[DAYS];
    int[] chosen = new int[DAYS * TASKS];
    boolean counts = published.policy().roles().get("worker").ceiling().isOfSpend();
    for (int day = 0; day < DAYS; day++) {
      long dayStart = FIRST_DAY + day * RoleSpend.DAY_MILLIS;
      long[] times = profile.times(world);
      long nanoUsd = 0;
      for (int n = 0; n < TASKS; n++) {
        long now = dayStart + times[n];
        if (n < SNAPSHOT_TASKS || n % SNAPSHOT_TASKS == 0) {
          double ahead =
              DayPace.tasksAhead(n, day == 0 ? 0 : TASKS, dayStart + times[0], dayStart, now);
          RoleSpend spend = new RoleSpend(dayStart, nanoUsd, n, 0, ahead, Map.of());
          router.publish(
              new PosteriorSnapshot(
                  evidence.snapshot(now).roles(), now, counts ? Map.of(1, spend) : Map.of()));
        }
        InProcessRouter.Chosen answer = router.decide("worker", random, now);
        int k = answer.candidate();
        // The same luck whatever was chosen: runs of one seed differ by their choices alone.
        double noise = Math.exp(SIGMA * gaussian(world) - SIGMA * SIGMA / 2);
        double luck = world.nextDouble();
        boolean isBase = world.nextDouble() < BASE_RATE;
        long nano = Math.round(COST_USD[k] * noise * Evidence.NANOS_PER_USD);
        MemoryEvidence.Place place = new MemoryEvidence.Place(1, "worker", k + 1, answer.block());
        evidence.add(
            place,
            Evidence.episode()
                .plus(Evidence.dollars(nano))
                .plus(Evidence.tokens(Math.round(1_000 * noise), 0, 0, 0, 0)));
        if (isBase || answer.wantsLabel()) {
          double passed = luck < QUALITY[k] ? 1 : 0;
          evidence.addLabel(
              new MemoryEvidence.Labelled(
                  place,
                  Evidence.label(Evidence.ONE, Math.round(passed * Evidence.ONE)),
                  passed,
                  isBase));
        }
        nanoUsd += nano;
        quality[day] += QUALITY[k] / TASKS;
        chosen[day * TASKS + n] = k;
      }
      usd[day] = (double) nanoUsd / Evidence.NANOS_PER_USD;
    }
    return new Run(usd, quality, chosen);
  }

  private static double gaussian(UniformRandomProvider random) {
    return Math.sqrt(-2 * Math.log(1 - random.nextDouble()))
        * Math.cos(2 * Math.PI * random.nextDouble());
  }

  /** The best quality that the ceiling pays for, were the means known. */
  private static double best(double limitUsd) {
    double perTask = limitUsd / TASKS;
    double floor = KnownMeansLimit.mixture(QUALITY, COST_USD, .9).costUsd();
    if (perTask >= floor) {
      return .9;
    }
    double t = (perTask - COST_USD[0]) / (COST_USD[1] - COST_USD[0]);
    return QUALITY[0] + Math.max(0, t) * (QUALITY[1] - QUALITY[0]);
  }

  private static PolicyBook.Published published(String ceiling, String precedence) {
    StringBuilder yaml = new StringBuilder("tiers:\n");
    for (int k = 0; k < QUALITY.length; k++) {
      yaml.append(
          "  - {name: t%d, models: [{name: m%d, provider: p, price: {input_usd_per_million: %s, output_usd_per_million: 0}}]}%n"
              .formatted(k, k, java.math.BigDecimal.valueOf(COST_USD[k] * 1_000).toPlainString()));
    }
    yaml.append(
        "defaults: {floor: {quality: .9}, preset: t3, label_rate: .3, graduation: {min_traces: 0}, expected_tokens: {input: 1000, output: 0}}\n");
    yaml.append("roles: {worker: {").append(ceiling).append("}}\n");
    if (!precedence.isEmpty()) {
      yaml.append("precedence: ").append(precedence).append('\n');
    }
    Policy policy = PolicyReader.read(yaml.toString(), "invented");
    Map<String, Integer> arms = new HashMap<>();
    for (Arm arm : policy.roles().get("worker").candidates()) {
      arms.put(arm.key(), arms.size() + 1);
    }
    return new PolicyBook.Published(
        1, policy, new Numbers(Map.of("worker", 1), arms), yaml.toString(), "invented");
  }

  /** Over the runs, of the days from {@code firstDay} on. */
  private static double mean(
      List<Run> runs, java.util.function.Function<Run, double[]> of, int firstDay) {
    return runs.stream()
        .mapToDouble(run -> Arrays.stream(of.apply(run)).skip(firstDay).average().orElseThrow())
        .average()
        .orElseThrow();
  }

  private static void print(String what, List<Run> runs, double limitUsd) {
    long over =
        runs.stream().flatMapToDouble(r -> Arrays.stream(r.usd)).filter(u -> u > limitUsd).count();
    double most = runs.stream().flatMapToDouble(r -> Arrays.stream(r.usd)).max().orElseThrow();
    System.out.printf(
        Locale.ROOT,
        "%-22s USD a day %s, first day %.2f, most %.2f, over in %d of %d days; quality %s, first day %.3f; best %.3f%n",
        what,
        interval(runs, Run::usd),
        runs.stream().mapToDouble(r -> r.usd[0]).average().orElseThrow(),
        most,
        over,
        runs.size() * DAYS,
        interval(runs, Run::quality),
        runs.stream().mapToDouble(r -> r.quality[0]).average().orElseThrow(),
        Double.isNaN(limitUsd) ? .9 : best(limitUsd));
  }

  /** Of the days after the first, by the normal approximation over runs. */
  private static String interval(List<Run> runs, java.util.function.Function<Run, double[]> of) {
    double[] means =
        runs.stream()
            .mapToDouble(r -> Arrays.stream(of.apply(r)).skip(1).average().orElseThrow())
            .toArray();
    double mean = Arrays.stream(means).average().orElseThrow();
    double variance =
        Arrays.stream(means).map(m -> (m - mean) * (m - mean)).sum() / (means.length - 1);
    double half = 1.96 * Math.sqrt(variance / means.length);
    return String.format(Locale.ROOT, "%.3f [%.3f, %.3f]", mean, mean - half, mean + half);
  }
}
