package io.floorkeeper.replay;

import io.floorkeeper.attribution.ShadowFindings;
import io.floorkeeper.attribution.ShadowTally;
import io.floorkeeper.bandit.OffPolicyEstimate;
import io.floorkeeper.bandit.PolicyPanel;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import org.apache.commons.math3.distribution.BetaDistribution;
import org.apache.commons.math3.distribution.ChiSquaredDistribution;

/**
 * How often what a shadow states is so: role by role, and of all roles together, whose estimates
 * are averaged by their tasks and whose errors are independent.
 */
final class ShadowCoverage {

  /**
   * How often.
   *
   * @param low of the share, with {@code high}: Clopper and Pearson's 95 % interval
   * @param told intervals that were stated
   * @param refused that were not: the report says why instead
   * @param meanError of the estimate, signed
   * @param meanHalfWidth of the intervals
   */
  record Share(
      String target,
      String of,
      String axis,
      double inside,
      double low,
      double high,
      int told,
      int refused,
      double meanError,
      double meanHalfWidth) {}

  /** What an interval is held against. */
  private record Target(
      String name,
      int policy,
      boolean isLatest,
      boolean isChosen,
      boolean predicts,
      Function<ShadowReplay.Role, ShadowReplay.Outcomes> truth) {}

  private static final List<Target> TARGETS =
      List.of(
          new Target(
              "the shadow's own path", ShadowTally.BANDIT, false, false, false, r -> r.path()),
          new Target("its latest third", ShadowTally.BANDIT, true, false, false, r -> r.latest()),
          new Target(
              "the allocation at the switch",
              ShadowTally.PRESENT,
              false,
              true,
              false,
              r -> r.present()),
          new Target(
              "the same, as if fixed before",
              ShadowTally.PRESENT,
              false,
              false,
              false,
              r -> r.present()),
          new Target(
              "what had come, had it stayed so",
              ShadowTally.PRESENT,
              false,
              true,
              true,
              r -> r.frozen()),
          new Target("what came", ShadowTally.PRESENT, false, true, true, r -> r.after()),
          new Target(
              "what came, true means",
              ShadowTally.PRESENT,
              false,
              true,
              false,
              r -> r.afterTruth()));

  private static final class Count {
    private int inside;
    private int told;
    private int refused;
    private double errors;
    private double halfWidths;

    void add(OffPolicyEstimate stated, double truth) {
      told++;
      inside += stated.low() <= truth && truth <= stated.high() ? 1 : 0;
      errors += stated.value() - truth;
      halfWidths += (stated.high() - stated.low()) / 2;
    }

    Share share(String target, String of, String axis) {
      return new Share(
          target,
          of,
          axis,
          told == 0 ? Double.NaN : inside / (double) told,
          told == 0 || inside == 0
              ? 0
              : new BetaDistribution(null, inside, told - inside + 1.)
                  .inverseCumulativeProbability(.025),
          told == 0 || inside == told
              ? 1
              : new BetaDistribution(null, inside + 1., told - inside)
                  .inverseCumulativeProbability(.975),
          told,
          refused,
          errors / told,
          halfWidths / told);
    }
  }

  private final double alpha;
  private final Map<String, Count> counts = new LinkedHashMap<>();

  ShadowCoverage(double alpha) {
    this.alpha = alpha;
  }

  /** One run. */
  void add(Map<String, ShadowReplay.Role> roles) {
    for (Target target : TARGETS) {
      axis(target, "quality", roles.values(), ShadowFindings::quality, o -> o.quality);
      axis(target, "usd", roles.values(), ShadowFindings::usd, o -> o.usd);
    }
  }

  List<Share> shares() {
    List<Share> shares = new ArrayList<>();
    counts.forEach(
        (key, count) -> {
          String[] parts = key.split("\\|");
          shares.add(count.share(parts[0], parts[1], parts[2]));
        });
    return shares;
  }

  private void axis(
      Target target,
      String axis,
      Collection<ShadowReplay.Role> roles,
      Function<ShadowFindings, ShadowFindings.Axis> which,
      ToDoubleFunction<ShadowReplay.Outcomes> sum) {
    Count each = count(target, "roles one by one", axis);
    Count all = count(target, "all roles together", axis);
    double tasks = 0;
    double after = 0;
    double value = 0;
    double variance = 0;
    double noise = 0;
    double truth = 0;
    int unknown = 0;
    for (ShadowReplay.Role role : roles) {
      PolicyPanel panel = panel(target, which.apply(role.findings()));
      ShadowReplay.Outcomes true_ = target.truth.apply(role);
      if (panel.n() < 2 || true_.tasks == 0) {
        each.refused++;
        continue;
      }
      double mean = sum.applyAsDouble(true_) / true_.tasks;
      if (role.findings().whyNot(panel, target.policy, axis).isPresent()) {
        each.refused++;
      } else {
        each.add(stated(target, role.findings(), panel, true_.tasks), mean);
      }
      double[] bandit = panel.unit(target.policy);
      unknown += target.isChosen ? role.findings().unknownMeans() : 0;
      double n = true_.tasks;
      double error = panel.standardError(bandit);
      tasks += n;
      value += n * panel.value(bandit);
      variance += n * n * error * error;
      noise += target.predicts ? n * panel.variance(target.policy) : 0;
      truth += n * mean;
      after += true_.tasks;
    }
    if (tasks == 0) {
      all.refused++;
      return;
    }
    double half = Math.sqrt(wide(Math.max(1, unknown)) * variance + wide(1) * noise) / tasks;
    double of = value / tasks;
    all.add(
        new OffPolicyEstimate(of, of - half, of + half, alpha, (long) after, tasks), truth / tasks);
  }

  private OffPolicyEstimate stated(
      Target target, ShadowFindings findings, PolicyPanel panel, int further) {
    int unknown = target.isChosen ? findings.unknownMeans() : 1;
    return target.predicts
        ? panel.further(target.policy, further, alpha, unknown)
        : panel.chosen(alpha, unknown, panel.unit(target.policy));
  }

  /** Squared standard errors to each side. */
  private double wide(int unknown) {
    return new ChiSquaredDistribution(null, unknown).inverseCumulativeProbability(1 - alpha);
  }

  private static PolicyPanel panel(Target target, ShadowFindings.Axis axis) {
    return target.isLatest ? axis.latest() : axis.path();
  }

  private Count count(Target target, String of, String axis) {
    return counts.computeIfAbsent(target.name + "|" + of + "|" + axis, k -> new Count());
  }
}
