package io.floorkeeper.routing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import io.floorkeeper.bandit.Evidence;
import io.floorkeeper.bandit.HoldoutShare;
import io.floorkeeper.policy.PolicyBook;
import io.floorkeeper.posterior.ArmEvidence;
import io.floorkeeper.posterior.PosteriorSnapshot;
import io.floorkeeper.posterior.RoleEvidence;
import java.math.BigInteger;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** From policy and evidence to the snapshot that answers. */
class AllocationBuilderTest {
  private static final Map<String, Set<Long>> NO_MASKS = Map.of();
  private final AllocationBuilder builder = new AllocationBuilder((role, why) -> {});

  // --- what is built anew

  @Test
  void aRoleThatNothingHappenedToIsTakenOver() {
    // Given
    PolicyBook.Published published = Snapshots.published("roles: {worker: {}, critic: {}}");
    AllocationSnapshot before = build(published, NO_MASKS, null, role(11, 1), role(12, 1));
    // When
    AllocationSnapshot after = build(published, NO_MASKS, before, role(11, 2), role(12, 1));
    // Then
    assertThat(after.routes("critic")).isSameAs(before.routes("critic"));
    assertThat(after.routes("worker")).isNotSameAs(before.routes("worker"));
    assertThat(after.routes("worker").epoch()).isEqualTo(2);
  }

  @Test
  void anotherPolicyChangesEveryRole() {
    // Given
    AllocationSnapshot before = build(Snapshots.worker("{}"), NO_MASKS, null, role(11, 1));
    // When
    AllocationSnapshot after =
        build(Snapshots.worker("{holdout_share: 0.2}"), NO_MASKS, before, role(11, 1));
    // Then
    assertThat(after.routes("worker").policy().holdoutShare()).isEqualTo(HoldoutShare.fixed(.2));
  }

  @Test
  void aMaskThatIsWantedForTheFirstTimeIsBuiltAndThenKept() {
    // Given
    PolicyBook.Published published = Snapshots.worker("{}");
    Map<String, Set<Long>> wanted = Map.of("worker", Set.of(0b011L));
    AllocationSnapshot before = build(published, NO_MASKS, null, role(11, 1));
    assertThat(before.routes("worker").allocation(0b011)).isNull();
    // When
    AllocationSnapshot after = build(published, wanted, before, role(11, 1));
    AllocationSnapshot later = build(published, wanted, after, role(11, 1));
    // Then
    assertThat(after.routes("worker").allocation(0b011)).isNotNull();
    assertThat(later.routes("worker")).isSameAs(after.routes("worker"));
  }

  /** Masks outlive the policy that they were met under; what they name may be gone. */
  @Test
  void aMaskThatTheRoleCannotHaveIsNotBuiltAndDoesNotHoldUpTheOthers() {
    // Given: another time's third arm, a single arm, and a role that does not learn
    PolicyBook.Published published =
        Snapshots.published(
            "roles: {worker: {candidates: [small, mid]}, critic: {strategy: fixed, preset: mid}}");
    Map<String, Set<Long>> wanted =
        Map.of("worker", Set.of(0b110L, 0b001L, 0L), "critic", Set.of(0b011L));
    // When
    AllocationSnapshot before = build(published, wanted, null, role(11, 1), role(12, 1));
    AllocationSnapshot after = build(published, wanted, before, role(11, 1), role(12, 1));
    // Then
    assertThat(before.routes("worker").allocations()).hasSize(1);
    assertThat(before.routes("critic").allocations()).hasSize(1);
    assertThat(after.routes("worker")).isSameAs(before.routes("worker"));
    assertThat(after.routes("critic")).isSameAs(before.routes("critic"));
  }

