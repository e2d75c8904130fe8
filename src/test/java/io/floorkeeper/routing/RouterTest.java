package io.floorkeeper.routing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import io.floorkeeper.bandit.FloorSolution;
import io.floorkeeper.ledger.DecisionId;
import io.floorkeeper.ledger.DecisionKeys;
import io.floorkeeper.platform.Problem;
import io.floorkeeper.policy.PolicyBook;
import io.floorkeeper.posterior.RoleEvidence;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.apache.commons.rng.UniformRandomProvider;
import org.apache.commons.rng.simple.RandomSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * How a choice comes about. Statistical tests: seed {@link #SEED}, rate of false alarms {@link
 * Frequencies#FALSE_ALARM} each, were the seed not fixed.
 */
class RouterTest {
  private static final long SEED = 20261123L;
  private static final int DRAWS = 200_000;
  private static final int REPLICA = 513;
  private static final long STALE_AFTER_MILLIS = 60_000;

  private final Router router = new Router(REPLICA, STALE_AFTER_MILLIS);
  private final UniformRandomProvider random = RandomSource.XO_RO_SHI_RO_128_PP.create(SEED);
  private long sequence;

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
            Ask.worker().request(), snapshot, random, readAt + STALE_AFTER_MILLIS, sequence++);
    Decision old =
        router.decide(
            Ask.worker().request(), snapshot, random, readAt + STALE_AFTER_MILLIS + 1, sequence++);
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
    Router other = new Router(1, STALE_AFTER_MILLIS);
    UniformRandomProvider otherRandom = RandomSource.XO_RO_SHI_RO_128_PP.create(SEED + 1);
    for (int i = 0; i < 1_000; i++) {
      RouteRequest request = Ask.worker().session("session-" + i).request();
      // When
      Decision here = router.decide(request, snapshot, random, Snapshots.NOW, sequence++);
      Decision there = other.decide(request, snapshot, otherRandom, Snapshots.NOW + 1, 0);
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
        router.decide(Ask.worker().request(), snapshot, random, Snapshots.NOW, 0x1_00_00_05L);
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
    Decision decision = router.decide(Ask.worker().request(), snapshot, random, Snapshots.NOW, -1L);
    // Then
    assertThat(decision.id().sequence()).isEqualTo(0xFFFFFF);
  }

  // --- continuations

  @Test
  void aContinuationKeepsTheArmAndRootOfItsTask() {
    // Given: between the calls of a task the evidence moves, and with it the allocation
    PolicyBook.Published published = Snapshots.worker("{}");
    AllocationSnapshot before = Snapshots.of(published, Snapshots.undecided());
    AllocationSnapshot after =
        Snapshots.of(
            published, Snapshots.evidence(11, 900, 99, Snapshots.midIsProven().arms().get(1)));
    for (int i = 0; i < 100; i++) {
      Decision root = decide(before, Ask.worker());
      // When
      Decision continued = decide(after, Ask.worker().continuing(root.decisionId()));
      Decision further = decide(after, Ask.worker().continuing(continued.decisionId()));
      // Then
      assertThat(continued.reason()).isEqualTo(Reason.STICKY);
      assertThat(continued.candidate()).isEqualTo(root.candidate());
      assertThat(continued.propensity()).isEqualTo((float) root.propensity());
      assertThat(continued.id().root()).isEqualTo(root.id().root());
      assertThat(continued.id().flags()).isEqualTo(root.id().flags() | DecisionId.STICKY);
      assertThat(continued.evaluate()).isEqualTo(root.evaluate());
      assertThat(continued.constraints()).isEmpty();
      assertThat(continued.unseenMask()).isFalse();
      assertThat(further.decisionId()).isEqualTo(continued.decisionId());
    }
  }

  @Test
  void aContinuationOutlivesTheRotationOfTheKey() {
    // Given
    PolicyBook.Published published = Snapshots.worker("{}");
    Decision root = decide(Snapshots.of(published, Snapshots.undecided()), Ask.worker());
    AllocationSnapshot rotated = underKeys(published, Snapshots.keys(3, 4));
    // When
    Decision continued = decide(rotated, Ask.worker().continuing(root.decisionId()));
    // Then
    assertThat(continued.reason()).isEqualTo(Reason.STICKY);
    assertThat(continued.id().keyNo()).isEqualTo(4);
    assertThat(continued.id().root()).isEqualTo(root.id().root());
  }

  @Test
  void aContinuationEndsWhereItsArmIsNotEligibleAnyMore() {
    // Given
    AllocationSnapshot snapshot =
        Snapshots.of(
            Snapshots.published(
                """
                roles: {worker: {}}
                pins: [{name: home, match: {data_class: phi}, models: [opus]}]
                """),
            Snapshots.midIsProven());
    Decision root = decide(snapshot, Ask.worker());
    assertThat(root.arm().arm().tier()).isEqualTo("mid");
    // When
    Decision pinned = decide(snapshot, Ask.worker().dataClass("phi").continuing(root.decisionId()));
    // Then
    assertThat(pinned.constraints()).containsExactly("pin:home", "continuation_ended");
    assertThat(pinned.reason()).isEqualTo(Reason.PINNED);
    assertThat(pinned.arm().arm().tier()).isEqualTo("frontier");
    assertThat(pinned.id().root()).isNotEqualTo(root.id().root());
    assertThat(pinned.id().has(DecisionId.STICKY)).isFalse();
  }

  @Test
  void aContinuationEndsWhereThePolicyDroppedItsArm() {
    // Given
    Decision root =
        decide(Snapshots.of(Snapshots.worker("{}"), Snapshots.midIsProven()), Ask.worker());
    assertThat(root.arm().arm().tier()).isEqualTo("mid");
    AllocationSnapshot without =
        Snapshots.of(Snapshots.worker("{candidates: [small, frontier]}"), Snapshots.undecided());
    // When
    Decision decision = decide(without, Ask.worker().continuing(root.decisionId()));
    // Then
    assertThat(decision.constraints()).containsExactly("continuation_ended");
    assertThat(decision.reason()).isEqualTo(Reason.SAMPLED);
  }

  @Test
  void aContinuationOfAnotherRoleIsRefusedByName() {
    // Given
    AllocationSnapshot snapshot =
        Snapshots.of(Snapshots.published("roles: {worker: {}, critic: {}}"));
    Decision root = decide(snapshot, Ask.worker());
    // Then
    assertBadContinuation(snapshot, Ask.role("critic").continuing(root.decisionId()), "wrong_role");
  }

  @Test
  void aForgedOrBrokenContinuationIsRefusedByName() {
    // Given
    PolicyBook.Published published = Snapshots.worker("{}");
    AllocationSnapshot snapshot = Snapshots.of(published);
    AllocationSnapshot elsewhere = underKeys(published, Snapshots.keys(9));
    String foreign = decide(elsewhere, Ask.worker()).decisionId();
    String own = decide(snapshot, Ask.worker()).decisionId();
    String forged = own.substring(0, 20) + (own.charAt(20) == 'A' ? 'B' : 'A') + own.substring(21);
    // Then
    assertBadContinuation(snapshot, Ask.worker().continuing(forged), "invalid_decision_id");
    assertBadContinuation(snapshot, Ask.worker().continuing(foreign), "invalid_decision_id");
    assertBadContinuation(snapshot, Ask.worker().continuing("d-1"), "invalid_decision_id");
    assertBadContinuation(snapshot, Ask.worker().continuing(""), "invalid_decision_id");
  }

  @Test
  void aContinuationThatNobodyCanCheckAnyMoreEndsWithoutAnError() {
    // Given: the root was signed by a replica that had not reached the stored keys
    PolicyBook.Published published = Snapshots.worker("{}");
    AllocationSnapshot early = underKeys(published, Snapshots.keys(DecisionId.UNSTORED_KEY));
    Decision root = decide(early, Ask.worker());
    // When
    Decision decision = decide(Snapshots.of(published), Ask.worker().continuing(root.decisionId()));
    // Then
    assertThat(decision.constraints()).containsExactly("continuation_ended");
  }

  /** Before the database was ever reached every role and every arm has the number 0. */
  @Test
  void withoutNumbersNoContinuationMovesATaskToAnotherArm() {
    // Given
    PolicyBook.Published published =
        Snapshots.unnumbered(
            Snapshots.published(
                """
                roles:
                  worker: {graduation: {min_traces: 200}, preset: frontier}
                  critic: {graduation: {min_traces: 200}, preset: mid}
                """));
    AllocationSnapshot unreached = underKeys(published, Snapshots.keys(DecisionId.UNSTORED_KEY));
    Decision root = decide(unreached, Ask.worker());
    // When
    Decision next = decide(unreached, Ask.worker().continuing(root.decisionId()));
    Decision other = decide(unreached, Ask.role("critic").continuing(root.decisionId()));
    // Then
    assertThat(root.arm().arm().tier()).isEqualTo("frontier");
    assertThat(next.arm().arm().tier()).isEqualTo("frontier");
    assertThat(next.constraints()).containsExactly("continuation_ended");
    assertThat(other.arm().arm().tier()).isEqualTo("mid");
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

  // ---

  private Decision decide(AllocationSnapshot snapshot, Ask ask) {
    return router.decide(ask.request(), snapshot, random, Snapshots.NOW, sequence++);
  }

  private Decision first(Reason reason, AllocationSnapshot snapshot, Ask ask) {
    for (int i = 0; i < 10_000; i++) {
      Decision decision = decide(snapshot, ask);
      if (decision.reason() == reason) {
        return decision;
      }
    }
    throw new AssertionError("nothing was decided as " + reason);
  }

  private void assertBadContinuation(AllocationSnapshot snapshot, Ask ask, String code) {
    assertThatThrownBy(() -> decide(snapshot, ask))
        .isInstanceOfSatisfying(
            Problem.BadRequest.class,
            problem -> {
              assertThat(problem.code()).isEqualTo(code);
              assertThat(problem.errors()).extracting(e -> e.field()).containsExactly("continues");
            });
  }

  private static FloorSolution solution(AllocationSnapshot snapshot, long mask) {
    return snapshot.routes("worker").allocation(mask).solution();
  }

  private static AllocationSnapshot underKeys(PolicyBook.Published published, DecisionKeys keys) {
    return new AllocationBuilder((role, why) -> {})
        .build(
            AllocationSnapshot.Source.LIVE,
            published,
            Snapshots.posteriors(),
            keys,
            Map.of(),
            null);
  }
}
