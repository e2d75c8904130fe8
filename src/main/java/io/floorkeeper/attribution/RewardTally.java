package io.floorkeeper.attribution;

import io.floorkeeper.bandit.CressieRead;
import io.floorkeeper.bandit.DoublyRobustSums;
import io.floorkeeper.bandit.ImportanceSampling;
import io.floorkeeper.bandit.OffPolicySums;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.Optional;

/**
 * What one reward (quality, or dollars) of a role's first draws says of "always this arm" and of
 * the policy that was logged. One pass, no memory of single draws; exact sums, so the order of the
 * draws does not matter. Not safe for use by several threads.
 *
 * <p><b>Weighted labels.</b> Where the source of a label declares that it judges such a result with
 * probability p = 1/v, arm and label together were seen with probability p_log/v: that is the
 * propensity which the estimators take. Once any source declares, the decisions that were asked for
 * a label and have none count too, with nothing seen ({@link #addUnseen}); else a missing label is
 * missing at random, and its decision left out.
 *
 * <p><b>Cross-fitting.</b> The predictions of the doubly robust estimate must not have seen the
 * rewards that they are set against. Draws fall into two folds by a hash of their roots, and a fold
 * is predicted by the other one (Chernozhukov et al., "Double/debiased machine learning", 2018):
 *
 * <pre>
 * m[k] = (n0 * prior[k] + sum v*r) / (n0 + sum v)      over the draws of arm k in the other fold, n0 = 4
 * </pre>
 *
 * <p>An arm without a prior takes the mean of all that was seen in the other fold in its place.
 * What ties the folds together all the same is the log itself: an allocation follows the outcomes
 * before it, of either fold. Each prediction can then lean on a later outcome only through how
 * often an arm was drawn, an effect of order 1/n; the propensities are exact whatever it is.
 */
final class RewardTally {
  static final double PRIOR_WEIGHT = 4;
  private static final int FOLDS = 2;

  /** The draws of one arm, or all, in one fold. */
  private static final class Cell {
    private OffPolicySums sums = OffPolicySums.ZERO;
    private double weights;
    private double rewards;

    void add(double pSeen, double weight, double reward) {
      sums = sums.plus(OffPolicySums.decision(pSeen, 1, reward));
      weights += weight;
      rewards += weight * reward;
    }
  }

  private final Optional<CressieRead> bounds;
  private final Cell[][] arms;
  private final Cell[] all = {new Cell(), new Cell()};
  private final long[] unseen = new long[FOLDS];
  private final BucketSupport support;
  private boolean weighted;

  /**
   * @param bounds of the reward, where there are any: Cressie-Read needs them
   */
  RewardTally(int candidates, Optional<CressieRead> bounds) {
    this.bounds = bounds;
    arms = new Cell[candidates][FOLDS];
    support = new BucketSupport(candidates);
    for (Cell[] folds : arms) {
      for (int f = 0; f < FOLDS; f++) {
        folds[f] = new Cell();
      }
    }
  }

  /**
   * One first draw with its reward.
   *
   * @param candidate the arm's place among the candidates, or -1: an arm that is none any more
   * @param bucket of its decision's context; 0: none
   * @param pLog probability with which it was drawn
   * @param weight v, at least 1
   */
  void add(int candidate, int fold, int bucket, double pLog, double weight, double reward) {
    support.add(candidate, bucket, weight / pLog);
    weighted |= weight != 1;
    all[fold].add(1 / weight, weight, reward);
    if (candidate >= 0) {
      arms[candidate][fold].add(pLog / weight, weight, reward);
    }
  }

  /** One first draw that was to have a reward and has none. */
  void addUnseen(int fold, int bucket) {
    support.addUnseen(bucket);
    unseen[fold]++;
  }

  /** Whether any reward came with a weight of its own. */
  boolean isWeighted() {
    return weighted;
  }

  /** First draws with a reward. */
  long seen() {
    return all[0].sums.n() + all[1].sums.n();
  }

  /** First draws of the candidate with a reward. */
  long drawn(int candidate) {
    return arms[candidate][0].sums.n() + arms[candidate][1].sums.n();
  }

  /** The share of the tasks whose context hardly ever drew the candidate: {@link BucketSupport}. */
  double undrawnShare(int candidate) {
    return support.undrawnShare(candidate, weighted);
  }

  /** What the logged policy earned on average. */
  PolicyEstimate logged(double alpha) {
    OffPolicySums sums = ofAll(0, all[0].sums).plus(ofAll(1, all[1].sums));
    return estimate(sums, seen(), alpha, Optional.empty());
  }

  /**
   * What "always this candidate" would have earned; only where it was ever {@link #drawn}, and to
   * be told only where its {@link #undrawnShare} is 0.
   *
   * @param prior of the candidate's mean; NaN where there is none
   */
  PolicyEstimate always(int candidate, double prior, double alpha) {
    OffPolicySums sums = OffPolicySums.ZERO;
    DoublyRobustSums robust = DoublyRobustSums.ZERO;
    for (int f = 0; f < FOLDS; f++) {
      OffPolicySums ofFold = ofAll(f, arms[candidate][f].sums);
      sums = sums.plus(ofFold);
      robust = robust.plus(DoublyRobustSums.always(ofFold, predictedMean(candidate, 1 - f, prior)));
    }
    return estimate(sums, drawn(candidate), alpha, Optional.of(robust));
  }

  private double predictedMean(int candidate, int fold, double prior) {
    Cell other = all[fold];
    double expected =
        Double.isNaN(prior) ? (other.weights > 0 ? other.rewards / other.weights : 0) : prior;
    Cell own = arms[candidate][fold];
    return (PRIOR_WEIGHT * expected + own.rewards) / (PRIOR_WEIGHT + own.weights);
  }

  private PolicyEstimate estimate(
      OffPolicySums sums, long drawn, double alpha, Optional<DoublyRobustSums> robust) {
    return new PolicyEstimate(
        drawn,
        sums.n(),
        sums.sumW().doubleValue() / sums.n(),
        sums.effectiveN(),
        ImportanceSampling.ips(sums, alpha),
        ImportanceSampling.snips(sums, alpha),
        bounds.map(b -> b.estimate(sums, alpha)),
        robust.map(r -> r.estimate(alpha)));
  }

  /**
   * A candidate's sums over all draws of a fold: those of other arms have the weight 0 and still
   * count, as do those unseen (with the others' mean reward, which only fills up what Cressie-Read
   * finds missing).
   */
  private OffPolicySums ofAll(int fold, OffPolicySums own) {
    OffPolicySums of = all[fold].sums;
    if (of.n() == 0) {
      return OffPolicySums.ZERO;
    }
    long n = of.n() + (weighted ? unseen[fold] : 0);
    BigDecimal rewards =
        of.sumReward()
            .multiply(BigDecimal.valueOf(n))
            .divide(BigDecimal.valueOf(of.n()), MathContext.DECIMAL128);
    return new OffPolicySums(
        n,
        own.sumW(),
        own.sumW2(),
        n == of.n() ? of.sumReward() : rewards,
        own.sumX(),
        own.sumWX(),
        own.sumX2(),
        n > own.n() ? 0 : own.minW(),
        own.maxW(),
        of.minReward(),
        of.maxReward());
  }
}
