package io.floorkeeper.routing;

import io.floorkeeper.bandit.Allocation;
import io.floorkeeper.bandit.AllocationSettings;
import io.floorkeeper.bandit.ArmBelief;
import io.floorkeeper.bandit.Floor;
import io.floorkeeper.bandit.FloorAllocation;
import io.floorkeeper.bandit.FloorScope;
import io.floorkeeper.bandit.FloorSolution;
import io.floorkeeper.ledger.DecisionId;
import io.floorkeeper.ledger.DecisionKeys;
import io.floorkeeper.policy.PolicyBook;
import io.floorkeeper.policy.QualityFloor;
import io.floorkeeper.policy.RolePolicy;
import io.floorkeeper.posterior.PosteriorSnapshot;
import io.floorkeeper.posterior.RoleEvidence;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;

/**
 * Policy + evidence -> the snapshot that {@code /route} reads. Pure; runs off the hot path. Equal
 * inputs give equal allocations, so replicas at one epoch answer alike, and a decision can be
 * explained later.
 */
final class AllocationBuilder {
  private final BiConsumer<String, RuntimeException> trouble;

  /**
   * @param trouble hears of roles whose evidence cannot be used: name and why
   */
  AllocationBuilder(BiConsumer<String, RuntimeException> trouble) {
    this.trouble = trouble;
  }

  /**
   * Builds.
   *
   * @param wantedMasks by role name: eligibility masks that requests met without an allocation
   * @param previous whose roles are kept where nothing that they depend on has changed
   */
  AllocationSnapshot build(
      AllocationSnapshot.Source source,
      PolicyBook.Published published,
      PosteriorSnapshot posteriors,
      DecisionKeys keys,
      Map<String, Set<Long>> wantedMasks,
      AllocationSnapshot previous) {
    Map<String, RoleRoutes> roles = new HashMap<>();
    boolean samePolicy = previous != null && previous.published() == published;
    published
        .policy()
        .roles()
        .forEach(
            (name, policy) -> {
              int roleNo = published.numbers().roleNo(name);
              RoleEvidence evidence = posteriors.role(roleNo);
              Set<Long> masks = wantedMasks.getOrDefault(name, Set.of());
              RoleRoutes before = samePolicy ? previous.roles().get(name) : null;
              boolean same =
                  before != null
                      && before.epoch() == evidence.epoch()
                      && masks.stream().noneMatch(m -> lacks(before, m));
              roles.put(
                  name,
                  same
                      ? before
                      : routesOrBefore(published, roleNo, policy, evidence, masks, before));
            });
    return new AllocationSnapshot(source, published, keys, roles, posteriors.readAtMillis());
  }

  /**
   * One role's evidence that cannot be used must not stop the others': the role keeps what it had,
   * or its priors, and {@code trouble} hears of it.
   */
  private RoleRoutes routesOrBefore(
      PolicyBook.Published published,
      int roleNo,
      RolePolicy policy,
      RoleEvidence evidence,
      Set<Long> masks,
      RoleRoutes before) {
    try {
      return routes(published, roleNo, policy, evidence, masks);
    } catch (IllegalArgumentException | ArithmeticException e) {
      trouble.accept(policy.name(), e);
      return before != null
          ? before
          : routes(published, roleNo, policy, RoleEvidence.none(roleNo), masks);
    }
  }

  /**
   * Masks outlive the policy under which they were met: not each of them can have an allocation.
   */
  private static boolean lacks(RoleRoutes routes, long mask) {
    return (routes.learning() || routes.shadow())
        && isPartOf(mask, routes.fullMask())
        && routes.allocation(mask) == null;
  }

  private static boolean isPartOf(long mask, long full) {
    return mask != full && (mask & full) == mask && Long.bitCount(mask) > 1;
  }

  private static RoleRoutes routes(
      PolicyBook.Published published,
      int roleNo,
      RolePolicy policy,
      RoleEvidence evidence,
      Set<Long> masks) {
    List<ArmView> arms = ArmViews.of(published.numbers(), policy, evidence);
    boolean learns = policy.strategy() == RolePolicy.Strategy.LEARN;
    boolean graduated = evidence.calls() >= policy.graduationMinTraces();
    boolean learning = learns && graduated && policy.learning() == RolePolicy.Learning.LEARN;
    boolean shadow = learns && graduated && policy.learning() == RolePolicy.Learning.SHADOW;
    List<MaskAllocation> allocations = new ArrayList<>();
    long full = arms.size() == Long.SIZE ? -1L : (1L << arms.size()) - 1;
    allocations.add(allocation(published, policy, evidence, arms, full));
    if (learning || shadow) {
      for (long mask : masks) {
        if (isPartOf(mask, full)) {
          allocations.add(allocation(published, policy, evidence, arms, mask));
        }
      }
    }
    return new RoleRoutes(
        roleNo,
        policy,
        arms,
        evidence.calls(),
        evidence.epoch(),
        evidence.block(),
        DecisionId.labelCode(policy.labelRate()),
        arms.stream().allMatch(a -> a.labels() == 0),
        learning,
        shadow,
        evidence.standings(),
        evidence.alarms(),
        List.copyOf(allocations));
  }

  private static MaskAllocation allocation(
      PolicyBook.Published published,
      RolePolicy policy,
      RoleEvidence evidence,
      List<ArmView> arms,
      long mask) {
    List<Integer> candidates = new ArrayList<>();
    List<ArmBelief> beliefs = new ArrayList<>();
    for (int k = 0; k < arms.size(); k++) {
      if ((mask & 1L << k) != 0) {
        candidates.add(k);
        beliefs.add(arms.get(k).belief());
      }
    }
    Set<Integer> demoted = Demotion.positions(published.numbers(), policy, evidence, candidates);
    FloorSolution solution =
        FloorAllocation.allocate(
            beliefs,
            floor(policy),
            settings(policy),
            demoted,
            candidates.indexOf(policy.presetIndex()));
    return new MaskAllocation(
        mask, List.copyOf(candidates), demoted, solution, Allocation.of(solution.pis()));
  }

  /** The role's floor. A role that is not learned may have none: it is then told as relative 1. */
  private static Floor floor(RolePolicy policy) {
    if (policy.floor().isEmpty()) {
      return Floor.relative(1);
    }
    QualityFloor floor = policy.floor().get();
    return floor.kind() == QualityFloor.Kind.ABSOLUTE
        ? Floor.absolute(floor.value())
        : Floor.relative(floor.value());
  }

  private static AllocationSettings settings(RolePolicy policy) {
    QualityFloor.Scope scope =
        policy.floor().map(QualityFloor::scope).orElse(QualityFloor.DEFAULT_SCOPE);
    return new AllocationSettings(
        scope == QualityFloor.Scope.ROLE ? FloorScope.ROLE : FloorScope.PER_ARM,
        ArmViews.delta(policy),
        policy.perArmExploration(),
        policy.exploration(),
        policy.holdoutShare(),
        policy.controlShare(),
        policy.fallbackRelativeFloor(),
        AllocationSettings.REFERENCE_SHARE,
        policy.floor().map(QualityFloor::ledgerConfidence).orElse(0.));
  }
}
