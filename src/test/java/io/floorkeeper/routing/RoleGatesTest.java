package io.floorkeeper.routing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.floorkeeper.ledger.DecisionId;
import io.floorkeeper.platform.Caller;
import io.floorkeeper.policy.PolicyBook;
import io.floorkeeper.posterior.RoleEvidence;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What ill and full models leave of a request, and that what is logged of it stays exact. */
class RoleGatesTest extends RouterFixture {
  private static final String OPEN = "open";
  private static final String HALF_OPEN = "half_open";
  private static final double PROBE_SHARE = .1;

  // --- ill

  @Test
  void anOpenArmGetsNothingAndTheAnswerSaysSo() {
    // Given
    AllocationSnapshot snapshot =
        behind(learner(), Map.of("sonnet", ill(OPEN)), Snapshots.undecided());
    Frequencies<Integer> arms = new Frequencies<>();
    Map<Integer, Double> logged = new HashMap<>();
    for (int i = 0; i < 20_000; i++) {
      // When
      Decision decision = decide(snapshot, Ask.worker());
      arms.count(decision.candidate());
      logged.put(decision.candidate(), decision.propensity());
      // Then
      assertThat(decision.mask()).isEqualTo(0b101);
      assertThat(decision.constraints()).containsExactly("health");
    }
    assertThat(logged).containsOnlyKeys(0, 2);
    arms.assertFollow(logged);
  }

  @Test
  void healthBendsWhereItWouldLeaveNothingAndPinsDoNot() {
    // Given
    PolicyBook.Published pinned =
        Snapshots.published(
            "roles: {worker: {}}\ndata_classes: [public]\n"
                + "pins: [{name: phi, match: {data_class: phi}, models: [sonnet]}]");
    AllocationSnapshot snapshot =
        behind(pinned, Map.of("sonnet", ill(OPEN)), Snapshots.undecided());
    // When
    Decision decision = decide(snapshot, Ask.worker().dataClass("phi"));
    // Then
    assertThat(decision.candidate()).isEqualTo(1);
    assertThat(decision.reason()).isEqualTo(Reason.PINNED);
    assertThat(decision.constraints()).containsExactly("pin:phi", "health_unmet");
  }

  @Test
  void whereAllAreIllTheProbedOnesAnswerElseAllAsIfNoneWere() {
    // Given
    PolicyBook.Published policy = learner();
    Map<String, PoolState.Standing> ill = new HashMap<>();
    ill.put("haiku", ill(OPEN));
    ill.put("sonnet", ill(OPEN));
    ill.put("opus", ill(OPEN));
    RoleGates all = gates(policy, ill);
    ill.put("sonnet", ill(HALF_OPEN));
    RoleGates probed = gates(policy, ill);
    // When, Then
    assertThat(all.mask(0b111, 1, 0)).isEqualTo(0b111);
    assertThat(all.told(0b111, 1, 0)).containsExactly("health_unmet");
    assertThat(probed.mask(0b111, 1, 0)).isEqualTo(0b010);
    assertThat(probed.told(0b111, 1, 0)).containsExactly("health", "health_unmet");
    assertThat(probed.told(0b111, 0, 0)).containsExactly("health", "health_probe");
  }

  @Test
  void aProbedArmGetsItsShareOfWhatItWouldHaveGot() {
    // Given
    AllocationSnapshot well = Snapshots.of(learner(), Snapshots.undecided());
    double usual = solution(well, 0b111).propensity(1);
    AllocationSnapshot snapshot =
        behind(learner(), Map.of("sonnet", ill(HALF_OPEN)), Snapshots.undecided());
    Map<Integer, Double> logged = new HashMap<>();
    Frequencies<Integer> arms = new Frequencies<>();
    // When
    for (int i = 0; i < DRAWS; i++) {
      Decision decision = decide(snapshot, Ask.worker());
      arms.count(decision.candidate());
      Double before = logged.put(decision.candidate(), decision.propensity());
      assertThat(before == null || before == decision.propensity()).isTrue();
      assertThat(decision.id().has(DecisionId.NOT_DRAWN)).isFalse();
    }
    // Then
    assertThat(logged.get(1)).isCloseTo(PROBE_SHARE * usual, within(1e-12));
    assertThat(logged.values().stream().mapToDouble(p -> p).sum()).isCloseTo(1, within(1e-12));
    arms.assertFollow(logged);
  }

