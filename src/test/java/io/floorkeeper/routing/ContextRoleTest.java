package io.floorkeeper.routing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.floorkeeper.bandit.BetaPosterior;
import io.floorkeeper.bandit.BlockEvidence;
import io.floorkeeper.policy.Numbers;
import io.floorkeeper.policy.PolicyBook;
import io.floorkeeper.policy.RolePolicy;
import io.floorkeeper.posterior.ArmEvidence;
import io.floorkeeper.posterior.Beliefs;
import io.floorkeeper.posterior.RoleEvidence;
import io.floorkeeper.posterior.Strata;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What is believed of a role whose evidence is told apart by bucket. */
class ContextRoleTest extends ContextFixture {
  /** The sums are integers: told apart or not, the role's belief is the same to the last bit. */
  @ParameterizedTest
  @ValueSource(strings = {"off", "auto"})
  void whereTheContextDecidesNothingTheRoleIsWhatItWouldBeWithoutIt(String use) {
    // Given
    RoleEvidence told = alike();
    RoleEvidence whole =
        Snapshots.evidence(
            Snapshots.labelled(Snapshots.SMALL, 400, 314),
            Snapshots.labelled(Snapshots.MID, 200, 167),
            Snapshots.labelled(Snapshots.FRONTIER, 200, 194));
    // When
    AllocationSnapshot with = Snapshots.of(worker(use), told);
    AllocationSnapshot without =
        Snapshots.of(
            Snapshots.worker("{floor: {quality: 0.9, scope: per_arm, ledger_confidence: 0}}"),
            whole);
    // Then
    assertThat(with.routes("worker").arms()).isEqualTo(without.routes("worker").arms());
    for (String collaboration : new String[] {"easy", "hard", null}) {
      RoleRoutes bucket = routes(with, collaboration);
      assertThat(bucket.arms()).isEqualTo(without.routes("worker").arms());
      if (use.equals("off") || collaboration != null) { // of the others nothing is known: see below
        assertThat(bucket.allocation(0b111).solution().propensities())
            .containsExactly(solution(without, 0b111).propensities());
      }
    }
  }

  /** Haiku was given easy tasks alone; the role is half hard. */
  @Test
  void whereBucketsDifferTheRoleIsWhatItsTrafficIs() {
    RoleEvidence chosenFor =
        Snapshots.evidence(
            labelled(EASY, Snapshots.SMALL, 380, 369),
            labelled(EASY, Snapshots.FRONTIER, 20, 20),
            labelled(HARD, Snapshots.SMALL, 40, 20),
            labelled(HARD, Snapshots.FRONTIER, 360, 346));

    RoleRoutes role = Snapshots.of(worker("auto"), chosenFor).routes("worker");

    assertThat(role.context().verdict().split()).isPositive();
    assertThat(role.arms().get(0).belief().quality().mean()).isBetween(.70, .82); // not 389/420
  }

  /** An arm that was reset forgets its quality; the tasks that it had did come. */
  @Test
  void aResetOfAnArmDoesNotMoveTheSharesOfTheTraffic() {
    // Given: small has the easy tasks, opus the hard ones, 609 to 391; then small is reset
    ArmEvidence easy = labelled(EASY, Snapshots.SMALL, 609, 580);
    ArmEvidence hard = labelled(HARD, Snapshots.FRONTIER, 391, 370);
    RoleEvidence before = Snapshots.evidence(easy, hard);
    RoleEvidence after = Snapshots.evidence(reset(easy), hard);

    for (RoleEvidence evidence : List.of(before, after)) {
      List<ContextRoutes.Bucket> buckets =
          Snapshots.of(worker("auto"), evidence).routes("worker").context().buckets();

      assertThat(buckets.get(0).share()).isCloseTo(.609, within(1e-9));
      assertThat(buckets.get(1).share()).isCloseTo(.391, within(1e-9));
    }
    assertThat(after.traffic(bucket -> bucket == EASY, 5_545)).isCloseTo(572.1, within(.1));
  }

  private static ArmEvidence reset(ArmEvidence arm) {
    return new ArmEvidence(
        arm.bucket(),
        arm.armNo(),
        arm.blocks().stream()
            .map(b -> new BlockEvidence(b.block(), b.openedAtCalls(), 1, b.sums()))
            .toList(),
        arm.latencyBins());
  }

  // --- a definition that changed, or is no more

  /** Haiku is at .97 on easy and .30 on hard tasks, and was given the easy ones. */
  private static RoleEvidence simpson() {
    return Snapshots.evidence(
        labelled(EASY, Snapshots.SMALL, 480, 466),
        labelled(EASY, Snapshots.FRONTIER, 20, 20),
        labelled(HARD, Snapshots.SMALL, 40, 12),
        labelled(HARD, Snapshots.FRONTIER, 460, 442));
  }

  /** The buckets that {@link #simpson} was learned in mean nothing in it. */
  private static PolicyBook.Published redefined() {
    PolicyBook.Published published =
        Snapshots.worker(
            "{context: {use: auto, complexities: [low]}, floor: "
                + "{quality: 0.9, scope: per_arm, ledger_confidence: 0}}");
    Map<String, Integer> numbers = new HashMap<>();
    published
        .policy()
        .roleOrDefault("worker")
        .orElseThrow()
        .context()
        .orElseThrow()
        .meanings()
        .forEach(meaning -> numbers.put(meaning, 4 + numbers.size()));
    return new PolicyBook.Published(
        published.version(),
        published.policy(),
        new Numbers(
            published.numbers().roles(), published.numbers().arms(), Map.of("worker", numbers)),
        published.document(),
        published.source());
  }

