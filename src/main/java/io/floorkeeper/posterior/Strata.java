package io.floorkeeper.posterior;

import io.floorkeeper.bandit.BetaPosterior;
import io.floorkeeper.bandit.ContextSplit;
import io.floorkeeper.bandit.DiscountedEvidence;
import io.floorkeeper.bandit.PooledPrior.Sibling;
import io.floorkeeper.bandit.Standardised;
import io.floorkeeper.policy.Numbers;
import io.floorkeeper.policy.RolePolicy;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.IntPredicate;

/**
 * A role's evidence by bucket, and the role as a whole from it: the plain sum where buckets are
 * alike, standardised by traffic where the evidence says that they differ ({@link Standardised}).
 *
 * <p>First come the buckets of the role's definition, by slot; then every other bucket whose
 * evidence still counts. A definition that changed, or is no more, does not make what was learned
 * under it comparable: an arm that was given the easy tasks then was given the easy tasks. Former
 * buckets fade with their traffic.
 *
 * <p>Routing and the detectors' floors read the same belief from here. Pure.
 */
public final class Strata {
  private final Numbers numbers;
  private final RolePolicy role;
  private final RoleEvidence evidence;
  private final int slots;
  private final int[] bucketNos;
  private final DiscountedEvidence[][] sums;
  private final double[] traffic;
  private final ContextSplit split;
  private final boolean borrows;

  private Strata(Numbers numbers, RolePolicy role, RoleEvidence evidence) {
    this.numbers = numbers;
    this.role = role;
    this.evidence = evidence;
    int[] current = numbers.bucketNos(role);
    this.slots = current.length;
    List<Integer> nos = new ArrayList<>();
    for (int no : current) {
      nos.add(no);
    }
    nos.addAll(former(current));
    this.bucketNos = nos.stream().mapToInt(Integer::intValue).toArray();
    int arms = role.candidates().size();
    this.sums = new DiscountedEvidence[bucketNos.length][arms];
    this.traffic = new double[bucketNos.length];
    List<List<Sibling>> siblings = new ArrayList<>();
    for (int i = 0; i < bucketNos.length; i++) {
      IntPredicate here = only(i);
      traffic[i] = evidence.traffic(here, role.halfLifeCalls());
      for (int k = 0; k < arms; k++) {
        sums[i][k] = Beliefs.sums(numbers, role, evidence, k, here);
      }
      siblings.add(Arrays.stream(sums[i]).map(Strata::sibling).toList());
    }
    this.split =
        ContextSplit.of(
            role.priorMeans().stream().mapToDouble(Double::doubleValue).toArray(),
            siblings,
            Collections.nCopies(arms, new Sibling(0, Double.NaN)));
    boolean formerDiffers = false;
    for (int i = slots; i < bucketNos.length; i++) {
      formerDiffers |= split.splits(i);
    }
    this.borrows = formerDiffers;
  }

  public static Strata of(Numbers numbers, RolePolicy role, RoleEvidence evidence) {
    return new Strata(numbers, role, evidence);
  }

  private TreeSet<Integer> former(int[] current) {
    Set<Integer> here = new HashSet<>();
    for (int no : current) {
      if (no != 0) {
        here.add(no);
      }
    }
    TreeSet<Integer> former = new TreeSet<>();
    for (ArmEvidence arm : evidence.arms()) {
      int no = arm.bucket();
      if (!here.contains(no)
          && !former.contains(no)
          && evidence.traffic(bucket -> bucket == no, role.halfLifeCalls()) > 0) {
        former.add(no);
      }
    }
    return former;
  }

  /** A slot without a number holds nothing: what was stamped 0 may be anything. */
  private IntPredicate only(int stratum) {
    int no = bucketNos[stratum];
    return stratum < slots && no == 0 ? bucket -> false : bucket -> bucket == no;
  }

  private static Sibling sibling(DiscountedEvidence sums) {
    return new Sibling(sums.effectiveLabels(), sums.meanQuality());
  }

  /** Number of strata. */
  public int size() {
    return bucketNos.length;
  }

  /** How many of them, the first, are the buckets of the role's definition. */
  public int slots() {
    return slots;
  }

  /** 0: that which no context is known of, or a slot that has no number. */
  public int bucketNo(int stratum) {
    return bucketNos[stratum];
  }

  /** What counts today of an arm in a stratum. */
  public DiscountedEvidence sums(int stratum, int k) {
    return sums[stratum][k];
  }

  /** Its calls, forgotten with the half-life alone; see {@link RoleEvidence#traffic}. */
  public double traffic(int stratum) {
    return traffic[stratum];
  }

  public ContextSplit split() {
    return split;
  }

  /** Whether the evidence says that any differs from the others. */
  public boolean differ() {
    return split.any();
  }

  /** What is believed of an arm in the role as a whole. */
  public BetaPosterior quality(int k) {
    boolean[] all = new boolean[size()];
    Arrays.fill(all, true);
    return quality(k, all);
  }

  /**
   * What is believed of an arm over some strata: those that are alike together, those that differ
   * beside them, weighed by traffic.
   *
   * @param in by stratum
   */
  public BetaPosterior quality(int k, boolean[] in) {
    List<Integer> apart = apart(in);
    DiscountedEvidence pool = Beliefs.sums(numbers, role, evidence, k, pool(in));
    if (apart.isEmpty()) {
      return Beliefs.quality(role, k, pool);
    }
    List<BetaPosterior> cells = new ArrayList<>();
    double[] priorWeight = new double[1 + apart.size()];
    cells.add(borrows ? split.pooled(k, sibling(pool)) : Beliefs.quality(role, k, pool));
    priorWeight[0] = borrows ? split.pooledWeight(k) : Beliefs.PRIOR_WEIGHT;
    for (int stratum : apart) {
      priorWeight[cells.size()] = split.priorWeight(stratum, k);
      cells.add(split.posterior(stratum, k));
    }
    return Standardised.quality(cells, priorWeight, weights(in));
  }

  /** Those of some strata that differ, each to be taken by itself. */
  public List<Integer> apart(boolean[] in) {
    List<Integer> apart = new ArrayList<>();
    for (int i = 0; i < in.length; i++) {
      if (in[i] && split.splits(i)) {
        apart.add(i);
      }
    }
    return apart;
  }

  /** The buckets of some strata that do not differ, and whatever has faded. */
  public IntPredicate pool(boolean[] in) {
    Set<Integer> out = new HashSet<>();
    for (int i = 0; i < in.length; i++) {
      boolean unnumbered = i < slots && bucketNos[i] == 0;
      if (!unnumbered && (!in[i] || split.splits(i))) {
        out.add(bucketNos[i]);
      }
    }
    return bucket -> !out.contains(bucket);
  }

  /** Shares of the traffic of some strata: of their pool, then of those apart; sum 1. */
  public double[] weights(boolean[] in) {
    List<Integer> apart = apart(in);
    double[] weights = new double[1 + apart.size()];
    for (int i = 0; i < in.length; i++) {
      weights[in[i] ? 1 + apart.indexOf(i) : 0] += in[i] ? traffic[i] : 0;
    }
    double all = Arrays.stream(weights).sum();
    return Arrays.stream(weights).map(w -> all > 0 ? w / all : 1. / weights.length).toArray();
  }
}
