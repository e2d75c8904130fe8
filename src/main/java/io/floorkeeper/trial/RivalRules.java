package io.floorkeeper.trial;

import io.floorkeeper.bandit.KnownMeansLimit;
import io.floorkeeper.trial.RivalPlayer.Rule;
import io.floorkeeper.trial.RivalPlayer.View;
import java.util.function.IntToDoubleFunction;
import org.apache.commons.rng.UniformRandomProvider;

/**
 * The rules that routers of others use, with their usual knobs. Each is stateless but the two that
 * carry a dual price.
 */
final class RivalRules {
  /** Share of calls that epsilon-greedy spends on any arm. */
  static final double EPSILON = .10;

  /** What a frontier call costs in quality to the rule that subtracts dollars from quality. */
  static final double COST_WEIGHT = .30;

  /** Step of the dual prices, per call. */
  static final double DUAL_STEP = .05;

  /** Beyond this a dual price grows no more: it has decided already. */
  private static final double MOST_PRICE = 5;

  private RivalRules() {}

  /** The cheapest arm whose score clears the floor, else the one with the best score. */
  private static int cheapestClearing(View view, double[] score) {
    int cheapest = -1;
    int best = 0;
    for (int k = 0; k < score.length; k++) {
      if (score[k] >= view.floor() && (cheapest < 0 || view.costUsd(k) < view.costUsd(cheapest))) {
        cheapest = k;
      }
      if (score[k] > score[best]) {
        best = k;
      }
    }
    return cheapest >= 0 ? cheapest : best;
  }

  private static int best(View view, IntToDoubleFunction scoreOf) {
    int best = 0;
    double bestScore = Double.NEGATIVE_INFINITY;
    for (int k = 0; k < view.size(); k++) {
      double score = scoreOf.applyAsDouble(k);
      if (score > bestScore) {
        bestScore = score;
        best = k;
      }
    }
    return best;
  }

  /** A tenth by chance; else the cheapest arm whose mean clears the floor. */
  static int epsilonGreedy(View view, Draw draw, UniformRandomProvider random) {
    if (random.nextDouble() < EPSILON) {
      return random.nextInt(view.size());
    }
    double[] means = new double[view.size()];
    for (int k = 0; k < means.length; k++) {
      means[k] = view.mean(k);
    }
    return cheapestClearing(view, means);
  }

  /** UCB1 (Auer, Cesa-Bianchi, Fischer 2002): the cheapest arm that might clear the floor. */
  static int upperConfidence(View view, Draw draw, UniformRandomProvider random) {
    double[] upper = new double[view.size()];
    for (int k = 0; k < upper.length; k++) {
      upper[k] = view.mean(k) + Math.sqrt(2 * Math.log1p(view.calls) / view.weight(k));
    }
    return cheapestClearing(view, upper);
  }

  /** Thompson sampling of quality less a weight times dollars: no floor. */
  static int scalarisedThompson(View view, Draw draw, UniformRandomProvider random) {
    return best(view, k -> view.sampled(k) - COST_WEIGHT * view.costShare(k));
  }

  /** The cheapest arm whose sampled quality clears the floor, else the best sample. */
  static int constrainedThompson(View view, Draw draw, UniformRandomProvider random) {
    double[] sampled = new double[view.size()];
    for (int k = 0; k < sampled.length; k++) {
      sampled[k] = view.sampled(k);
    }
    return cheapestClearing(view, sampled);
  }

  /**
   * Dollars are minimised, and quality has a price that rises while labels fall short of the floor:
   * online primal-dual descent on the floor.
   */
  static final class FloorPrice implements Rule {
    private double price = 1;

    @Override
    public int choose(View view, Draw draw, UniformRandomProvider random) {
      return best(view, k -> price * view.sampled(k) - view.costShare(k));
    }

    @Override
    public void labelled(View view, int candidate, double quality) {
      price = clipped(price + DUAL_STEP * (view.floor() - quality));
    }
  }

  /**
   * Quality is maximised, and dollars have a price that rises while spend runs ahead of the budget:
   * the pacing of ParetoBandit. The budget is the limit's own spend, known in hindsight: kinder
   * than life.
   */
  static final class BudgetPace implements Rule {
    /** The price of a call that costs as much as the strongest, in quality. */
    private double price = COST_WEIGHT;

    private double budgetShare;

    @Override
    public int choose(View view, Draw draw, UniformRandomProvider random) {
      double[] costs = draw.meanCostsUsd();
      budgetShare =
          KnownMeansLimit.mixture(draw.meanQualities(), costs, draw.floor()).costUsd()
              / costs[costs.length - 1];
      return best(view, k -> view.sampled(k) - price * view.costShare(k));
    }

    @Override
    public void paid(View view, int candidate, double costUsd) {
      double unit = view.costUsd(view.size() - 1);
      double share = unit > 0 ? costUsd / unit : 0;
      price = clipped(price + DUAL_STEP * (share - budgetShare));
    }
  }

  private static double clipped(double price) {
    return Math.max(0, Math.min(MOST_PRICE, price));
  }
}
