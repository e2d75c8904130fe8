package io.floorkeeper.routing;

import io.floorkeeper.bandit.Allocation;
import io.floorkeeper.bandit.AllocationSettings;
import io.floorkeeper.bandit.ArmBelief;
import io.floorkeeper.bandit.BucketCost;
import io.floorkeeper.bandit.ContextAllocation;
import io.floorkeeper.bandit.ContextGain;
import io.floorkeeper.bandit.ContextSplit;
import io.floorkeeper.bandit.ContextVerdict;
import io.floorkeeper.bandit.ContextVerdict.Status;
import io.floorkeeper.bandit.CostPosterior;
import io.floorkeeper.bandit.DiscountedEvidence;
import io.floorkeeper.bandit.Floor;
import io.floorkeeper.bandit.FloorSolution;
import io.floorkeeper.bandit.PooledPrior.Sibling;
import io.floorkeeper.bandit.Standardised;
import io.floorkeeper.policy.ContextPolicy;
import io.floorkeeper.policy.Numbers;
import io.floorkeeper.policy.RolePolicy;
import io.floorkeeper.posterior.Beliefs;
import io.floorkeeper.posterior.RoleEvidence;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.IntStream;

/**
 * From a role's routes to those of its buckets. As long as the context is not in force every bucket
 * answers with the role's own allocations, and differs by nothing but the number in the id.
 */
final class ContextBuilder {
  private static final double[] ONE = {1};

  private final RoleRoutes role;
  private final RolePolicy policy;
  private final ContextPolicy definition;
  private final Numbers numbers;
  private final RoleEvidence evidence;
  private final int[] bucketNos;
  private final int arms;
  private final DiscountedEvidence[][] sums;
  private final double[] share;
  private final ContextSplit split;

  /**
   * @param role as a whole; its policy has a context
   */
  ContextBuilder(RoleRoutes role, Numbers numbers, RoleEvidence evidence) {
    this.role = role;
    this.policy = role.policy();
    this.definition = policy.context().orElseThrow();
    this.numbers = numbers;
    this.evidence = evidence;
    this.bucketNos = numbers.bucketNos(policy);
    this.arms = role.arms().size();
    this.sums = new DiscountedEvidence[bucketNos.length][arms];
    double[] episodes = new double[bucketNos.length];
    for (int slot = 0; slot < bucketNos.length; slot++) {
      for (int k = 0; k < arms; k++) {
        sums[slot][k] = sums(k, bucketNos[slot]);
        episodes[slot] += sums[slot][k].episodes();
      }
    }
    double all = Arrays.stream(episodes).sum();
    this.share =
        Arrays.stream(episodes).map(e -> all > 0 ? e / all : 1. / episodes.length).toArray();
    this.split = split();
  }

  /** Nothing is known of a bucket without a number: what was stamped 0 may be anything. */
  private DiscountedEvidence sums(int k, int bucketNo) {
    return Beliefs.sums(
        numbers, policy, evidence, k, bucket -> bucketNo != 0 && bucket == bucketNo);
  }

  private ContextSplit split() {
    double[] priors = policy.priorMeans().stream().mapToDouble(Double::doubleValue).toArray();
    List<List<Sibling>> buckets = new ArrayList<>();
    for (DiscountedEvidence[] ofSlot : sums) {
      buckets.add(Arrays.stream(ofSlot).map(ContextBuilder::sibling).toList());
    }
    Set<Integer> here = numbered();
    List<Sibling> elsewhere = new ArrayList<>();
    for (int k = 0; k < arms; k++) {
      elsewhere.add(
          sibling(Beliefs.sums(numbers, policy, evidence, k, bucket -> !here.contains(bucket))));
    }
    return ContextSplit.of(priors, buckets, elsewhere);
  }

  private Set<Integer> numbered() {
    return IntStream.of(bucketNos)
        .filter(no -> no != 0)
        .boxed()
        .collect(java.util.stream.Collectors.toSet());
  }

  private static Sibling sibling(DiscountedEvidence sums) {
    return new Sibling(sums.effectiveLabels(), sums.meanQuality());
  }

