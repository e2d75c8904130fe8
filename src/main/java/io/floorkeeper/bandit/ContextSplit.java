package io.floorkeeper.bandit;

import io.floorkeeper.bandit.PooledPrior.Sibling;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.apache.commons.math3.special.Beta;

/**
 * Which buckets of a role have qualities of their own: pooled first, split on evidence. A pure
 * function of the evidence, so replicas agree and a decision can be explained later.
 *
 * <p>For one bucket b against the pool, with s_k and f_k the arm's effective labels there, passed
 * and failed, and B the beta function:
 *
 * <pre>
 * m1 = prod_k B(n1*mu_k + s_k, n1*(1-mu_k) + f_k) / B(n1*mu_k, n1*(1-mu_k))    qualities of its own
 *      mu_k leave one out ({@link PooledPrior}), n1 = 15
 * m0 = prod_k B(a_k + s_k, b_k + f_k) / B(a_k, b_k)                            those of the pool
 *      Beta(a_k, b_k) = the policy's prior, n0 = 4, and the labels of the pool without b
 * BF = m1 / m0          split where BF &gt;= t = B / alpha,  B buckets with labels, alpha = .05
 * </pre>
 *
 * <p>Both are predictions of the bucket's labels from everybody else's, so E[BF] = 1 where the
 * bucket is as the pool, and P(BF &gt;= t) &lt;= 1/t (Markov); over time too as far as BF is a
 * martingale (Ville 1939; the sequential test of Robbins 1970 with a beta mixture). With t =
 * B/alpha a role without context is split at all in about alpha of its lives, and not again and
 * again: no hysteresis is needed. (Kass and Raftery, JASA 90, 1995, call 20 strong, 150 very
 * strong.)
 *
 * <p>What a bucket that stands by itself borrows is worth n0 = 15 labels, or 8, 4, 2 where the
 * labels make that likelier: with two buckets at .97 and .50, fifteen labels of the one's mean
 * would keep an arm out of the other for ever.
 *
 * <pre>
 * n0_k = argmax over {15, 8, 4, 2} of sum_b ln [B(n0*mu_bk + s_bk, n0*(1-mu_bk) + f_bk) / B(n0*mu_bk, n0*(1-mu_bk))]
 * </pre>
 *
 * <p>The bucket that stands out most is taken out first and the others are judged again without it,
 * as in the growing of a tree: one outlier must not make all the others look different.
 */
public final class ContextSplit {
  /** alpha: the chance that a role whose buckets are alike is ever split. */
  public static final double FALSE_SPLIT_RATE = .05;

  /** What a borrowed mean may be worth; the first where the labels do not say. */
  static final double[] WEIGHTS = {PooledPrior.BUCKET_WEIGHT, 8, 4, 2};

  /** n0 of a role's own prior. */
  private static final double ROLE_WEIGHT = 4;

  private final double[] priorMeans;
  private final List<List<Sibling>> buckets;
  private final List<Sibling> elsewhere;
  private final boolean[] split;
  private final double[] logFactor;
  private final double logThreshold;
  private final double[] borrowed;

  private ContextSplit(double[] priorMeans, List<List<Sibling>> buckets, List<Sibling> elsewhere) {
    this.priorMeans = priorMeans;
    this.buckets = buckets;
    this.elsewhere = elsewhere;
    this.split = new boolean[buckets.size()];
    this.logFactor = new double[buckets.size()];
    this.logThreshold =
        Math.log(Math.max(2, buckets.stream().filter(ContextSplit::isLabelled).count()))
            - Math.log(FALSE_SPLIT_RATE);
    this.borrowed = new double[priorMeans.length];
    for (int k = 0; k < borrowed.length; k++) {
      borrowed[k] = likeliestWeight(k);
    }
  }

  /**
   * @param priorMeans of the arms, by the policy
   * @param buckets by bucket and arm, effective labels and their mean
   * @param elsewhere by arm, what the role knows outside of these buckets; it is of the pool
   */
  public static ContextSplit of(
      double[] priorMeans, List<List<Sibling>> buckets, List<Sibling> elsewhere) {
    ContextSplit all = new ContextSplit(priorMeans.clone(), buckets, elsewhere);
    all.grow();
    return all;
  }

  private static boolean isLabelled(List<Sibling> bucket) {
    return bucket.stream().anyMatch(arm -> arm.labels() > 0);
  }

