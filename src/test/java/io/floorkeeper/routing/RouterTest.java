package io.floorkeeper.routing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.floorkeeper.bandit.FloorSolution;
import io.floorkeeper.ledger.DecisionId;
import io.floorkeeper.platform.Caller;
import io.floorkeeper.platform.Problem;
import io.floorkeeper.policy.PolicyBook;
import io.floorkeeper.posterior.RoleEvidence;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Why an answer is what it is, and for which role. */
class RouterTest extends RouterFixture {
  // --- reasons

  @Test
  void aRoleThatLearnsIsSampledFromItsAllocation() {
    // Given
    AllocationSnapshot snapshot = Snapshots.of(Snapshots.worker("{}"), Snapshots.undecided());
    // When
    Decision decision = decide(snapshot, Ask.worker());
    // Then
    assertThat(decision.reason()).isEqualTo(Reason.SAMPLED).hasToString("sampled");
    assertThat(decision.propensity())
        .isEqualTo(solution(snapshot, 0b111).propensity(decision.candidate()))
        .isStrictlyBetween(0., 1.);
    assertThat(decision.constraints()).isEmpty();
    assertThat(decision.id().has(DecisionId.NOT_DRAWN)).isFalse();
  }

  @Test
  void withoutAnyLabelTheDrawIsAColdStart() {
    // Given: calls were seen, none of them was judged
    AllocationSnapshot snapshot =
        Snapshots.of(Snapshots.worker("{}"), Snapshots.evidence(Snapshots.labelled(1, 0, 0)));
    // When
    Decision decision = decide(snapshot, Ask.worker());
    // Then
    assertThat(decision.reason()).isEqualTo(Reason.COLD_START);
    assertThat(decision.allocation()).isNotNull();
  }

  @Test
  void evidenceAboveTheLimitOfAgeIsStale() {
    // Given
    AllocationSnapshot snapshot = Snapshots.of(Snapshots.worker("{}"), Snapshots.undecided());
    long readAt = snapshot.evidenceAtMillis();
    // When
    Decision young =
        router.decide(
            Ask.worker().request(),
            Caller.LOCAL,
            snapshot,
            random,
            readAt + STALE_AFTER_MILLIS,
            sequence++);
    Decision old =
        router.decide(
            Ask.worker().request(),
            Caller.LOCAL,
            snapshot,
            random,
            readAt + STALE_AFTER_MILLIS + 1,
            sequence++);
    // Then
    assertThat(young.reason()).isEqualTo(Reason.SAMPLED);
    assertThat(old.reason()).isEqualTo(Reason.STALE);
  }

  @Test
  void theHoldoutGoesToTheStrongestArmThatTheRequestLeaves() {
    // Given
    PolicyBook.Published published =
        Snapshots.published(
            """
            roles: {worker: {holdout_share: 0.2}}
            data_classes: [public]
            pins: [{name: home, match: {data_class: phi}, models: [haiku, sonnet]}]
            """);
    AllocationSnapshot snapshot =
        Snapshots.of(published, Map.of("worker", Set.of(0b011L)), Snapshots.undecided());
    // When
    Decision free = first(Reason.HOLDOUT, snapshot, Ask.worker());
    Decision pinned = first(Reason.HOLDOUT, snapshot, Ask.worker().dataClass("phi"));
    // Then
    assertThat(free.arm().arm().tier()).isEqualTo("frontier");
    assertThat(pinned.arm().arm().tier()).isEqualTo("mid");
    assertThat(free.id().has(DecisionId.HOLDOUT)).isTrue();
    assertThat(free.propensity())
        .as("the probability of the arm however it came about")
        .isCloseTo(.2 + .8 * solution(snapshot, 0b111).pi(2), within(1e-12));
  }

  @Test
  void theControlGoesToThePresetArmAndOnlyWhereThatIsEligible() {
    // Given
    PolicyBook.Published published =
        Snapshots.published(
            """
            roles: {worker: {preset: mid, control_share: 0.2}}
            data_classes: [public]
            pins: [{name: ends, match: {data_class: phi}, models: [haiku, opus]}]
            """);
    AllocationSnapshot snapshot =
        Snapshots.of(published, Map.of("worker", Set.of(0b101L)), Snapshots.undecided());
    // When
    Decision control = first(Reason.CONTROL, snapshot, Ask.worker());
    Frequencies<Reason> withoutPreset = new Frequencies<>();
    for (int i = 0; i < 1_000; i++) {
      withoutPreset.count(decide(snapshot, Ask.worker().dataClass("phi")).reason());
    }
    // Then
    assertThat(control.arm().arm().tier()).isEqualTo("mid");
    assertThat(control.id().has(DecisionId.CONTROL)).isTrue();
    assertThat(control.propensity())
        .isCloseTo(.2 + .8 * solution(snapshot, 0b111).pi(1), within(1e-12));
    assertThat(withoutPreset.seen()).containsOnlyKeys(Reason.SAMPLED);
  }

