package io.floorkeeper.replay;

import io.floorkeeper.attribution.ShadowFindings;
import io.floorkeeper.attribution.ShadowTally;
import io.floorkeeper.attribution.ShadowTask;
import io.floorkeeper.policy.Arm;
import io.floorkeeper.policy.Policy;
import io.floorkeeper.policy.RolePolicy;
import io.floorkeeper.pricing.Price;
import io.floorkeeper.routing.InProcessRouter;
import io.floorkeeper.trial.Contenders;
import io.floorkeeper.trial.Draw;
import io.floorkeeper.trial.LabelRule;
import io.floorkeeper.trial.Trial;
import io.floorkeeper.trial.World;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

/**
 * Roles in the shadow for some passes, then switched on: what the service's own report says at the
 * switch, what would have been true, and what came. Seeded and exact; for many threads.
 */
final class ShadowReplay {
  private final Policy policy;
  private final World world;
  private final Trial trial;
  private final int shadowPasses;

  /**
   * @throws LiveService.RefusedException where policy and data do not fit
   */
  ShadowReplay(OutcomeData data, Policy policy, LiveReplay.Plan plan, int passes, double share) {
    this.policy = policy;
    this.shadowPasses = passes;
    double labelRate =
        policy.roles().values().stream().mapToDouble(RolePolicy::labelRate).max().orElse(1);
    world =
        new OutcomeWorld("", data, policy, plan.passes(), plan.limit())
            .switching(
                passes * data.tasks().size(),
                role -> role.withLearning(RolePolicy.Learning.SHADOW, share),
                role -> role.withLearning(RolePolicy.Learning.LEARN, share));
    trial = new Trial(world, LabelRule.atRate(labelRate), plan.lag(), true);
  }

  /** What came, or what is true of the same tasks: sums over tasks. */
  static final class Outcomes {
    int tasks;
    double quality;
    double usd;

    void add(double itsQuality, double itsUsd) {
      tasks++;
      quality += itsQuality;
      usd += itsUsd;
    }
  }

  /**
   * One role of one run.
   *
   * @param findings at the switch
   * @param path what the shadow's allocations would have delivered, by the role's true means
   * @param latest the same of the last third
   * @param present what the last allocation would deliver
   * @param after what came in the next pass
   * @param afterTruth the true means of what was chosen in it
   * @param frozen what would have come in it, had the last allocation stayed
   * @param served what was delivered in the shadow, and {@code rules} what the rules alone would
   *     have
   */
  record Role(
      ShadowFindings findings,
      Outcomes path,
      Outcomes latest,
      Outcomes present,
      Outcomes after,
      Outcomes afterTruth,
      Outcomes frozen,
      Outcomes served,
      Outcomes rules) {}

  /** A task in the shadow, with the true means of its role. */
  private record Seen(InProcessRouter.Shadow shadow, Draw draw, int served) {}

  private static final class Gathered {
    final ShadowTally tally = new ShadowTally();
    final List<Seen> seen = new ArrayList<>();
    final Outcomes after = new Outcomes();
    final Outcomes afterTruth = new Outcomes();
    final Outcomes frozen = new Outcomes();
    final Outcomes served = new Outcomes();
  }

  /** By role, and all of it the same for equal seeds. */
  Map<String, Role> run(long seed) {
    Map<String, Gathered> byRole = new TreeMap<>();
    Random frozen = new Random(seed);
    trial.run(
        Contenders.own(),
        seed,
        (draw, candidate, chosen) -> {
          Gathered role = byRole.computeIfAbsent(draw.role(), this::begun);
          Draw.Candidate taken = draw.candidates()[candidate];
          if (draw.phase() <= shadowPasses) {
            if (chosen.shadow() != null) {
              role.tally.add(task(draw, candidate, chosen));
              role.seen.add(new Seen(chosen.shadow(), draw, candidate));
              role.served.add(taken.quality(), taken.costUsd());
            }
          } else if (draw.phase() == shadowPasses + 1) {
            role.after.add(taken.quality(), taken.costUsd());
            role.afterTruth.add(taken.meanQuality(), taken.meanCostUsd());
            Draw.Candidate stayed = draw.candidates()[drawn(role, frozen)];
            role.frozen.add(stayed.quality(), stayed.costUsd());
          }
        });
    Map<String, Role> roles = new TreeMap<>();
    byRole.forEach((name, gathered) -> roles.put(name, role(gathered)));
    return roles;
  }