  /** A poisoned row in the database: an episode of less than no tokens. */
  @Test
  void aRoleWithImpossibleEvidenceKeepsItsAllocationAndStopsNobodyElse() {
    // Given
    PolicyBook.Published published = Snapshots.published("roles: {worker: {}, critic: {}}");
    List<String> told = new ArrayList<>();
    AllocationBuilder watched = new AllocationBuilder((role, why) -> told.add(role));
    Evidence one = Evidence.tokens(1_000, 0, 0, 100, 0);
    Evidence impossible = one.plus(one).minus(Evidence.tokens(5_000, 0, 0, 500, 0));
    RoleEvidence poisoned =
        Snapshots.evidence(11, 10, 2, Snapshots.arm(Snapshots.SMALL, impossible));
    AllocationSnapshot before = build(published, NO_MASKS, null, role(11, 1), role(12, 1));
    // When
    AllocationSnapshot after =
        watched.build(
            AllocationSnapshot.Source.LIVE,
            published,
            Snapshots.posteriors(poisoned, role(12, 2)),
            Snapshots.KEYS,
            NO_MASKS,
            before);
    // Then
    assertThat(told).containsExactly("worker");
    assertThat(after.routes("worker")).isSameAs(before.routes("worker"));
    assertThat(after.routes("critic").epoch()).isEqualTo(2);
  }

  // --- allocations

  @Test
  void theAllocationOfAMaskIsThatOfARoleWhichHasNoOtherArms() {
    // Given
    PolicyBook.Published published =
        Snapshots.published(
            """
            roles:
              worker: {floor: {relative_to_reference: 0.98}}
              pair: {floor: {relative_to_reference: 0.98}, candidates: [small, mid]}
            """);
    RoleEvidence known = Snapshots.undecided();
    RoleEvidence same =
        Snapshots.evidence(12, known.calls(), 1, known.arms().toArray(ArmEvidence[]::new));
    // When
    AllocationSnapshot snapshot =
        build(published, Map.of("worker", Set.of(0b011L)), null, known, same);
    MaskAllocation whole = snapshot.routes("worker").allocation(0b111);
    MaskAllocation masked = snapshot.routes("worker").allocation(0b011);
    MaskAllocation own = snapshot.routes("pair").allocation(0b11);
    // Then
    assertThat(masked.candidates()).containsExactly(0, 1);
    assertThat(masked.positionOf(2)).isEqualTo(-1);
    assertThat(masked.solution().pis()).containsExactly(own.solution().pis());
    assertThat(masked.solution().propensities()).containsExactly(own.solution().propensities());
    assertThat(masked.solution().floor()).isEqualTo(own.solution().floor());
    double left = whole.solution().pi(0) + whole.solution().pi(1);
    assertThat(masked.solution().pi(0))
        .as("the whole mixture renormalised would void the floor")
        .isNotCloseTo(whole.solution().pi(0) / left, within(.01));
  }

  @Test
  void equalInputsGiveEqualAllocations() {
    // Given: two replicas that read the same policy and evidence, the arms in another order
    Map<String, Set<Long>> wanted = Map.of("worker", Set.of(0b011L, 0b110L));
    ArmEvidence[] arms = Snapshots.undecided().arms().toArray(ArmEvidence[]::new);
    ArmEvidence[] reversed = {arms[2], arms[1], arms[0]};
    // When
    RoleRoutes here =
        build(Snapshots.worker("{}"), wanted, null, Snapshots.evidence(arms)).routes("worker");
    RoleRoutes there =
        build(Snapshots.worker("{}"), wanted, null, Snapshots.evidence(reversed)).routes("worker");
    // Then
    for (long mask : new long[] {0b111, 0b011, 0b110}) {
      assertThat(there.allocation(mask).solution().propensities())
          .containsExactly(here.allocation(mask).solution().propensities());
    }
    assertThat(there.arms()).isEqualTo(here.arms());
  }

  @Test
  void holdoutAndControlAreInThePropensityAndNotInTheDraws() {
    // Given
    PolicyBook.Published published =
        Snapshots.worker("{preset: small, holdout_share: 0.1, control_share: 0.2}");
    // When
    MaskAllocation allocation =
        build(published, NO_MASKS, null, Snapshots.undecided()).routes("worker").allocation(0b111);
    // Then
    double[] pi = allocation.solution().pis();
    assertThat(allocation.solution().propensities())
        .containsExactly(
            new double[] {.7 * pi[0] + .2, .7 * pi[1], .7 * pi[2] + .1}, within(1e-12));
    assertThat(allocation.draws().propensity(0)).isEqualTo((float) pi[0]);
  }

