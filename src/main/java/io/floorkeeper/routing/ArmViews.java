package io.floorkeeper.routing;

import io.floorkeeper.bandit.ArmBelief;
import io.floorkeeper.bandit.BetaPosterior;
import io.floorkeeper.bandit.CostPosterior;
import io.floorkeeper.bandit.DiscountedEvidence;
import io.floorkeeper.bandit.LatencySketch;
import io.floorkeeper.policy.Arm;
import io.floorkeeper.policy.Numbers;
import io.floorkeeper.policy.RolePolicy;
import io.floorkeeper.posterior.Beliefs;
import io.floorkeeper.posterior.RoleEvidence;
import io.floorkeeper.pricing.Price;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntPredicate;

/** From evidence to beliefs: what {@code bandit.md} section 2 says of priors, tokens and prices. */
final class ArmViews {
  private ArmViews() {}

  /** Of the whole role: its buckets together, weighed by traffic where they differ. */
  static List<ArmView> of(Numbers numbers, RolePolicy policy, RoleEvidence evidence) {
    return evidence.isOfSeveralBuckets()
        ? new StrataViews(numbers, policy, evidence).whole()
        : of(numbers, policy, evidence, bucket -> true);
  }

  /** Of some of the role's buckets together, as if they were all that it has. */
  static List<ArmView> of(
      Numbers numbers, RolePolicy policy, RoleEvidence evidence, IntPredicate buckets) {
    List<ArmView> arms = new ArrayList<>();
    double dearestUsd = 0;
    for (int k = 0; k < policy.candidates().size(); k++) {
      ArmView view = view(numbers, policy, evidence, buckets, k);
      arms.add(view);
      if (view.costKnown()) {
        dearestUsd = Math.max(dearestUsd, view.belief().cost().meanUsd());
      }
    }
    // An arm of unknown cost is taken for as dear as the dearest: unpriced is a gap, never 0.
    for (int k = 0; k < arms.size(); k++) {
      ArmView view = arms.get(k);
      if (!view.costKnown()) {
        arms.set(
            k,
            ArmView.of(
                view.arm(),
                view.armNo(),
                new ArmBelief(
                    view.belief().quality(),
                    CostPosterior.exactly(dearestUsd),
                    view.belief().calls(),
                    view.belief().bookedCalls()),
                view.labels(),
                view.dollarEpisodes(),
                false,
                view.p95LatencyMillis(),
                delta(policy)));
      }
    }
    return List.copyOf(arms);
  }

  private static ArmView view(
      Numbers numbers, RolePolicy policy, RoleEvidence evidence, IntPredicate buckets, int k) {
    Arm arm = policy.candidates().get(k);
    int armNo = numbers.armNo(arm);
    DiscountedEvidence sums = Beliefs.sums(numbers, policy, evidence, k, buckets);
    BetaPosterior quality = Beliefs.quality(policy, k, sums);
    CostPosterior cost = cost(arm, policy, sums);
    return ArmView.of(
        arm,
        armNo,
        new ArmBelief(
            quality,
            cost == null ? CostPosterior.exactly(0) : cost,
            sums.episodes(),
            sums.bookedEpisodes()),
        sums.effectiveLabels(),
        sums.dollarEpisodes(),
        cost != null,
        LatencySketch.quantileMillis(evidence.latencyBins(armNo, buckets), .95).orElse(Double.NaN),
        delta(policy));
  }

  /** One minus the confidence of the role's bounds. */
  static double delta(RolePolicy policy) {
    return policy.floor().map(f -> 1 - f.confidence()).orElse(.10);
  }

  /**
   * Tokens at today's price where the catalogue has one, else dollars as they were booked; null
   * where neither is known.
   */
  private static CostPosterior cost(Arm arm, RolePolicy policy, DiscountedEvidence sums) {
    if (arm.model().price().isPresent()) {
      Price price = arm.model().price().get();
      double priorUsd =
          price
              .at(policy.expectedInputTokens())
              .usd(policy.expectedInputTokens(), 0, 0, policy.expectedOutputTokens(), 0, 1);
      return CostPosterior.blended(
          priorUsd, seenUsd(arm, sums), sums.cvUsd(), sums.tokenEpisodes());
    }
    if (sums.dollarEpisodes() > 0) {
      return CostPosterior.of(sums.meanUsd(), sums.cvUsd(), sums.dollarEpisodes());
    }
    return null;
  }

  /**
   * What an arm was seen to cost: tokens at today's price where the catalogue has one, else
   * dollars.
   *
   * @return NaN where {@link #costEpisodes} is 0
   */
  static double seenUsd(Arm arm, DiscountedEvidence sums) {
    return arm.model().price().map(price -> usd(price, sums)).orElseGet(sums::meanUsd);
  }

  /** The episodes behind {@link #seenUsd}. */
  static double costEpisodes(Arm arm, DiscountedEvidence sums) {
    return arm.model().price().isPresent() ? sums.tokenEpisodes() : sums.dollarEpisodes();
  }

  /**
   * Tokens are known of episodes, and tiers are of calls: the tier is that of a mean call of a mean
   * episode. Where calls of one arm lie on both sides of a tier that is not their mean price, but
   * it is what a sum can tell; their dollars, and so the spread of the belief, are exact.
   */
  private static double usd(Price price, DiscountedEvidence sums) {
    double calls = sums.callsPerEpisode();
    double input =
        sums.meanInputTokens() + sums.meanCacheReadTokens() + sums.meanCacheWriteTokens();
    return price
        .at(input / calls)
        .usd(
            sums.meanInputTokens(),
            sums.meanCacheReadTokens(),
            sums.meanCacheWriteTokens(),
            sums.meanOutputTokens(),
            sums.meanReasoningTokens(),
            calls);
  }
}