  @Test
  void aTaskThatBeganStaysWithAProbedArmAndLeavesAnOpenOne() {
    // Given
    AllocationSnapshot well = Snapshots.of(learner(), Snapshots.undecided());
    Decision begun = decide(well, Ask.worker());
    while (begun.candidate() != 1) {
      begun = decide(well, Ask.worker());
    }
    Ask next = Ask.worker().continuing(begun.decisionId());
    // When
    Decision probed =
        decide(behind(learner(), Map.of("sonnet", ill(HALF_OPEN)), Snapshots.undecided()), next);
    Decision moved =
        decide(behind(learner(), Map.of("sonnet", ill(OPEN)), Snapshots.undecided()), next);
    // Then
    assertThat(probed.reason()).isEqualTo(Reason.STICKY);
    assertThat(probed.candidate()).isEqualTo(1);
    assertThat(moved.candidate()).isNotEqualTo(1);
    assertThat(moved.constraints()).containsExactly("continuation_ended", "health");
  }

  // --- full

  @ParameterizedTest
  @ValueSource(strings = {"fixed", "learn"})
  void aFullModelTakesItsShareAndTheRestSpills(String strategy) {
    // Given
    AllocationSnapshot snapshot =
        behind(
            Snapshots.worker("{preset: small, strategy: %s, label_rate: .1}".formatted(strategy)),
            Map.of("haiku", full(.3)),
            Snapshots.undecided());
    Map<Integer, Double> logged = new HashMap<>();
    Frequencies<Integer> arms = new Frequencies<>();
    // When
    for (int i = 0; i < DRAWS; i++) {
      Decision decision = decide(snapshot, Ask.worker());
      arms.count(decision.candidate());
      logged.put(decision.candidate(), decision.propensity());
      assertThat(decision.id().has(DecisionId.NOT_DRAWN)).isEqualTo(!strategy.equals("learn"));
    }
    // Then
    arms.assertFollow(logged);
    if (!strategy.equals("learn")) {
      assertThat(logged.get(0)).isCloseTo(.3, within(1e-12));
      assertThat(logged.get(1)).as("the next stronger tier").isCloseTo(.7, within(1e-12));
    }
  }

  @Test
  void aSessionKeepsItsPlaceInAFullModel() {
    // Given
    AllocationSnapshot snapshot =
        behind(
            Snapshots.worker("{preset: small, strategy: fixed}"),
            Map.of("haiku", full(.3)),
            Snapshots.undecided());
    Frequencies<Integer> arms = new Frequencies<>();
    for (int i = 0; i < DRAWS; i++) {
      // When
      Decision decision = decide(snapshot, Ask.worker().session("session-" + i));
      arms.count(decision.candidate());
      // Then
      if (i < 1_000) {
        assertThat(decide(snapshot, Ask.worker().session("session-" + i)).candidate())
            .isEqualTo(decision.candidate());
      }
    }
    arms.assertFollow(Map.of(0, .3, 1, .7));
  }

  @Test
  void capacityBendsWhereNoOtherArmIsLeft() {
    // Given
    RoleGates gates = gates(learner(), Map.of("haiku", full(.3), "sonnet", full(.5)));
    // When, Then
    assertThat(gates.mask(0b011, 1, .4)).isEqualTo(0b010);
    assertThat(gates.told(0b011, 1, .4)).containsExactly("capacity");
    assertThat(gates.mask(0b011, 1, .6)).isEqualTo(0b011);
    assertThat(gates.told(0b011, 1, .6)).containsExactly("capacity_unmet");
  }

  @Test
  void aPinnedModelThatIsFullAnswersAndSaysHowOftenItShouldNotHave() {
    // Given
    AllocationSnapshot snapshot =
        behind(
            Snapshots.published(
                "roles: {worker: {}}\ndata_classes: [public]\n"
                    + "pins: [{name: phi, match: {data_class: phi}, models: [sonnet]}]"),
            Map.of("sonnet", full(.3)),
            Snapshots.undecided());
    Frequencies<Boolean> told = new Frequencies<>();
    for (int i = 0; i < 20_000; i++) {
      // When
      Decision decision = decide(snapshot, Ask.worker().dataClass("phi"));
      told.count(decision.constraints().contains("capacity_unmet"));
      // Then
      assertThat(decision.candidate()).isEqualTo(1);
      assertThat(decision.reason()).isEqualTo(Reason.PINNED);
      assertThat(decision.propensity()).isEqualTo(1);
    }
    told.assertFollow(Map.of(true, .7, false, .3));
  }

  // --- exact