  @Test
  void aHoldoutThatAdaptsIsOfTheMaskAndIsTold() {
    // Given: at .003, .009 and .045 dollars a call, the small arm refuted and the mid one proven
    PolicyBook.Published published =
        Snapshots.worker(
            "{holdout_share: auto, floor: {quality: .9, scope: per_arm, ledger_confidence: 0}}");
    // When
    RoleRoutes routes =
        build(published, Map.of("worker", Set.of(0b011L)), null, Snapshots.midIsProven())
            .routes("worker");
    // Then
    MaskAllocation all = routes.allocation(0b111);
    double[] pi = all.solution().pis();
    double meanUsd = .003 * pi[0] + .009 * pi[1] + .045 * pi[2];
    double rho = all.solution().holdoutShare();
    assertThat(rho).isCloseTo(.05 * meanUsd / .045, within(1e-12)).isLessThan(.02);
    assertThat(all.solution().propensity(2)).isCloseTo(rho + (1 - rho) * pi[2], within(1e-15));
    assertThat(Explanation.of(routes, all).get("holdout_share").doubleValue()).isEqualTo(rho);
    assertThat(Explanation.of(routes, routes.allocation(0b011)).get("holdout_share").doubleValue())
        .as("the mid arm is the reference of those that are left")
        .isEqualTo(.02);
  }

  // --- costs

  @Test
  void anUnpricedArmCostsAsMuchAsTheDearestAndIsToldAsNull() {
    // Given
    PolicyBook.Published published =
        Snapshots.numbered(
            Snapshots.TIERS
                    .replace("[", "[")
                    .replaceFirst(
                        "(?s)price: \\{input_usd_per_million: 1, output_usd_per_million: 5\\}",
                        "aliases: [haiku-latest]")
                + "roles: {worker: {}}\n");
    // When
    RoleRoutes routes = build(published, NO_MASKS, null).routes("worker");
    JsonNode told = Explanation.of(routes, routes.allocation(0b111)).get("candidates");
    // Then
    assertThat(routes.arms().get(0).costKnown()).isFalse();
    assertThat(routes.arms().get(0).belief().cost().meanUsd())
        .isEqualTo(routes.arms().get(2).belief().cost().meanUsd())
        .isCloseTo(.045, within(1e-12));
    assertThat(told.get(0).get("cost_usd").isNull()).isTrue();
    assertThat(told.get(0).has("cost_usd_low")).isFalse();
    assertThat(told.get(1).get("cost_usd").doubleValue()).isCloseTo(.009, within(1e-12));
  }

  @Test
  void anUnpricedArmWhoseDollarsAreReportedHasACostOfItsOwn() {
    // Given
    PolicyBook.Published published =
        Snapshots.numbered(
            """
            tiers:
              - {name: small, models: [{name: local, provider: home}]}
              - {name: mid, models: [{name: sonnet, provider: anthropic}]}
            roles: {worker: {floor: {quality: 0.9}}}
            """);
    Evidence dollars = Evidence.dollars(2_000_000).plus(Evidence.dollars(4_000_000));
    // When
    RoleRoutes routes =
        build(published, NO_MASKS, null, Snapshots.evidence(Snapshots.arm(1, dollars)))
            .routes("worker");
    // Then
    assertThat(routes.arms().get(0).costKnown()).isTrue();
    assertThat(routes.arms().get(0).belief().cost().meanUsd()).isCloseTo(.003, within(1e-12));
    assertThat(routes.arms().get(1).costKnown()).isFalse();
    assertThat(routes.arms().get(1).belief().cost().meanUsd())
        .isEqualTo(routes.arms().get(0).belief().cost().meanUsd());
  }

  // --- what must not break it

