package io.floorkeeper.routing;

import io.floorkeeper.bandit.AllocationSettings;
import io.floorkeeper.bandit.ArmBelief;
import io.floorkeeper.bandit.ContextAllocation;
import io.floorkeeper.bandit.ContextGain;
import io.floorkeeper.bandit.ContextSplit;
import io.floorkeeper.bandit.ContextVerdict;
import io.floorkeeper.bandit.ContextVerdict.Status;
import io.floorkeeper.bandit.DiscountedEvidence;
import io.floorkeeper.bandit.Floor;
import io.floorkeeper.bandit.FloorSolution;
import io.floorkeeper.policy.ContextPolicy;
import io.floorkeeper.policy.Numbers;
import io.floorkeeper.policy.RolePolicy;
import io.floorkeeper.posterior.RoleEvidence;
import io.floorkeeper.posterior.Strata;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.IntStream;

/**
 * From a role's routes to those of its buckets. As long as the context is not in force every bucket
 * answers with the role's own allocations, and differs by nothing but the number in the id.
 */
final class ContextBuilder {
  private final RoleRoutes role;
  private final RolePolicy policy;
  private final ContextPolicy definition;
  private final RoleEvidence evidence;
  private final StrataViews views;
  private final Strata strata;
  private final double[] share;
  private final ContextSplit split;

  /**
   * @param role as a whole; its policy has a context
   */
  ContextBuilder(RoleRoutes role, Numbers numbers, RoleEvidence evidence) {
    this.role = role;
    this.policy = role.policy();
    this.definition = policy.context().orElseThrow();
    this.evidence = evidence;
    this.views = new StrataViews(numbers, policy, evidence);
    this.strata = views.strata();
    this.split = strata.split();
    double[] traffic = IntStream.range(0, strata.slots()).mapToDouble(strata::traffic).toArray();
    double all = Arrays.stream(traffic).sum();
    this.share = Arrays.stream(traffic).map(e -> all > 0 ? e / all : 1. / traffic.length).toArray();
  }

  RoleRoutes build() {
    boolean always = definition.use() == ContextPolicy.Use.ON;
    boolean[] alone = new boolean[strata.slots()];
    int differing = 0;
    for (int slot = 0; slot < alone.length; slot++) {
      alone[slot] = strata.bucketNo(slot) != 0 && (always || split.splits(slot));
      differing += split.splits(slot) ? 1 : 0;
    }
    OptionalLong sinceReset = evidence.callsSinceReset();
    double labels = role.arms().stream().mapToDouble(ArmView::labels).sum();
    boolean unsure = role.allocations().get(0).solution().isFloorUnsure();
    Status status;
    Optional<ContextGain> gain = Optional.empty();
    List<List<ArmView>> cells = none(alone) ? List.of() : cells(alone);
    boolean budgeted = role.allocations().stream().anyMatch(MaskAllocation::isPaced);
    if (definition.use() == ContextPolicy.Use.OFF
        || !role.learning() && !role.shadow()
        || budgeted) { // what is left of a day is the role's as a whole
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
            differing,
            IntStream.range(0, alone.length).mapToDouble(split::logBayesFactor).max().orElse(0),
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

  /**
   * The pool first, then the buckets that stand by themselves, in the order of their slots. What is
   * left of former definitions is of the pool.
   */
  private List<List<ArmView>> cells(boolean[] alone) {
    boolean[] pool = new boolean[strata.size()];
    for (int stratum = 0; stratum < pool.length; stratum++) {
      pool[stratum] = stratum >= alone.length || !alone[stratum];
    }
    List<List<ArmView>> cells = new ArrayList<>();
    cells.add(views.together(pool));
    for (int slot = 0; slot < alone.length; slot++) {
      if (alone[slot]) {
        cells.add(views.stratum(slot));
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
    List<String> meanings = definition.meanings();
    String status = verdict.status().name().toLowerCase(Locale.ROOT);
    List<ContextRoutes.Bucket> buckets = new ArrayList<>();
    for (int slot = 0; slot < alone.length; slot++) {
      String routedBy = !inForce ? "role" : alone[slot] ? "bucket" : "pool";
      buckets.add(
          new ContextRoutes.Bucket(
              strata.bucketNo(slot),
              meanings.get(slot),
              share[slot],
              labels(slot),
              split.logBayesFactor(slot),
              split.splits(slot),
              new RouteAnswer.Context(strata.bucketNo(slot), routedBy, status)));
    }
    ContextRoutes context = new ContextRoutes(definition, verdict, buckets);
    List<RoleRoutes> bySlot = new ArrayList<>();
    int cell = 1;
    for (int slot = 0; slot < alone.length; slot++) {
      int at = alone[slot] ? cell++ : 0;
      List<MaskAllocation> its = inForce ? allocations.get(at) : role.allocations();
      bySlot.add(
          role.ofSlot(
              slot,
              context,
              inForce ? cells.get(at) : role.arms(),
              verdict.tries() && strata.bucketNo(slot) != 0 ? trying(slot, its) : its));
    }
    return role.with(context, role.arms(), role.allocations(), bySlot);
  }

  private double labels(int slot) {
    double labels = 0;
    for (int k = 0; k < role.arms().size(); k++) {
      labels += strata.sums(slot, k).effectiveLabels();
    }
    return labels;
  }

  /**
   * With a small share for the arms that were hardly tried in the bucket. The reference is not of
   * them: it is what the bucket falls back to, and the dearest to learn of.
   */
  private List<MaskAllocation> trying(int slot, List<MaskAllocation> allocations) {
    List<MaskAllocation> trying = new ArrayList<>();
    for (MaskAllocation allocation : allocations) {
      boolean[] wanted = new boolean[allocation.candidates().size()];
      boolean any = false;
      for (int i = 0; i < wanted.length - 1; i++) {
        DiscountedEvidence seen = strata.sums(slot, allocation.candidates().get(i));
        wanted[i] = seen.effectiveLabels() < ContextVerdict.TRIED_LABELS;
        any |= wanted[i];
      }
      trying.add(any ? trying(allocation, wanted) : allocation);
    }
    return List.copyOf(trying);
  }

  private static MaskAllocation trying(MaskAllocation allocation, boolean[] wanted) {
    FloorSolution solution = allocation.solution().withShare(ContextVerdict.TRYING_SHARE, wanted);
    return MaskAllocation.of(
        allocation.mask(), allocation.candidates(), allocation.demoted(), solution);
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
            .add(MaskAllocation.of(whole.mask(), whole.candidates(), whole.demoted(), solution));
      }
    }
    return byCell;
  }
}