  RoleRoutes build() {
    boolean always = definition.use() == ContextPolicy.Use.ON;
    boolean[] alone = new boolean[bucketNos.length];
    for (int slot = 0; slot < alone.length; slot++) {
      alone[slot] = bucketNos[slot] != 0 && (always || split.splits(slot));
    }
    OptionalLong sinceReset = evidence.callsSinceReset();
    double labels = role.arms().stream().mapToDouble(ArmView::labels).sum();
    boolean unsure = role.allocations().get(0).solution().isFloorUnsure();
    Status status;
    Optional<ContextGain> gain = Optional.empty();
    List<List<ArmView>> cells = none(alone) ? List.of() : cells(alone);
    if (definition.use() == ContextPolicy.Use.OFF || !role.learning() && !role.shadow()) {
      status = Status.OFF;
    } else if (!always && !ContextVerdict.isStable(labels, sinceReset, unsure)) {
      status = Status.UNSTABLE;
    } else if (none(alone)) {
      status = Status.ALIKE;
    } else {
      gain = Optional.of(gain(cells, weights(alone)));
      status = always || ContextVerdict.pays(gain.get()) ? Status.IN_FORCE : Status.NO_GAIN;
    }
    ContextVerdict verdict =
        new ContextVerdict(
            status,
            labels,
            sinceReset,
            count(alone),
            split.mostLogBayesFactor(),
            split.logThreshold(),
            gain);
    return routes(verdict, alone, cells);
  }

  private static boolean none(boolean[] alone) {
    return count(alone) == 0;
  }

  private static int count(boolean[] alone) {
    int count = 0;
    for (boolean one : alone) {
      count += one ? 1 : 0;
    }
    return count;
  }

  /** The pool first, then the buckets that stand by themselves, in the order of their slots. */
  private List<List<ArmView>> cells(boolean[] alone) {
    Set<Integer> out =
        IntStream.range(0, alone.length)
            .filter(slot -> alone[slot])
            .map(slot -> bucketNos[slot])
            .boxed()
            .collect(java.util.stream.Collectors.toSet());
    double[][] priorsUsd = priorsUsd();
    List<List<ArmView>> cells = new ArrayList<>();
    cells.add(ArmViews.of(numbers, policy, evidence, bucket -> !out.contains(bucket)));
    for (int slot = 0; slot < alone.length; slot++) {
      if (alone[slot]) {
        cells.add(bucket(slot, priorsUsd[slot]));
      }
    }
    return cells;
  }

  private double[] weights(boolean[] alone) {
    double[] weights = new double[1 + count(alone)];
    int cell = 1;
    for (int slot = 0; slot < alone.length; slot++) {
      weights[alone[slot] ? cell++ : 0] += share[slot];
    }
    return weights;
  }

  /** What is believed of the arms in a bucket that stands by itself. */
  private List<ArmView> bucket(int slot, double[] priorUsd) {
    List<ArmView> views = new ArrayList<>();
    for (int k = 0; k < arms; k++) {
      ArmView whole = role.arms().get(k);
      DiscountedEvidence seen = sums[slot][k];
      CostPosterior cost =
          CostPosterior.blended(
              priorUsd[k],
              ArmViews.seenUsd(whole.arm(), seen),
              seen.cvUsd(),
              costEpisodes(slot, k));
      views.add(
          ArmView.of(
              whole.arm(),
              whole.armNo(),
              new ArmBelief(split.posterior(slot, k), cost, seen.episodes(), seen.bookedEpisodes()),
              seen.effectiveLabels(),
              seen.dollarEpisodes(),
              whole.costKnown(),
              whole.p95LatencyMillis(),
              ArmViews.delta(policy)));
    }
    return List.copyOf(views);
  }

  /** Of an arm whose cost is not known nothing is learned of it: it is as dear as the dearest. */
  private double costEpisodes(int slot, int k) {
    ArmView whole = role.arms().get(k);
    return whole.costKnown() ? ArmViews.costEpisodes(whole.arm(), sums[slot][k]) : 0;
  }

  private double[][] priorsUsd() {
    double[][] episodes = new double[sums.length][arms];
    double[][] seenUsd = new double[sums.length][arms];
    for (int slot = 0; slot < sums.length; slot++) {
      for (int k = 0; k < arms; k++) {
        episodes[slot][k] = costEpisodes(slot, k);
        seenUsd[slot][k] = ArmViews.seenUsd(role.arms().get(k).arm(), sums[slot][k]);
      }
    }
    return BucketCost.priorsUsd(
        episodes,
        seenUsd,
        role.arms().stream().mapToDouble(a -> a.belief().cost().meanUsd()).toArray());
  }

  private ContextGain gain(List<List<ArmView>> cells, double[] weights) {
    Floor floor = AllocationBuilder.floor(policy);
    AllocationSettings settings = AllocationBuilder.settings(policy);
    return ContextGain.predicted(
        cells.stream().map(cell -> cell.stream().map(ArmView::belief).toList()).toList(),
        weights,
        floor,
        settings);
  }