  @Test
  void aRoleWithoutAFloorHasAnAllocationLikeAnyOther() {
    // Given
    PolicyBook.Published published =
        Snapshots.numbered(
            """
            tiers:
              - {name: small, models: [{name: haiku, provider: anthropic}]}
              - {name: mid, models: [{name: sonnet, provider: anthropic}]}
            roles: {worker: {strategy: fixed, preset: small}}
            """);
    // When
    RoleRoutes routes =
        build(published, NO_MASKS, null, Snapshots.evidence(Snapshots.labelled(1, 50, 10)))
            .routes("worker");
    // Then
    assertThat(routes.policy().floor()).isEmpty();
    assertThat(routes.learning()).isFalse();
    assertProbabilities(routes.allocation(0b11));
    assertThat(Explanation.of(routes, routes.allocation(0b11)).get("floor").has("quality"))
        .isFalse();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"{quality: 0.9}", "{relative_to_reference: 0.95}", "{quality: 0.9, scope: role}"})
  void evidenceOfNothingAndOfHugeSumsBreaksNoAllocation(String floor) {
    // Given
    BigInteger numeric38 = BigInteger.TEN.pow(38).subtract(BigInteger.ONE);
    BigInteger numeric58 = BigInteger.TEN.pow(58).subtract(BigInteger.ONE);
    long most = Long.MAX_VALUE;
    Evidence huge =
        new Evidence(
            most, most, numeric38, numeric38, numeric38, most, most, most, most, most, most, most,
            numeric38, numeric58, most, most, most);
    Evidence onlyFailures = Snapshots.labelled(1, 1_000_000, 0).blocks().get(0).sums();
    Evidence onlyPasses = Snapshots.labelled(1, 1_000_000, 1_000_000).blocks().get(0).sums();
    Evidence[] kinds = {Evidence.ZERO, huge, onlyFailures, onlyPasses, Evidence.dollars(0)};
    PolicyBook.Published published = Snapshots.worker("{floor: " + floor + "}");
    for (Evidence small : kinds) {
      for (Evidence mid : kinds) {
        for (Evidence frontier : kinds) {
          RoleEvidence evidence =
              Snapshots.evidence(
                  Snapshots.arm(1, small), Snapshots.arm(2, mid), Snapshots.arm(3, frontier));
          // When
          RoleRoutes routes =
              build(published, Map.of("worker", Set.of(0b011L)), null, evidence).routes("worker");
          // Then
          assertProbabilities(routes.allocation(0b111));
          assertProbabilities(routes.allocation(0b011));
        }
      }
    }
  }

  @Test
  void evidenceOfARoleOrArmThatThePolicyDoesNotHaveIsLeftAside() {
    // Given
    PolicyBook.Published published = Snapshots.worker("{candidates: [mid, frontier]}");
    RoleEvidence evidence =
        Snapshots.evidence(Snapshots.labelled(1, 100, 0), Snapshots.labelled(99, 100, 0));
    // When
    AllocationSnapshot snapshot = build(published, NO_MASKS, null, evidence, role(77, 5));
    // Then
    assertThat(snapshot.roles()).containsOnlyKeys("worker");
    assertThat(snapshot.routes("worker").arms()).extracting(ArmView::labels).containsOnly(0.);
    assertThat(snapshot.routes("worker").cold()).isTrue();
  }

  @Test
  void withoutAnyEvidenceThePriorsOfThePolicyAnswer() {
    // When
    AllocationSnapshot snapshot =
        builder.build(
            AllocationSnapshot.Source.STATIC,
            Snapshots.unnumbered(Snapshots.worker("{prior_means: [0.5, 0.6, 0.7]}")),
            PosteriorSnapshot.EMPTY,
            Snapshots.KEYS,
            NO_MASKS,
            null);
    // Then
    RoleRoutes routes = snapshot.routes("worker");
    assertThat(routes.arms())
        .extracting(arm -> arm.belief().quality().mean())
        .containsExactly(.5, .6, .7);
    assertThat(routes.cold()).isTrue();
    assertThat(snapshot.evidenceAtMillis()).isZero();
    assertProbabilities(routes.allocation(0b111));
  }

  // ---

  private static void assertProbabilities(MaskAllocation allocation) {
    double[] propensities = allocation.solution().propensities();
    assertThat(Arrays.stream(propensities)).allMatch(p -> p >= 0 && p <= 1 + 1e-12);
    assertThat(Arrays.stream(propensities).sum()).isCloseTo(1, within(1e-9));
  }

  private static RoleEvidence role(int roleNo, long epoch) {
    return Snapshots.evidence(
        roleNo, 500, epoch, Snapshots.undecided().arms().toArray(ArmEvidence[]::new));
  }

  private AllocationSnapshot build(
      PolicyBook.Published published,
      Map<String, Set<Long>> wanted,
      AllocationSnapshot previous,
      RoleEvidence... roles) {
    return builder.build(
        AllocationSnapshot.Source.LIVE,
        published,
        Snapshots.posteriors(roles),
        Snapshots.KEYS,
        wanted,
        previous);
  }
}