  @Test
  void aPinThatLeavesOneModelIsTheReason() {
    // Given
    AllocationSnapshot snapshot =
        Snapshots.of(
            Snapshots.published(
                """
                roles: {worker: {}}
                data_classes: [public]
                pins: [{name: home, match: {data_class: phi}, models: [sonnet]}]
                """),
            Snapshots.undecided());
    // When
    Decision decision = decide(snapshot, Ask.worker().dataClass("phi"));
    // Then
    assertThat(decision.reason()).isEqualTo(Reason.PINNED);
    assertThat(decision.arm().arm().model().name()).isEqualTo("sonnet");
    assertThat(decision.propensity()).isOne();
    assertThat(decision.id().has(DecisionId.NOT_DRAWN)).isTrue();
    assertThat(decision.constraints()).containsExactly("pin:home");
  }

  @Test
  void whatElseLeavesOneArmIsTheOnlyEligible() {
    // Given
    AllocationSnapshot snapshot = Snapshots.of(Snapshots.worker("{}"), Snapshots.undecided());
    AllocationSnapshot single =
        Snapshots.of(Snapshots.worker("{candidates: [mid]}"), Snapshots.undecided());
    // When
    Decision cheap = decide(snapshot, Ask.worker().maxCostUsd(.005));
    Decision strong = decide(snapshot, Ask.worker().minTier("frontier"));
    Decision alone = decide(single, Ask.worker());
    // Then
    assertThat(cheap.reason()).isEqualTo(Reason.ONLY_ELIGIBLE);
    assertThat(cheap.arm().arm().tier()).isEqualTo("small");
    assertThat(strong.reason()).isEqualTo(Reason.ONLY_ELIGIBLE);
    assertThat(strong.arm().arm().tier()).isEqualTo("frontier");
    assertThat(alone.reason()).isEqualTo(Reason.ONLY_ELIGIBLE);
    assertThat(alone.propensity()).isOne();
  }

  @Test
  void aFixedRoleAnswersWithItsPreset() {
    // Given
    AllocationSnapshot snapshot =
        Snapshots.of(
            Snapshots.published(
                """
                roles:
                  several: {strategy: fixed, preset: small}
                  one: {strategy: fixed, candidates: [mid], preset: mid}
                """));
    // When
    Decision several = decide(snapshot, Ask.role("several"));
    Decision one = decide(snapshot, Ask.role("one"));
    Decision lifted = decide(snapshot, Ask.role("several").minTier("mid"));
    // Then
    assertThat(several.reason()).isEqualTo(Reason.FIXED);
    assertThat(several.arm().arm().tier()).isEqualTo("small");
    assertThat(several.propensity()).isOne();
    assertThat(one.reason()).isEqualTo(Reason.FIXED);
    assertThat(one.arm().arm().tier()).isEqualTo("mid");
    assertThat(lifted.reason()).isEqualTo(Reason.FIXED);
    assertThat(lifted.arm().arm().tier()).as("the next stronger one").isEqualTo("mid");
  }

  @ParameterizedTest
  @CsvSource({"199, PRESET, gathering", "200, SAMPLED, learn"})
  void aRoleGraduatesWithTheTracesThatThePolicyAsksFor(long calls, Reason reason, String word) {
    // Given
    RoleEvidence evidence =
        Snapshots.evidence(
            11,
            calls,
            1,
            Snapshots.undecided().arms().toArray(io.floorkeeper.posterior.ArmEvidence[]::new));
    AllocationSnapshot snapshot =
        Snapshots.of(Snapshots.worker("{graduation: {min_traces: 200}, preset: mid}"), evidence);
    // When
    Decision decision = decide(snapshot, Ask.worker());
    // Then
    assertThat(decision.reason()).isEqualTo(reason);
    assertThat(Learnings.of(decision.routes())).isEqualTo(word);
    if (reason == Reason.PRESET) {
      assertThat(decision.arm().arm().tier()).isEqualTo("mid");
      assertThat(decision.propensity()).isOne();
    }
  }

  @Test
  void withLearningOffThePresetAnswers() {
    // Given
    AllocationSnapshot snapshot =
        Snapshots.of(Snapshots.worker("{learning: off, preset: mid}"), Snapshots.undecided());
    // When
    Decision decision = decide(snapshot, Ask.worker());
    // Then
    assertThat(decision.reason()).isEqualTo(Reason.PRESET);
    assertThat(decision.arm().arm().tier()).isEqualTo("mid");
    assertThat(decision.shadowCandidate()).isNegative();
    assertThat(decision.id().has(DecisionId.SHADOW)).isFalse();
  }