  private RoleRoutes routes(ContextVerdict verdict, boolean[] alone, List<List<ArmView>> cells) {
    boolean inForce = verdict.inForce();
    List<List<MaskAllocation>> allocations =
        inForce ? allocations(cells, weights(alone)) : List.of();
    List<ArmView> whole = cells.isEmpty() ? role.arms() : standardised(cells, weights(alone));
    List<MaskAllocation> ofRole =
        cells.isEmpty() ? role.allocations() : allocations(List.of(whole), ONE).get(0);
    List<String> meanings = definition.meanings();
    String status = verdict.status().name().toLowerCase(Locale.ROOT);
    List<ContextRoutes.Bucket> buckets = new ArrayList<>();
    for (int slot = 0; slot < alone.length; slot++) {
      String routedBy = !inForce ? "role" : alone[slot] ? "bucket" : "pool";
      buckets.add(
          new ContextRoutes.Bucket(
              bucketNos[slot],
              meanings.get(slot),
              share[slot],
              Arrays.stream(sums[slot]).mapToDouble(DiscountedEvidence::effectiveLabels).sum(),
              split.logBayesFactor(slot),
              alone[slot],
              new RouteAnswer.Context(bucketNos[slot], routedBy, status)));
    }
    ContextRoutes context = new ContextRoutes(definition, verdict, buckets);
    List<RoleRoutes> bySlot = new ArrayList<>();
    int cell = 1;
    for (int slot = 0; slot < alone.length; slot++) {
      int at = alone[slot] ? cell++ : 0;
      List<MaskAllocation> its = inForce ? allocations.get(at) : ofRole;
      bySlot.add(
          role.ofSlot(
              slot,
              context,
              inForce ? cells.get(at) : whole,
              verdict.tries() && bucketNos[slot] != 0 ? trying(slot, its) : its));
    }
    return role.with(context, whole, ofRole, bySlot);
  }

  /** With a small share for the arms that were hardly tried in the bucket. */
  private List<MaskAllocation> trying(int slot, List<MaskAllocation> allocations) {
    List<MaskAllocation> trying = new ArrayList<>();
    for (MaskAllocation allocation : allocations) {
      boolean[] wanted = new boolean[allocation.candidates().size()];
      boolean any = false;
      for (int i = 0; i < wanted.length; i++) {
        DiscountedEvidence seen = sums[slot][allocation.candidates().get(i)];
        wanted[i] = seen.effectiveLabels() < ContextVerdict.TRIED_LABELS;
        any |= wanted[i];
      }
      trying.add(any ? trying(allocation, wanted) : allocation);
    }
    return List.copyOf(trying);
  }

  private static MaskAllocation trying(MaskAllocation allocation, boolean[] wanted) {
    FloorSolution solution = allocation.solution().withShare(ContextVerdict.TRYING_SHARE, wanted);
    return new MaskAllocation(
        allocation.mask(),
        allocation.candidates(),
        allocation.demoted(),
        solution,
        Allocation.of(solution.pis()));
  }

  /** The role as a whole where its buckets differ: what it is, not what it was given. */
  private List<ArmView> standardised(List<List<ArmView>> cells, double[] weights) {
    List<ArmView> views = new ArrayList<>();
    for (int k = 0; k < arms; k++) {
      int at = k;
      ArmView whole = role.arms().get(k);
      views.add(
          ArmView.of(
              whole.arm(),
              whole.armNo(),
              Standardised.of(cells.stream().map(cell -> cell.get(at).belief()).toList(), weights),
              whole.labels(),
              whole.dollarEpisodes(),
              whole.costKnown(),
              whole.p95LatencyMillis(),
              ArmViews.delta(policy)));
    }
    return List.copyOf(views);
  }

  /** By cell, for the masks that the role has allocations for. */
  private List<List<MaskAllocation>> allocations(List<List<ArmView>> cells, double[] weights) {
    List<List<MaskAllocation>> byCell = new ArrayList<>();
    cells.forEach(cell -> byCell.add(new ArrayList<>()));
    for (MaskAllocation whole : role.allocations()) {
      List<List<ArmBelief>> beliefs =
          cells.stream()
              .map(cell -> whole.candidates().stream().map(k -> cell.get(k).belief()).toList())
              .toList();
      List<FloorSolution> solutions =
          ContextAllocation.allocate(
              beliefs,
              weights,
              AllocationBuilder.floor(policy),
              AllocationBuilder.settings(policy),
              whole.demoted(),
              whole.positionOf(policy.presetIndex()));
      for (int cell = 0; cell < cells.size(); cell++) {
        FloorSolution solution = solutions.get(cell);
        byCell
            .get(cell)
            .add(
                new MaskAllocation(
                    whole.mask(),
                    whole.candidates(),
                    whole.demoted(),
                    solution,
                    Allocation.of(solution.pis())));
      }
    }
    return byCell;
  }
}
