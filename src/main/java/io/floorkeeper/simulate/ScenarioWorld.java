package io.floorkeeper.simulate;

import io.floorkeeper.policy.Arm;
import io.floorkeeper.policy.Numbers;
import io.floorkeeper.policy.Policy;
import io.floorkeeper.policy.PolicyBook;
import io.floorkeeper.policy.QualityFloor;
import io.floorkeeper.policy.RolePolicy;
import io.floorkeeper.trial.Draw;
import io.floorkeeper.trial.GeneratedPolicy;
import io.floorkeeper.trial.LabelRule;
import io.floorkeeper.trial.World;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.apache.commons.rng.UniformRandomProvider;
import org.apache.commons.rng.sampling.distribution.ZigguratSampler;
import org.apache.commons.rng.simple.RandomSource;

/** A scenario as a world: qualities are coins, costs lognormal, a phase is a third of the run. */
final class ScenarioWorld implements World {
  private static final int PHASES = 3;
  private static final long WORLD_SALT = 0xA5A5_1F0FL;

  private final Scenario scenario;
  private final List<String> roles;

  /** Never empty: a role whose tasks are alike has one context without a name. */
  private final List<String> contexts;

  private final List<Era> eras = new ArrayList<>();

  /**
   * The truth from a call on, until the next.
   *
   * @param tiers indices of the scenario's tiers that the policy has
   * @param quality by role, context and candidate
   * @param costUsd by candidate, before the context's factor
   * @param tokens of a mean call, by candidate, before the context's factor
   * @param floor by role and context
   */
  private record Era(
      int from,
      PolicyBook.Published policy,
      int[] tiers,
      double[][][] quality,
      double[] costUsd,
      double[] tokens,
      double[][] floor) {}

  ScenarioWorld(Scenario scenario) {
    this.scenario = scenario;
    this.roles = List.copyOf(new TreeSet<>(scenario.roles().keySet()));
    this.contexts =
        scenario.contexts().isEmpty() ? List.of("") : List.copyOf(scenario.contexts().keySet());
    TreeSet<Integer> starts = new TreeSet<>(List.of(0));
    scenario.tiers().forEach(tier -> starts.add(tier.from()));
    scenario.events().forEach(event -> starts.add(event.at()));
    Map<String, Integer> arms = new HashMap<>();
    for (int start : starts) {
      if (start < scenario.calls()) {
        eras.add(era(start, arms));
      }
    }
  }

  private Era era(int start, Map<String, Integer> armNumbers) {
    List<Scenario.Tier> all = scenario.tiers();
    int[] tiers =
        java.util.stream.IntStream.range(0, all.size())
            .filter(t -> all.get(t).from() <= start)
            .toArray();
    double[] priceUsd = new double[tiers.length];
    double[] tokens = new double[tiers.length];
    double[][][] quality = new double[roles.size()][contexts.size()][tiers.length];
    for (int k = 0; k < tiers.length; k++) {
      Scenario.Tier tier = all.get(tiers[k]);
      priceUsd[k] = tier.costUsd();
      tokens[k] = GeneratedPolicy.USUAL_TOKENS;
      for (int r = 0; r < roles.size(); r++) {
        Map<String, Double> own = scenario.roles().get(roles.get(r)).quality();
        double ofRole =
            own == null ? tier.quality() : own.getOrDefault(tier.name(), tier.quality());
        for (int c = 0; c < contexts.size(); c++) {
          Map<String, Double> there =
              scenario.contexts().isEmpty()
                  ? null
                  : scenario.contexts().get(contexts.get(c)).quality();
          quality[r][c][k] = there == null ? ofRole : there.getOrDefault(tier.name(), ofRole);
        }
      }
      for (Scenario.Event event : scenario.events()) {
        if (event.at() <= start && event.tier().equals(tier.name())) {
          happen(event, k, priceUsd, tokens, quality);
        }
      }
    }
    double[] costUsd = new double[tiers.length];
    double[][] floor = new double[roles.size()][contexts.size()];
    for (int k = 0; k < tiers.length; k++) {
      costUsd[k] = priceUsd[k] * tokens[k] / GeneratedPolicy.USUAL_TOKENS;
    }
    for (int r = 0; r < roles.size(); r++) {
      for (int c = 0; c < contexts.size(); c++) {
        floor[r][c] =
            scenario.floor().quality() != null
                ? scenario.floor().quality()
                : scenario.floor().relativeToReference() * quality[r][c][tiers.length - 1];
      }
    }
    return new Era(
        start, policy(start, tiers, priceUsd, armNumbers), tiers, quality, costUsd, tokens, floor);
  }

  private void happen(
      Scenario.Event event, int k, double[] priceUsd, double[] tokens, double[][][] quality) {
    if (event.priceFactor() != null) {
      priceUsd[k] *= event.priceFactor();
    } else if (event.tokensFactor() != null) {
      tokens[k] *= event.tokensFactor();
    } else {
      for (int r = 0; r < roles.size(); r++) {
        if (event.role() == null || event.role().equals(roles.get(r))) {
          for (double[] inContext : quality[r]) {
            inContext[k] = event.quality();
          }
        }
      }
    }
  }