  @Test
  void inTheShadowThePresetAnswersAndTheDrawIsRemembered() {
    // Given
    AllocationSnapshot snapshot =
        Snapshots.of(Snapshots.worker("{learning: shadow, preset: mid}"), Snapshots.undecided());
    FloorSolution solution = solution(snapshot, 0b111);
    Frequencies<Integer> shadows = new Frequencies<>();
    // When
    for (int i = 0; i < DRAWS; i++) {
      Decision decision = decide(snapshot, Ask.worker());
      assertThat(decision.reason()).isEqualTo(Reason.PRESET);
      assertThat(decision.arm().arm().tier()).isEqualTo("mid");
      assertThat(decision.propensity()).isOne();
      assertThat(decision.id().has(DecisionId.SHADOW)).isTrue();
      assertThat(decision.shadowPropensity())
          .isEqualTo(solution.propensity(decision.shadowCandidate()));
      shadows.count(decision.shadowCandidate());
    }
    // Then
    shadows.assertFollow(
        Map.of(0, solution.propensity(0), 1, solution.propensity(1), 2, solution.propensity(2)));
  }

  @Test
  void whereThePresetIsNotEligibleTheNextStrongerAnswersElseTheStrongest() {
    // Given
    AllocationSnapshot snapshot =
        Snapshots.of(
            Snapshots.published(
                """
                roles: {worker: {learning: off, preset: mid}, high: {learning: off}}
                data_classes: [public]
                pins:
                  - {name: ends, match: {data_class: phi}, models: [haiku, opus]}
                  - {name: low, match: {data_class: public}, models: [haiku, sonnet]}
                """));
    // When
    Decision above = decide(snapshot, Ask.worker().dataClass("phi"));
    Decision below = decide(snapshot, Ask.role("high").dataClass("public"));
    // Then
    assertThat(above.arm().arm().tier()).isEqualTo("frontier");
    assertThat(below.arm().arm().tier()).isEqualTo("mid");
  }

  @Test
  void aMaskWithoutAllocationFallsBackToTheCheapestProvenArmElseTheStrongest() {
    // Given
    PolicyBook.Published published = Snapshots.worker("{}");
    AllocationSnapshot proven = Snapshots.of(published, Snapshots.midIsProven());
    AllocationSnapshot unproven = Snapshots.of(published, Snapshots.evidence());
    // When
    Decision cheapestProven = decide(proven, Ask.worker().minTier("mid"));
    Decision strongest = decide(unproven, Ask.worker().maxCostUsd(.02));
    // Then
    assertThat(cheapestProven.reason()).isEqualTo(Reason.FALLBACK);
    assertThat(cheapestProven.arm().arm().tier()).isEqualTo("mid");
    assertThat(cheapestProven.propensity()).isOne();
    assertThat(cheapestProven.id().has(DecisionId.NOT_DRAWN)).isTrue();
    assertThat(cheapestProven.unseenMask()).as("the next snapshot should hold it").isTrue();
    assertThat(strongest.reason()).isEqualTo(Reason.FALLBACK);
    assertThat(strongest.arm().arm().tier()).as("small and mid are left").isEqualTo("mid");
  }

  @Test
  void onceTheMaskHasItsAllocationItIsDrawnFrom() {
    // Given
    PolicyBook.Published published = Snapshots.worker("{}");
    AllocationSnapshot snapshot =
        Snapshots.of(published, Map.of("worker", Set.of(0b110L)), Snapshots.undecided());
    // When
    Decision decision = decide(snapshot, Ask.worker().minTier("mid"));
    // Then
    assertThat(decision.reason()).isEqualTo(Reason.SAMPLED);
    assertThat(decision.unseenMask()).isFalse();
    assertThat(decision.allocation().mask()).isEqualTo(0b110);
    assertThat(decision.propensity())
        .isEqualTo(solution(snapshot, 0b110).propensity(decision.candidate() - 1));
  }

  // --- roles

  @Test
  void aRoleThatNobodyKnowsIsRefusedByName() {
    // Given
    AllocationSnapshot snapshot = Snapshots.of(Snapshots.worker("{}"));
    // Then
    assertThatThrownBy(() -> decide(snapshot, Ask.role("cook")))
        .isInstanceOfSatisfying(
            Problem.NotFound.class,
            problem -> {
              assertThat(problem.status()).isEqualTo(404);
              assertThat(problem.code()).isEqualTo("unknown_role");
              assertThat(problem.errors()).extracting(e -> e.field()).containsExactly("role");
            })
        .hasMessageContaining("'cook'");
  }

  @Test
  void theDefaultRoleAnswersForOthersAndSaysSo() {
    // Given
    AllocationSnapshot snapshot =
        Snapshots.of(
            Snapshots.published(
                """
                roles: {planner: {}, worker: {strategy: fixed, preset: mid}}
                default_role: worker
                """));
    // When
    Decision own = decide(snapshot, Ask.worker());
    Decision other = decide(snapshot, Ask.role("cook"));
    // Then
    assertThat(own.constraints()).isEmpty();
    assertThat(other.constraints()).containsExactly("default_role");
    assertThat(other.arm().arm().tier()).isEqualTo("mid");
    assertThat(other.id().roleNo()).isEqualTo(own.id().roleNo()).isEqualTo(12);
  }
}