  /** Two gates at once, the worst that is likely: one arm is probed, another one is full. */
  @Test
  void whatIsLoggedIsTheProbabilityOverAllThatTheGatesCouldHaveLeft() {
    // Given
    AllocationSnapshot snapshot =
        behind(
            learner(), Map.of("haiku", full(.6), "sonnet", ill(HALF_OPEN)), Snapshots.undecided());
    double[] quality = {.5, .8, .9};
    double[] weighed = new double[3];
    Map<Integer, Double> logged = new HashMap<>();
    Frequencies<Integer> arms = new Frequencies<>();
    // When
    for (int i = 0; i < DRAWS; i++) {
      Decision decision = decide(snapshot, Ask.worker());
      arms.count(decision.candidate());
      logged.put(decision.candidate(), decision.propensity());
      double reward = random.nextDouble() < quality[decision.candidate()] ? 1 : 0;
      weighed[decision.candidate()] += reward / decision.propensity();
    }
    // Then
    arms.assertFollow(logged);
    for (int k = 0; k < 3; k++) {
      // Four standard errors: 6e-5 a comparison, were the seed not fixed.
      double bound = 4 * Math.sqrt(quality[k] / logged.get(k) / DRAWS);
      assertThat(weighed[k] / DRAWS).isCloseTo(quality[k], within(bound));
    }
  }

  @Test
  void withoutAnAllocationForAllOutcomesNothingIsDrawnAndTheyAreAskedFor() {
    // Given: gates came, and the snapshot's allocations are from before
    AllocationSnapshot before = Snapshots.of(learner(), Snapshots.undecided());
    AllocationSnapshot snapshot =
        before.withGates(
            RoleGates.of(
                before.published().policy().roles().values(),
                new PoolState(Map.of("sonnet", ill(HALF_OPEN)), PROBE_SHARE)));
    for (int i = 0; i < 1_000; i++) {
      // When
      Decision decision = decide(snapshot, Ask.worker());
      // Then
      assertThat(decision.reason()).isEqualTo(Reason.FALLBACK);
      assertThat(decision.id().has(DecisionId.NOT_DRAWN)).isTrue();
      assertThat(decision.unseen()).isEqualTo(0b111);
    }
  }

  @Test
  void whereAllIsWellNothingIsDrawnForIt() {
    // Given: an ill model that is none of the role's candidates
    PolicyBook.Published policy = Snapshots.worker("{candidates: [small, mid], preset: mid}");
    TierPoolTest.Counting counting = new TierPoolTest.Counting(random);
    AllocationSnapshot well = Snapshots.of(policy, Snapshots.undecided());
    AllocationSnapshot elsewhere =
        behind(policy, Map.of("opus", ill(HALF_OPEN)), Snapshots.undecided());
    for (AllocationSnapshot snapshot : List.of(well, elsewhere)) {
      assertThat(snapshot.gates()).isEmpty();
    }
    // When
    router.decide(
        Ask.worker().request(), Caller.LOCAL, elsewhere, counting, Snapshots.NOW, sequence++);
    // Then: share, arm, label
    assertThat(counting.taken).isEqualTo(3);
  }

  private static PolicyBook.Published learner() {
    return Snapshots.worker("{preset: mid, label_rate: .1}");
  }

  static RoleGates gates(PolicyBook.Published policy, Map<String, PoolState.Standing> models) {
    return RoleGates.of(policy.policy().roles().get("worker"), new PoolState(models, PROBE_SHARE));
  }

  static AllocationSnapshot behind(
      PolicyBook.Published policy,
      Map<String, PoolState.Standing> models,
      RoleEvidence... evidence) {
    RoleGates gates = gates(policy, models);
    Set<Long> masks = new HashSet<>(gates.masks(0b111));
    return Snapshots.of(policy, Map.of("worker", masks), evidence)
        .withGates(
            RoleGates.of(policy.policy().roles().values(), new PoolState(models, PROBE_SHARE)));
  }

  static PoolState.Standing ill(String state) {
    ArmHealth.State its = state.equals(OPEN) ? ArmHealth.State.OPEN : ArmHealth.State.HALF_OPEN;
    return new PoolState.Standing(
        new ArmHealth(its, Snapshots.NOW), 30, 20, 900, 1, 30, Double.NaN);
  }

  static PoolState.Standing full(double admitShare) {
    return new PoolState.Standing(ArmHealth.WELL, 30, 0, 900, admitShare, 60, 1);
  }
}
