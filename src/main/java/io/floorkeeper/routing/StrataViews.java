package io.floorkeeper.routing;

import io.floorkeeper.bandit.ArmBelief;
import io.floorkeeper.bandit.BucketCost;
import io.floorkeeper.bandit.CostPosterior;
import io.floorkeeper.bandit.DiscountedEvidence;
import io.floorkeeper.bandit.Standardised;
import io.floorkeeper.policy.Numbers;
import io.floorkeeper.policy.RolePolicy;
import io.floorkeeper.posterior.RoleEvidence;
import io.floorkeeper.posterior.Strata;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntPredicate;
import java.util.function.ToDoubleFunction;

/** What is believed of a role's arms: in one of its strata, in some together, in all. */
final class StrataViews {
  private final Numbers numbers;
  private final RolePolicy policy;
  private final RoleEvidence evidence;
  private final Strata strata;
  private final List<ArmView> plain;
  private double[][] priorsUsd;

  StrataViews(Numbers numbers, RolePolicy policy, RoleEvidence evidence) {
    this.numbers = numbers;
    this.policy = policy;
    this.evidence = evidence;
    this.strata = Strata.of(numbers, policy, evidence);
    this.plain = ArmViews.of(numbers, policy, evidence, bucket -> true);
  }

  Strata strata() {
    return strata;
  }

  /** The role: what it is, not what its arms were given. */
  List<ArmView> whole() {
    boolean[] all = new boolean[strata.size()];
    Arrays.fill(all, true);
    return strata.differ() ? together(all, plain) : plain;
  }

  /** Some strata together. Those that differ are weighed by their traffic, as in the role. */
  List<ArmView> together(boolean[] in) {
    return together(in, ArmViews.of(numbers, policy, evidence, sumOf(in)));
  }

  private IntPredicate sumOf(boolean[] in) {
    return bucket -> {
      for (int i = 0; i < in.length; i++) {
        boolean unnumbered = i < strata.slots() && strata.bucketNo(i) == 0;
        if (!in[i] && !unnumbered && strata.bucketNo(i) == bucket) {
          return false;
        }
      }
      return true;
    };
  }

  /**
   * @param summed the same strata as if they were alike
   */
  private List<ArmView> together(boolean[] in, List<ArmView> summed) {
    List<Integer> apart = strata.apart(in);
    if (apart.isEmpty()) {
      return summed;
    }
    List<List<ArmView>> cells = new ArrayList<>();
    cells.add(ArmViews.of(numbers, policy, evidence, strata.pool(in)));
    apart.forEach(stratum -> cells.add(stratum(stratum)));
    double[] weights = strata.weights(in);
    List<ArmView> views = new ArrayList<>();
    for (int k = 0; k < plain.size(); k++) {
      int at = k;
      ArmView sum = summed.get(k);
      CostPosterior cost =
          Standardised.cost(
              cells.stream().map(cell -> cell.get(at).belief().cost()).toList(), weights);
      views.add(
          ArmView.of(
              sum.arm(),
              sum.armNo(),
              new ArmBelief(
                  strata.quality(k, in), cost, sum.belief().calls(), sum.belief().bookedCalls()),
              sum.labels(),
              sum.dollarEpisodes(),
              sum.costKnown(),
              sum.p95LatencyMillis(),
              ArmViews.delta(policy)));
    }
    return List.copyOf(views);
  }

  /** A stratum by itself. */
  List<ArmView> stratum(int stratum) {
    List<ArmView> views = new ArrayList<>();
    for (int k = 0; k < plain.size(); k++) {
      ArmView whole = plain.get(k);
      DiscountedEvidence seen = strata.sums(stratum, k);
      CostPosterior cost =
          CostPosterior.blended(
              priorsUsd()[stratum][k],
              ArmViews.seenUsd(whole.arm(), policy, seen),
              seen.cvUsd(),
              costEpisodes(stratum, k));
      views.add(
          ArmView.of(
              whole.arm(),
              whole.armNo(),
              new ArmBelief(
                  strata.split().posterior(stratum, k),
                  cost,
                  seen.episodes(),
                  seen.bookedEpisodes()),
              seen.effectiveLabels(),
              seen.dollarEpisodes(),
              whole.costKnown(),
              whole.p95LatencyMillis(),
              ArmViews.delta(policy)));
    }
    return List.copyOf(views);
  }

  /** Of an arm whose cost is not known nothing is learned of it: it is as dear as the dearest. */
  private double costEpisodes(int stratum, int k) {
    ArmView whole = plain.get(k);
    return whole.costKnown() ? ArmViews.costEpisodes(whole.arm(), strata.sums(stratum, k)) : 0;
  }

  private double[][] priorsUsd() {
    if (priorsUsd == null) {
      double[][] episodes = new double[strata.size()][plain.size()];
      double[][] seenUsd = new double[strata.size()][plain.size()];
      for (int i = 0; i < episodes.length; i++) {
        for (int k = 0; k < plain.size(); k++) {
          episodes[i][k] = costEpisodes(i, k);
          seenUsd[i][k] = ArmViews.seenUsd(plain.get(k).arm(), policy, strata.sums(i, k));
        }
      }
      ToDoubleFunction<ArmView> usd = arm -> arm.belief().cost().meanUsd();
      priorsUsd =
          BucketCost.priorsUsd(episodes, seenUsd, plain.stream().mapToDouble(usd).toArray());
    }
    return priorsUsd;
  }
}