  private void grow() {
    while (true) {
      int most = -1;
      for (int b = 0; b < split.length; b++) {
        if (!split[b]) {
          logFactor[b] = isLabelled(buckets.get(b)) ? logFactor(b) : 0;
          most = most < 0 || logFactor[b] > logFactor[most] ? b : most;
        }
      }
      if (most < 0 || logFactor[most] < logThreshold) {
        return;
      }
      split[most] = true;
    }
  }

  private double logFactor(int bucket) {
    double sum = 0;
    for (int k = 0; k < priorMeans.length; k++) {
      Sibling own = buckets.get(bucket).get(k);
      if (own.labels() > 0) {
        double a = ROLE_WEIGHT * priorMeans[k];
        double b = ROLE_WEIGHT * (1 - priorMeans[k]);
        for (Sibling other : pooledBeside(bucket, k)) {
          if (other.labels() > 0) {
            a += other.labels() * other.mean();
            b += other.labels() * (1 - other.mean());
          }
        }
        BetaPosterior alone = prior(bucket, k);
        sum += logEvidence(own, alone.a(), alone.b()) - logEvidence(own, a, b);
      }
    }
    return sum;
  }

  private List<Sibling> pooledBeside(int bucket, int k) {
    List<Sibling> others = new ArrayList<>();
    others.add(elsewhere.get(k));
    for (int b = 0; b < split.length; b++) {
      if (b != bucket && !split[b]) {
        others.add(buckets.get(b).get(k));
      }
    }
    return others;
  }

  /** ln B(a + s, b + f) - ln B(a, b). */
  private static double logEvidence(Sibling own, double a, double b) {
    double passed = own.labels() * own.mean();
    return Beta.logBeta(a + passed, b + own.labels() - passed) - Beta.logBeta(a, b);
  }

  /** What a bucket believes of an arm before its own labels: borrowed from all the others. */
  private BetaPosterior prior(int bucket, int k) {
    List<Sibling> others = new ArrayList<>();
    others.add(elsewhere.get(k));
    for (int b = 0; b < buckets.size(); b++) {
      if (b != bucket) {
        others.add(buckets.get(b).get(k));
      }
    }
    return PooledPrior.of(priorMeans[k], others, PooledPrior.BUCKET_WEIGHT);
  }

  /**
   * n0 of an arm by type-II maximum likelihood over {@link #WEIGHTS}: buckets among which the arm
   * differs much lend one another little.
   */
  private double likeliestWeight(int k) {
    double likeliest = WEIGHTS[0];
    double most = Double.NEGATIVE_INFINITY;
    for (double n0 : WEIGHTS) {
      double sum = 0;
      for (int b = 0; b < buckets.size(); b++) {
        Sibling own = buckets.get(b).get(k);
        if (own.labels() > 0) {
          double mu = prior(b, k).mean();
          sum += logEvidence(own, n0 * mu, n0 * (1 - mu));
        }
      }
      if (sum > most) {
        most = sum;
        likeliest = n0;
      }
    }
    return likeliest;
  }

  /** The posterior of an arm's quality in a bucket that stands by itself. */
  public BetaPosterior posterior(int bucket, int k) {
    Sibling own = buckets.get(bucket).get(k);
    return BetaPosterior.of(prior(bucket, k).mean(), borrowed[k], own.labels(), own.mean());
  }

  /** n0: what an arm's borrowed mean is worth in every bucket, in labels. */
  public double borrowedWeight(int k) {
    return borrowed[k];
  }

  /** Number of buckets. */
  public int size() {
    return split.length;
  }

  /** Whether the bucket stands by itself; else it is of the pool. */
  public boolean splits(int bucket) {
    return split[bucket];
  }

  /** Whether any does. */
  public boolean any() {
    for (boolean one : split) {
      if (one) {
        return true;
      }
    }
    return false;
  }

  /** ln BF of a bucket: when it was taken out, or against the pool that is left. */
  public double logBayesFactor(int bucket) {
    return logFactor[bucket];
  }

  /** ln t: from here on a bucket stands by itself. */
  public double logThreshold() {
    return logThreshold;
  }

  /** The greatest ln BF, 0 without buckets. */
  public double mostLogBayesFactor() {
    return Arrays.stream(logFactor).max().orElse(0);
  }
}
