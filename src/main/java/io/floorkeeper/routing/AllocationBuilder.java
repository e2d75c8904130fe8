package io.floorkeeper.routing;

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
import io.floorkeeper.posterior.RoleSpend;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.BiConsumer;

/**
 * Policy + evidence -> the snapshot that {@code /route} reads. Pure; runs off the hot path. Equal
 * inputs give equal allocations: replicas at one policy version, epoch, {@linkplain BudgetSteps
 * pace} and prices answer alike, and by these four a decision can be explained later. The pace is 0
 * but for roles that the rest of a day's budget binds; of those, replicas may differ for as long as
 * the one has read what was spent and the other has not.
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
    boolean kept = previous != null && previous.published() == published;
    RoleTable roles =
        kept
            ? changed(published, posteriors, wantedMasks, previous)
            : all(published, posteriors, wantedMasks);
    boolean killed = previous != null && previous.killSwitch();
    return new AllocationSnapshot(
        source,
        published,
        keys,
        roles,
        posteriors.readAtMillis(),
        Map.of(),
        spend(published, posteriors),
        kept ? previous.prices() : published.policy().prices(),
        killed);
  }

  private static Map<String, RoleSpend> spend(
      PolicyBook.Published published, PosteriorSnapshot posteriors) {
    if (posteriors.spend().isEmpty()) {
      return Map.of();
    }
    Map<String, RoleSpend> spend = new HashMap<>();
    for (RolePolicy role : published.policy().roles().values()) {
      RoleSpend ofRole = posteriors.spend().get(published.numbers().roleNo(role.name()));
      if (ofRole != null && role.ceiling().isOfSpend()) {
        spend.put(role.name(), ofRole);
      }
    }
    return Map.copyOf(spend);
  }

  private RoleTable all(
      PolicyBook.Published published,
      PosteriorSnapshot posteriors,
      Map<String, Set<Long>> wantedMasks) {
    List<RoleRoutes> roles = new ArrayList<>();
    for (RolePolicy policy : published.policy().roles().values()) {
      int roleNo = published.numbers().roleNo(policy.name());
      Set<Long> masks = wantedMasks.getOrDefault(policy.name(), Set.of());
      roles.add(routesOrBefore(published, roleNo, policy, posteriors, masks, null));
    }
    return RoleTable.of(roles.toArray(RoleRoutes[]::new));
  }

  /** Looks at every role, which costs two look-ups, and copies the table where one has changed. */
  private RoleTable changed(
      PolicyBook.Published published,
      PosteriorSnapshot posteriors,
      Map<String, Set<Long>> wantedMasks,
      AllocationSnapshot previous) {
    RoleTable before = previous.roles();
    RoleRoutes[] roles = null;
    for (int slot = 0; slot < before.size(); slot++) {
      RoleRoutes role = before.at(slot);
      RoleEvidence evidence = posteriors.role(role.roleNo());
      Set<Long> masks = wantedMasks.getOrDefault(role.policy().name(), Set.of());
      if (role.epoch() != evidence.epoch()
          || lacksAny(role, masks)
          || isPacedAnew(published, role, posteriors, previous)) {
        roles = roles == null ? before.copy() : roles;
        roles[slot] =
            routesOrBefore(published, role.roleNo(), role.policy(), posteriors, masks, role);
      }
    }
    return roles == null ? before : before.with(roles);
  }

  /** Whether what a task may cost has come to another step. */
  private static boolean isPacedAnew(
      PolicyBook.Published published,
      RoleRoutes role,
      PosteriorSnapshot posteriors,
      AllocationSnapshot previous) {
    return role.learning()
        && SpendCeilings.isPaced(published.policy(), role.policy())
        && SpendCeilings.pace(
                published.policy(), role.policy(), posteriors.spend().get(role.roleNo()))
            != SpendCeilings.pace(published.policy(), role.policy(), previous.spend(role.policy()));
  }

  /**
   * One role's evidence that cannot be used must not stop the others': the role keeps what it had,
   * or its priors, and {@code trouble} hears of it.
   */
  private RoleRoutes routesOrBefore(
      PolicyBook.Published published,
      int roleNo,
      RolePolicy policy,
      PosteriorSnapshot posteriors,
      Set<Long> masks,
      RoleRoutes before) {
    int pace = SpendCeilings.pace(published.policy(), policy, posteriors.spend().get(roleNo));
    try {
      return routes(published, roleNo, policy, posteriors.role(roleNo), masks, pace);
    } catch (IllegalArgumentException | ArithmeticException e) {
      trouble.accept(policy.name(), e);
      return before != null
          ? before
          : routes(published, roleNo, policy, RoleEvidence.none(roleNo), masks, pace);
    }
  }

  private static boolean lacksAny(RoleRoutes routes, Set<Long> masks) {
    return !masks.isEmpty() && masks.stream().anyMatch(mask -> lacks(routes, mask));
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
      Set<Long> masks,
      int pace) {
    List<ArmView> arms = ArmViews.of(published.numbers(), policy, evidence);
    boolean learns = policy.strategy() == RolePolicy.Strategy.LEARN;
    boolean graduated = Graduation.of(policy, arms, evidence.calls()).isPassed();
    boolean learning = learns && graduated && policy.learning() == RolePolicy.Learning.LEARN;
    boolean shadow = learns && graduated && policy.learning() == RolePolicy.Learning.SHADOW;
    List<MaskAllocation> allocations = new ArrayList<>();
    long full = arms.size() == Long.SIZE ? -1L : (1L << arms.size()) - 1;
    int pays = learning ? pace : BudgetSteps.NONE;
    allocations.add(allocation(published, policy, evidence, arms, full, pays));
    if (learning || shadow) {
      for (long mask : masks) {
        if (isPartOf(mask, full)) {
          allocations.add(allocation(published, policy, evidence, arms, mask, pays));
        }
      }
    }
    RoleRoutes role =
        new RoleRoutes(
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
            List.copyOf(allocations),
            null,
            -1,
            List.of());
    return policy.context().isEmpty()
        ? role
        : new ContextBuilder(role, published.numbers(), evidence).build();
  }

  private static MaskAllocation allocation(
      PolicyBook.Published published,
      RolePolicy policy,
      RoleEvidence evidence,
      List<ArmView> arms,
      long mask,
      int pace) {
    List<Integer> candidates = new ArrayList<>();
    List<ArmBelief> beliefs = new ArrayList<>();
    for (int k = 0; k < arms.size(); k++) {
      if ((mask & 1L << k) != 0) {
        candidates.add(k);
        beliefs.add(arms.get(k).belief());
      }
    }
    Set<Integer> demoted = Demotion.positions(published.numbers(), policy, evidence, candidates);
    int preset = candidates.indexOf(policy.presetIndex());
    FloorSolution solution =
        FloorAllocation.allocate(beliefs, floor(policy), settings(policy), demoted, preset);
    if (pace == BudgetSteps.NONE || costUsd(solution, beliefs) <= BudgetSteps.usdPerTask(pace)) {
      return MaskAllocation.of(mask, candidates, demoted, solution);
    }
    FloorSolution paced =
        FloorAllocation.allocateWithinBudget(
            beliefs,
            floor(policy),
            settings(policy),
            demoted,
            preset,
            BudgetSteps.usdPerTask(pace));
    return MaskAllocation.of(mask, candidates, demoted, paced, pace, solution);
  }

  /** What a task is expected to cost, holdout and control included. */
  private static double costUsd(FloorSolution solution, List<ArmBelief> beliefs) {
    double costUsd = 0;
    for (int k = 0; k < beliefs.size(); k++) {
      costUsd += solution.propensity(k) * beliefs.get(k).cost().meanUsd();
    }
    return costUsd;
  }

  /** The role's floor. A role that is not learned may have none: it is then told as relative 1. */
  static Floor floor(RolePolicy policy) {
    if (policy.floor().isEmpty()) {
      return Floor.relative(1);
    }
    QualityFloor floor = policy.floor().get();
    return floor.kind() == QualityFloor.Kind.ABSOLUTE
        ? Floor.absolute(floor.value())
        : Floor.relative(floor.value());
  }

  static AllocationSettings settings(RolePolicy policy) {
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
