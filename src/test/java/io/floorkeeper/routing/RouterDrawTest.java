package io.floorkeeper.routing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.floorkeeper.bandit.FloorSolution;
import io.floorkeeper.ledger.DecisionId;
import io.floorkeeper.platform.Caller;
import java.util.HashMap;
import java.util.Map;
import java.util.stream.IntStream;
import org.apache.commons.rng.UniformRandomProvider;
import org.apache.commons.rng.simple.RandomSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Draws agree with what is logged of them; ids say what was decided; labels are asked at the stated
 * rate.
 */
class RouterDrawTest extends RouterFixture {
  // --- draws

  @ParameterizedTest
  @CsvSource({"0, 0", "0.05, 0", "0, 0.2", "0.05, 0.2"})
  void armsAreDrawnAsOftenAsTheirLoggedPropensitySays(double holdout, double control) {
    // Given
    AllocationSnapshot snapshot =
        Snapshots.of(
            Snapshots.worker(
                "{preset: mid, holdout_share: %s, control_share: %s}".formatted(holdout, control)),
            Snapshots.undecided());
    Map<Integer, Double> logged = new HashMap<>();
    Frequencies<Integer> arms = new Frequencies<>();
    Frequencies<Reason> reasons = new Frequencies<>();
    // When
    for (int i = 0; i < DRAWS; i++) {
      Decision decision = decide(snapshot, Ask.worker());
      Double before = logged.put(decision.candidate(), decision.propensity());
      assertThat(before == null || before == decision.propensity()).isTrue();
      arms.count(decision.candidate());
      reasons.count(decision.reason());
    }
    // Then
    assertThat(logged.values().stream().mapToDouble(p -> p).sum()).isCloseTo(1, within(1e-12));
    arms.assertFollow(logged);
    reasons.assertFollow(
        Map.of(
            Reason.HOLDOUT,
            holdout,
            Reason.CONTROL,
            control,
            Reason.SAMPLED,
            1 - holdout - control));
  }

  @Test
  void aHoldoutThatAdaptsIsDrawnFromTheAllocation() {
    // Given
    AllocationSnapshot snapshot =
        Snapshots.of(
            Snapshots.worker(
                "{holdout_share: auto, control_share: 0.2, preset: mid,"
                    + " floor: {quality: .9, scope: per_arm, ledger_confidence: 0}}"),
            Snapshots.midIsProven());
    double rho = solution(snapshot, 0b111).holdoutShare();
    assertThat(rho).isBetween(.005, .0199);
    Frequencies<Reason> reasons = new Frequencies<>();
    // When
    for (int i = 0; i < DRAWS; i++) {
      Decision decision = decide(snapshot, Ask.worker());
      reasons.count(decision.reason());
      // Then
      assertThat(decision.id().has(DecisionId.HOLDOUT))
          .isEqualTo(decision.reason() == Reason.HOLDOUT);
    }
    reasons.assertFollow(Map.of(Reason.HOLDOUT, rho, Reason.CONTROL, .2, Reason.SAMPLED, .8 - rho));
  }

  @Test
  void sessionsAreSharedOutAsThePropensitiesSay() {
    // Given
    AllocationSnapshot snapshot =
        Snapshots.of(
            Snapshots.worker("{preset: mid, holdout_share: 0.05, control_share: 0.2}"),
            Snapshots.undecided());
    Map<Integer, Double> logged = new HashMap<>();
    Frequencies<Integer> arms = new Frequencies<>();
    // When
    for (int i = 0; i < DRAWS; i++) {
      Decision decision = decide(snapshot, Ask.worker().session("session-" + i));
      logged.put(decision.candidate(), decision.propensity());
      arms.count(decision.candidate());
    }
    // Then
    arms.assertFollow(logged);
  }

  @Test
  void aSessionKeepsItsArmWhileTheAllocationStands() {
    // Given: two replicas, whose generators differ
    AllocationSnapshot snapshot =
        Snapshots.of(
            Snapshots.worker("{preset: mid, holdout_share: 0.05, control_share: 0.2}"),
            Snapshots.undecided());
    Router other = new Router(1, STALE_AFTER_MILLIS, ID_LIFE_MILLIS);
    UniformRandomProvider otherRandom = RandomSource.XO_RO_SHI_RO_128_PP.create(SEED + 1);
    for (int i = 0; i < 1_000; i++) {
      RouteRequest request = Ask.worker().session("session-" + i).request();
      // When
      Decision here =
          router.decide(request, Caller.LOCAL, snapshot, random, Snapshots.NOW, sequence++);
      Decision there =
          other.decide(request, Caller.LOCAL, snapshot, otherRandom, Snapshots.NOW + 1, 0);
      // Then
      assertThat(there.candidate()).isEqualTo(here.candidate());
      assertThat(there.reason()).isEqualTo(here.reason());
      assertThat(there.decisionId()).isNotEqualTo(here.decisionId());
    }
  }

  // --- ids