  /** Where neither the tiers nor their prices change it is the same object as before. */
  private PolicyBook.Published policy(
      int start, int[] tiers, double[] priceUsd, Map<String, Integer> armNumbers) {
    List<Scenario.Tier> all = scenario.tiers();
    List<String> models = Arrays.stream(tiers).mapToObj(t -> all.get(t).name()).toList();
    boolean priors = Arrays.stream(tiers).allMatch(t -> all.get(t).priorMean() != null);
    Policy policy =
        GeneratedPolicy.of(
            roles,
            List.copyOf(scenario.contexts().keySet()),
            models,
            priceUsd,
            priors
                ? Arrays.stream(tiers).mapToObj(t -> all.get(t).priorMean()).toList()
                : List.of(),
            scenario.floor().quality() != null
                ? QualityFloor.Kind.ABSOLUTE
                : QualityFloor.Kind.RELATIVE_TO_REFERENCE,
            scenario.floor().quality() != null
                ? scenario.floor().quality()
                : scenario.floor().relativeToReference(),
            scenario.labels().rate());
    if (!eras.isEmpty()
        && eras.get(eras.size() - 1).policy().policy().digest().equals(policy.digest())) {
      return eras.get(eras.size() - 1).policy();
    }
    Map<String, Integer> roleNumbers = new HashMap<>();
    for (RolePolicy role : policy.roles().values()) {
      roleNumbers.put(role.name(), roles.indexOf(role.name()) + 1);
      for (Arm arm : role.candidates()) {
        armNumbers.putIfAbsent(arm.model().name(), armNumbers.size() + 1);
      }
    }
    Map<String, Integer> numbers = new HashMap<>();
    policy
        .roles()
        .values()
        .forEach(
            role ->
                role.candidates()
                    .forEach(arm -> numbers.put(arm.key(), armNumbers.get(arm.model().name()))));
    return new PolicyBook.Published(
        eras.size() + 1,
        policy,
        new Numbers(roleNumbers, numbers).withBucketsOf(policy),
        "",
        "simulate");
  }

  /** Who is labelled, as the scenario says. */
  LabelRule labels() {
    Scenario.Labels l = scenario.labels();
    return LabelRule.atRate(l.rate())
        .withBoosting(l.boosted() == null || l.boosted())
        .withBias(
            l.failureRate() == null ? 1 : l.failureRate(),
            l.passRate() == null ? 1 : l.passRate(),
            !l.hideProbability())
        .withDelay(l.delaySnapshots(), l.mostDelaySnapshots());
  }

  int snapshotCalls() {
    return scenario.snapshotCalls();
  }

  @Override
  public String name() {
    return scenario.name();
  }

  @Override
  public Run begin(long seed) {
    return new ScenarioRun(seed);
  }

  private final class ScenarioRun implements Run {
    private final UniformRandomProvider random;
    private final ZigguratSampler.NormalizedGaussian gaussian;
    private final double[] upTo = new double[roles.size()];
    private final double[] upToContext = new double[contexts.size()];
    private int drawn;
    private int era;

    ScenarioRun(long seed) {
      random = RandomSource.L64_X128_MIX.create(seed ^ WORLD_SALT);
      gaussian = ZigguratSampler.NormalizedGaussian.of(random);
      double sum = 0;
      for (int r = 0; r < upTo.length; r++) {
        double share = scenario.roles().get(roles.get(r)).share();
        sum += share == 0 ? 1 : share;
        upTo[r] = sum;
      }
      sum = 0;
      for (int c = 0; c < upToContext.length; c++) {
        Scenario.Context context = scenario.contexts().get(contexts.get(c));
        sum += context == null || context.share() == 0 ? 1 : context.share();
        upToContext[c] = sum;
      }
    }

    @Override
    public int size() {
      return scenario.calls();
    }

    @Override
    public boolean hasNext() {
      return drawn < scenario.calls();
    }

    @Override
    public PolicyBook.Published policy() {
      return current().policy;
    }

    private Era current() {
      while (era + 1 < eras.size() && eras.get(era + 1).from <= drawn) {
        era++;
      }
      return eras.get(era);
    }

    @Override
    public Draw next() {
      Era now = current();
      int role = among(upTo);
      int context = among(upToContext);
      double costFactor = costFactor(context);
      Draw.Candidate[] candidates = new Draw.Candidate[now.tiers.length];
      // Dollars of a task go up and down for all models alike: it is the task that is long.
      double length = gaussian.sample();
      double luck = random.nextDouble();
      for (int k = 0; k < candidates.length; k++) {
        double cv = scenario.tiers().get(now.tiers[k]).costCv();
        double v = Math.log1p(cv * cv);
        double factor = costFactor * Math.exp(Math.sqrt(v) * length - v / 2);
        double q = now.quality[role][context][k];
        candidates[k] =
            new Draw.Candidate(
                now.tiers[k],
                luck < q ? 1 : 0,
                now.costUsd[k] * factor,
                Math.round(now.tokens[k] * factor),
                0,
                q,
                costFactor * now.costUsd[k]);
      }
      int phase = 1 + (int) ((long) drawn * PHASES / scenario.calls());
      drawn++;
      return new Draw(
          phase,
          "",
          roles.get(role),
          scenario.contexts().isEmpty() ? null : contexts.get(context),
          candidates,
          now.floor[role][context]);
    }

    private double costFactor(int context) {
      Scenario.Context of = scenario.contexts().get(contexts.get(context));
      return of == null || of.costFactor() == 0 ? 1 : of.costFactor();
    }

    private int among(double[] upTo) {
      if (upTo.length == 1) {
        return 0;
      }
      double u = random.nextDouble() * upTo[upTo.length - 1];
      int at = 0;
      while (u >= upTo[at]) {
        at++;
      }
      return at;
    }
  }
}