  /** Summed plainly haiku is at .92 and served everywhere, in hard tasks too. */
  @Test
  void whatWasLearnedUnderAFormerDefinitionIsStillWeighedByItsTraffic() {
    RoleRoutes defined = Snapshots.of(worker("auto"), simpson()).routes("worker");

    RoleRoutes role = Snapshots.of(redefined(), simpson()).routes("worker");
    RoleRoutes without = Snapshots.of(Snapshots.worker("{}"), simpson()).routes("worker");

    for (RoleRoutes routes : List.of(defined, role, without)) {
      assertThat(routes.arms().get(0).belief().quality().mean()).isBetween(.55, .75); // not 478/520
      assertThat(routes.arms().get(0).labels()).isEqualTo(without.arms().get(0).labels());
      assertThat(routes.arms().get(2).belief().quality().mean()).isBetween(.93, .98);
    }
    assertThat(role.allocations().get(0).solution().refuted(0)).isTrue();
    assertThat(role.allocations().get(0).solution().pi(0)).isLessThan(.02);
    for (RoleRoutes bucket : role.bySlot()) {
      assertThat(bucket.told().routedBy()).isEqualTo("role");
      assertThat(bucket.allocations().get(0).solution().refuted(0)).isTrue();
    }
  }

  /** The new buckets are filled by role routing: haiku is hardly used there. */
  @Test
  void formerBucketsFadeAsTheNewOnesFill() {
    List<ArmEvidence> arms = new ArrayList<>(simpson().arms());
    arms.add(labelled(4, Snapshots.FRONTIER, 500, 480));
    arms.add(labelled(5, Snapshots.FRONTIER, 500, 480));
    RoleEvidence later = Snapshots.evidence(arms.toArray(ArmEvidence[]::new));
    Strata strata = Strata.of(redefined().numbers(), policy(redefined()), later);

    assertThat(strata.slots()).isEqualTo(2);
    assertThat(strata.size()).isEqualTo(4);
    assertThat(strata.differ()).isTrue();
    double[] weights = strata.weights(new boolean[] {true, true, true, true});
    assertThat(weights[0]).as("of what does not differ").isGreaterThanOrEqualTo(.5);
    assertThat(Arrays.stream(weights).sum()).isCloseTo(1, within(1e-12));
    assertThat(strata.quality(2).mean()).isBetween(.93, .98);
  }

  /** Every bucket of the definition is in force, and what is left of the former is the pool's. */
  @Test
  void aPoolThatFormerBucketsAreOfIsWeighedByTheirTrafficToo() {
    List<ArmEvidence> arms = new ArrayList<>(simpson().arms());
    arms.add(labelled(4, Snapshots.SMALL, 200, 198));
    arms.add(labelled(4, Snapshots.FRONTIER, 200, 198));
    RoleEvidence later = Snapshots.evidence(arms.toArray(ArmEvidence[]::new));

    StrataViews views = new StrataViews(redefined().numbers(), policy(redefined()), later);
    boolean[] pool = {false, true, true, true};

    assertThat(views.together(pool).get(0).belief().quality().mean()).isBetween(.5, .75);
  }

  @Test
  void bucketsOfNoDefinitionThatAreAlikeAreSummed() {
    RoleRoutes without = Snapshots.of(Snapshots.worker("{}"), alike()).routes("worker");
    RoleRoutes told = Snapshots.of(worker("auto"), alike()).routes("worker");

    assertThat(without.arms()).isEqualTo(told.arms());
    assertThat(without.arms().get(0).belief().quality().mean()).isCloseTo(.785, within(.005));
  }

  // --- one belief for all

  /** The floor that a block's detectors are held to is the one that the role is routed by. */
  @Test
  void theRecordedFloorIsTheOneInForce() {
    RoleEvidence evidence =
        Snapshots.evidence(
            labelled(EASY, Snapshots.SMALL, 480, 466),
            labelled(EASY, Snapshots.FRONTIER, 20, 20),
            labelled(HARD, Snapshots.SMALL, 40, 12),
            labelled(HARD, Snapshots.FRONTIER, 460, 370));
    for (String use : List.of("off", "auto", "on")) {
      PolicyBook.Published published =
          worker(use, "{relative_to_reference: 0.95, scope: per_arm, ledger_confidence: 0}");
      RoleRoutes role = Snapshots.of(published, evidence).routes("worker");

      assertThat(Beliefs.floor(published.numbers(), policy(published), evidence).orElseThrow())
          .isEqualTo(role.allocations().get(0).solution().floor());
    }
  }

  /** A shared prior of many buckets is one opinion. */
  @Test
  void withoutLabelsARoleThatHasTheContextOnIsAsUnsureAsOneWithout() {
    RoleRoutes on = Snapshots.of(worker("on"), Snapshots.evidence()).routes("worker");
    RoleRoutes without =
        Snapshots.of(Snapshots.worker("{}"), Snapshots.evidence()).routes("worker");

    assertThat(on.arms()).isEqualTo(without.arms());
    for (RoleRoutes bucket : on.bySlot()) {
      for (int k = 0; k < 3; k++) {
        BetaPosterior own = bucket.arms().get(k).belief().quality();
        BetaPosterior whole = without.arms().get(k).belief().quality();
        assertThat(own.variance()).isCloseTo(whole.variance(), within(1e-9));
      }
    }
    assertThat(on.context().buckets()).noneMatch(ContextRoutes.Bucket::split);
    assertThat(on.context().verdict().split()).isZero();
  }

  private static RolePolicy policy(PolicyBook.Published published) {
    return published.policy().roleOrDefault("worker").orElseThrow();
  }
}