  @Test
  void theIdCarriesAllThatTheLearnerNeeds() {
    // Given
    AllocationSnapshot snapshot =
        Snapshots.of(Snapshots.worker("{label_rate: 0.5}"), Snapshots.undecided());
    // When
    Decision decision =
        router.decide(
            Ask.worker().request(), Caller.LOCAL, snapshot, random, Snapshots.NOW, 0x1_00_00_05L);
    DecisionId id = Snapshots.KEYS.verify(decision.decisionId());
    // Then
    assertThat(id).isEqualTo(decision.id());
    assertThat(id.keyNo()).isEqualTo(3);
    assertThat(id.rung()).isZero();
    assertThat(id.epochMillis()).isEqualTo(Snapshots.NOW);
    assertThat(id.replica()).isEqualTo(REPLICA);
    assertThat(id.sequence()).as("the lowest 24 bits").isEqualTo(5);
    assertThat(id.roleNo()).isEqualTo(11);
    assertThat(id.armNo()).isEqualTo(decision.candidate() + 1);
    assertThat(id.propensity()).isEqualTo((float) decision.propensity());
    assertThat(id.labelCode()).isEqualTo(128);
    assertThat(id.policyVersion()).isEqualTo(Snapshots.VERSION);
    assertThat(id.epoch()).isEqualTo(Snapshots.EPOCH);
    assertThat(id.block()).isEqualTo(Snapshots.BLOCK);
  }

  @Test
  void aSequenceThatHasTurnedNegativeStillFits() {
    // Given
    AllocationSnapshot snapshot = Snapshots.of(Snapshots.worker("{}"));
    // When
    Decision decision =
        router.decide(Ask.worker().request(), Caller.LOCAL, snapshot, random, Snapshots.NOW, -1L);
    // Then
    assertThat(decision.id().sequence()).isEqualTo(0xFFFFFF);
  }

  // --- labels

  @ParameterizedTest
  @ValueSource(doubles = {.002, .3, 1})
  void baseLabelsAreAskedAtTheRateOfTheQuantisedCode(double rate) {
    // Given: .002 is nearest to 1/255, which is twice as much; the id must say what was drawn with
    AllocationSnapshot snapshot =
        Snapshots.of(Snapshots.worker("{label_rate: " + rate + "}"), Snapshots.undecided());
    Frequencies<Boolean> base = new Frequencies<>();
    double told = 0;
    // When
    for (int i = 0; i < DRAWS; i++) {
      Decision decision = decide(snapshot, Ask.worker());
      base.count(decision.id().has(DecisionId.BASE_LABEL));
      told = decision.id().labelProbability();
    }
    // Then
    assertThat(told).isEqualTo(DecisionId.labelCode(rate) / 255.);
    if (rate == 1) {
      assertThat(base.seen()).containsOnlyKeys(true);
    } else {
      base.assertFollow(Map.of(true, told, false, 1 - told));
    }
  }

  @Test
  void allOtherCallsAreAskedForALabelExactlyWhereTheArmIsNotProven() {
    // Given
    AllocationSnapshot snapshot =
        Snapshots.of(Snapshots.worker("{holdout_share: 0.2}"), Snapshots.midIsProven());
    FloorSolution solution = solution(snapshot, 0b111);
    assertThat(IntStream.range(0, 3).filter(solution::proven)).containsExactly(1);
    Frequencies<Integer> arms = new Frequencies<>();
    for (int i = 0; i < 20_000; i++) {
      // When
      Decision decision = decide(snapshot, Ask.worker());
      arms.count(decision.candidate());
      // Then
      boolean base = decision.id().has(DecisionId.BASE_LABEL);
      boolean boosted = decision.id().has(DecisionId.BOOSTED_LABEL);
      assertThat(boosted).isEqualTo(!base && decision.candidate() != 1);
      assertThat(decision.evaluate()).isEqualTo(base || boosted);
    }
    assertThat(arms.seen()).containsKeys(1, 2);
  }

  @Test
  void anArmThatWasNotDrawnIsBoostedByTheSameRule() {
    // Given
    AllocationSnapshot snapshot =
        Snapshots.of(Snapshots.worker("{label_rate: 0.002}"), Snapshots.midIsProven());
    // When
    Decision proven = decide(snapshot, Ask.worker().minTier("mid"));
    Decision unproven = decide(snapshot, Ask.worker().minTier("frontier"));
    // Then
    assertThat(proven.reason()).isEqualTo(Reason.FALLBACK);
    assertThat(proven.evaluate()).isFalse();
    assertThat(unproven.reason()).isEqualTo(Reason.ONLY_ELIGIBLE);
    assertThat(unproven.id().has(DecisionId.BOOSTED_LABEL)).isTrue();
  }

  @Test
  void whereNothingIsLearnedNothingIsBoosted() {
    // Given
    AllocationSnapshot snapshot =
        Snapshots.of(Snapshots.worker("{learning: off, label_rate: 0.5}"), Snapshots.undecided());
    for (int i = 0; i < 1_000; i++) {
      // When
      Decision decision = decide(snapshot, Ask.worker());
      // Then
      assertThat(decision.id().has(DecisionId.BOOSTED_LABEL)).isFalse();
      assertThat(decision.evaluate()).isEqualTo(decision.id().has(DecisionId.BASE_LABEL));
    }
  }
}
