package io.floorkeeper.routing;

import io.floorkeeper.bandit.ArmBelief;
import io.floorkeeper.bandit.BetaPosterior;
import io.floorkeeper.bandit.CostPosterior;
import io.floorkeeper.bandit.DiscountedEvidence;
import io.floorkeeper.bandit.LatencySketch;
import io.floorkeeper.policy.Arm;
import io.floorkeeper.policy.EscalationLadder;
import io.floorkeeper.policy.Numbers;
import io.floorkeeper.policy.RolePolicy;
import io.floorkeeper.posterior.Beliefs;
import io.floorkeeper.posterior.RoleEvidence;
import io.floorkeeper.pricing.Price;
import io.floorkeeper.pricing.Rates;
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
          priorUsd, seenUsd(arm, policy, sums), sums.cvUsd(), sums.tokenEpisodes());
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
  static double seenUsd(Arm arm, RolePolicy policy, DiscountedEvidence sums) {
    return arm.model()
        .price()
        .map(price -> usd(price, sums) + climbedUsd(arm, policy, sums))
        .orElseGet(sums::meanUsd);
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
    DiscountedEvidence.MeanTokens tokens = sums.firstPassTokens();
    return usd(price.at(tokens.allInput() / calls), tokens, calls);
  }

  /**
   * What climbing adds: tokens of other arms, at their price. The sum does not tell rungs apart, so
   * with more than one, or one without a price, it is the dollars as they were booked. A climbed
   * call is given what the first pass was given, and so is of its tier.
   */
  private static double climbedUsd(Arm arm, RolePolicy policy, DiscountedEvidence sums) {
    DiscountedEvidence.MeanTokens tokens = sums.climbedTokens();
    if (!(tokens.allInput() + tokens.output() > 0)) {
      return 0;
    }
    List<Arm> rungs = EscalationLadder.above(arm, policy).rungs();
    if (rungs.size() == 1 && rungs.get(0).model().price().isPresent()) {
      Price price = rungs.get(0).model().price().get();
      return usd(price.at(sums.firstPassTokens().allInput() / sums.callsPerEpisode()), tokens, 0);
    }
    double booked = sums.meanClimbedUsd();
    return Double.isNaN(booked) ? usd(arm.model().price().orElseThrow().base(), tokens, 0) : booked;
  }

  private static double usd(Rates rates, DiscountedEvidence.MeanTokens tokens, double calls) {
    return rates.usd(
        tokens.input(),
        tokens.cacheRead(),
        tokens.cacheWrite(),
        tokens.output(),
        tokens.reasoning(),
        calls);
  }
}