  /** By the last of the shadow's allocations. */
  private static int drawn(Gathered role, Random random) {
    double[] pi = role.seen.get(role.seen.size() - 1).shadow.bandit();
    double u = random.nextDouble();
    int k = 0;
    while (k < pi.length - 1 && (u -= pi[k]) >= 0) {
      k++;
    }
    return k;
  }

  private Gathered begun(String name) {
    Gathered gathered = new Gathered();
    RolePolicy role = policy.roles().get(name);
    for (int k = 0; k < role.candidates().size(); k++) {
      Arm arm = role.candidates().get(k);
      double usd = arm.model().price().map(price -> usd(price, role)).orElse(Double.NaN);
      gathered.tally.arm(arm.key(), role.priorMeans().get(k), usd);
    }
    return gathered;
  }

  private static double usd(Price price, RolePolicy role) {
    return price
        .at(role.expectedInputTokens())
        .usd(role.expectedInputTokens(), 0, 0, role.expectedOutputTokens(), 0, 1);
  }

  private static ShadowTask task(Draw draw, int candidate, InProcessRouter.Chosen chosen) {
    Draw.Candidate taken = draw.candidates()[candidate];
    InProcessRouter.Shadow shadow = chosen.shadow();
    boolean asked = chosen.evaluate();
    return new ShadowTask(
        0,
        chosen.bucket(),
        shadow.mask(),
        candidate,
        shadow.reference(),
        shadow.rules(),
        shadow.bandit(),
        shadow.served(),
        true,
        taken.costUsd(),
        asked,
        1,
        asked ? taken.quality() : Double.NaN);
  }

  private static Role role(Gathered gathered) {
    ShadowFindings findings = gathered.tally.findings();
    Outcomes path = new Outcomes();
    Outcomes latest = new Outcomes();
    Outcomes present = new Outcomes();
    Outcomes rules = new Outcomes();
    double[] last =
        gathered.seen.isEmpty()
            ? new double[0]
            : gathered.seen.get(gathered.seen.size() - 1).shadow.bandit();
    int supported = 0;
    for (Seen seen : gathered.seen) {
      Draw.Candidate[] truth = seen.draw.candidates();
      add(rules, truth, seen.shadow.rules());
      add(present, truth, last);
      if (!isSupported(seen.shadow)) {
        continue;
      }
      add(path, truth, seen.shadow.bandit());
      if (supported++ >= findings.latestFrom()) {
        add(latest, truth, seen.shadow.bandit());
      }
    }
    return new Role(
        findings,
        path,
        latest,
        present,
        gathered.after,
        gathered.afterTruth,
        gathered.frozen,
        gathered.served,
        rules);
  }

  private static boolean isSupported(InProcessRouter.Shadow shadow) {
    for (int k = 0; k < shadow.bandit().length; k++) {
      if (shadow.bandit()[k] > 0 && !(shadow.served()[k] > 0)) {
        return false;
      }
    }
    return true;
  }

  private static void add(Outcomes outcomes, Draw.Candidate[] truth, double[] pi) {
    double quality = 0;
    double usd = 0;
    for (int k = 0; k < pi.length; k++) {
      quality += pi[k] * truth[k].meanQuality();
      usd += pi[k] * truth[k].meanCostUsd();
    }
    outcomes.add(quality, usd);
  }
}
