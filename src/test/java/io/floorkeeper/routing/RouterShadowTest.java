package io.floorkeeper.routing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import io.floorkeeper.bandit.FloorSolution;
import io.floorkeeper.ledger.DecisionId;
import java.util.HashMap;
import java.util.Map;
import org.apache.commons.rng.UniformRandomProvider;
import org.apache.commons.rng.simple.RandomSource;
import org.junit.jupiter.api.Test;

/**
 * A shadowed role of which a share is drawn: what is served, how often, and what is logged of it.
 */
class RouterShadowTest extends RouterFixture {
  private static final double SHARE = .2;
  private static final String SHADOWED = "{learning: shadow, preset: mid, shadow_share: 0.2}";

  @Test
  void armsAreServedAsOftenAsTheLoggedProbabilitiesSay() {
    // Given
    AllocationSnapshot snapshot = Snapshots.of(Snapshots.worker(SHADOWED), Snapshots.undecided());
    FloorSolution solution = solution(snapshot, 0b111);
    Map<Integer, Double> expected = new HashMap<>();
    for (int k = 0; k < 3; k++) {
      double d = solution.propensity(k) / 2 + .5 / 3;
      expected.put(k, (k == 1 ? 1 - SHARE : 0) + SHARE * d);
    }
    Frequencies<Integer> arms = new Frequencies<>();
    Frequencies<Reason> reasons = new Frequencies<>();
    // When
    for (int i = 0; i < DRAWS; i++) {
      Decision decision = decide(snapshot, Ask.worker());
      arms.count(decision.candidate());
      reasons.count(decision.reason());
      // Then
      assertThat(decision.propensity())
          .isCloseTo(expected.get(decision.candidate()), within(1e-6))
          .isEqualTo(decision.servedPropensity(decision.candidate()));
      assertThat(decision.id().propensity()).isEqualTo((float) decision.propensity());
      assertThat(decision.id().has(DecisionId.SHADOW)).isTrue();
      assertThat(decision.id().has(DecisionId.NOT_DRAWN)).isFalse();
      assertThat(decision.rulesPropensity(1)).isEqualTo(1);
    }
    arms.assertFollow(expected);
    reasons.assertFollow(Map.of(Reason.EXPLORED, SHARE, Reason.PRESET, 1 - SHARE));
  }

  @Test
  void sessionsKeepWhatTheyWereServed() {
    // Given
    AllocationSnapshot snapshot = Snapshots.of(Snapshots.worker(SHADOWED), Snapshots.undecided());
    Frequencies<Reason> reasons = new Frequencies<>();
    for (int i = 0; i < DRAWS; i++) {
      Ask ask = Ask.worker().session("session-" + i);
      // When
      Decision first = decide(snapshot, ask);
      reasons.count(first.reason());
      // Then
      if (i < 1_000) {
        Decision second = decide(snapshot, ask);
        assertThat(second.candidate()).isEqualTo(first.candidate());
        assertThat(second.reason()).isEqualTo(first.reason());
      }
    }
    reasons.assertFollow(Map.of(Reason.EXPLORED, SHARE, Reason.PRESET, 1 - SHARE));
  }

  @Test
  void whatIsNotEligibleIsNotExplored() {
    // Given
    AllocationSnapshot snapshot =
        Snapshots.of(
            Snapshots.published(
                "roles: {worker: "
                    + SHADOWED
                    + "}\npins: [{name: p, match: {data_class: phi}, models: [opus]}]"),
            Snapshots.undecided());
    AllocationSnapshot unpinned = Snapshots.of(Snapshots.worker(SHADOWED), Snapshots.undecided());
    for (int i = 0; i < 1_000; i++) {
      // When
      Decision pinned = decide(snapshot, Ask.worker().dataClass("phi"));
      Decision unseen = decide(unpinned, Ask.worker().minTier("mid"));
      // Then
      assertThat(pinned.reason()).isEqualTo(Reason.PINNED);
      assertThat(pinned.candidate()).isEqualTo(2);
      assertThat(pinned.isShadowed()).isFalse();
      assertThat(unseen.reason()).as("no allocation for its mask yet").isEqualTo(Reason.PRESET);
      assertThat(unseen.id().has(DecisionId.NOT_DRAWN)).isTrue();
      assertThat(unseen.unseenMask()).as("the next snapshot is to have one").isTrue();
    }
  }

  /**
   * Mid is proven, small refuted: it gets the half of what the bandit itself would try, no more.
   */
  @Test
  void anArmThatTheEvidenceRefutesIsLeftToTheBandit() {
    // Given
    AllocationSnapshot snapshot = Snapshots.of(Snapshots.worker(SHADOWED), Snapshots.midIsProven());
    FloorSolution solution = solution(snapshot, 0b111);
    assertThat(solution.refuted(0)).isTrue();
    // When
    RoleRoutes routes = snapshot.routes("worker");
    MaskAllocation allocation = routes.allocation(0b111);
    // Then
    assertThat(ShadowMix.propensity(routes, allocation, 1, 0))
        .isCloseTo(SHARE * solution.propensity(0) / 2, within(1e-9));
    assertThat(ShadowMix.propensity(routes, allocation, 1, 2))
        .isGreaterThanOrEqualTo(SHARE / 4 - 1e-9);
  }

  /** The tier is the request's, and one allocation explains requests of several. */
  @Test
  void underARuleTheRulesTierIsExplainedAndNotThePresets() {
    // Given
    AllocationSnapshot snapshot =
        Snapshots.of(
            Snapshots.published(
                "roles: {worker: "
                    + SHADOWED
                    + "}\nrules: [{name: strong, when: {tags: {team: law}}, tier: frontier}]"),
            Snapshots.undecided());
    // When
    Decision decision = decide(snapshot, Ask.worker().tags(Map.of("team", "law")));
    JsonNode explained =
        Explanation.asDecided(Explanation.record(decision).explanation(), decision.shadowOdds());
    // Then
    for (int k = 0; k < 3; k++) {
      JsonNode candidate = explained.path("candidates").path(k);
      assertThat(candidate.path("propensity").asDouble()).isEqualTo(decision.servedPropensity(k));
      assertThat(candidate.path("shadow_propensity").asDouble())
          .isEqualTo(decision.banditPropensity(k));
    }
    assertThat(decision.constraints()).containsExactly("rule:strong");
    assertThat(explained.at("/candidates/2/propensity").asDouble()).isGreaterThan(1 - SHARE);
  }

  @Test
  void exploredCallsAreAskedForALabelWhereTheArmIsInDoubt() {
    // Given
    AllocationSnapshot snapshot =
        Snapshots.of(
            Snapshots.worker(
                "{learning: shadow, preset: mid, shadow_share: 0.5, label_rate: 0.002}"),
            Snapshots.undecided());
    FloorSolution solution = solution(snapshot, 0b111);
    Frequencies<Integer> explored = new Frequencies<>();
    for (int i = 0; i < 5_000; i++) {
      // When
      Decision decision = decide(snapshot, Ask.worker());
      // Then
      boolean inDoubt =
          decision.reason() == Reason.EXPLORED && solution.wantsLabels(decision.candidate());
      assertThat(decision.id().has(DecisionId.BOOSTED_LABEL))
          .isEqualTo(inDoubt && !decision.id().has(DecisionId.BASE_LABEL));
      if (inDoubt) {
        explored.count(decision.candidate());
      }
    }
    assertThat(explored.seen()).isNotEmpty();
  }

  /** The generator must stand where it stood: a shadow without a share is what it always was. */
  @Test
  void withoutAShareNothingElseIsDrawn() {
    // Given
    AllocationSnapshot without =
        Snapshots.of(
            Snapshots.worker("{learning: shadow, preset: mid, shadow_share: 0}"),
            Snapshots.undecided());
    UniformRandomProvider expected = RandomSource.XO_RO_SHI_RO_128_PP.create(SEED);
    for (int i = 0; i < 1_000; i++) {
      // When
      Decision decision = decide(without, Ask.worker());
      expected.nextDouble(); // holdout, control or the bandit
      without.routes("worker").allocation(0b111).draws().draw(expected);
      expected.nextDouble(); // the label
      // Then
      assertThat(decision.reason()).isEqualTo(Reason.PRESET);
      assertThat(decision.propensity()).isEqualTo(1);
      assertThat(decision.servedPropensity(1)).isEqualTo(1);
      assertThat(decision.servedPropensity(0)).isZero();
    }
    assertThat(random.nextLong()).isEqualTo(expected.nextLong());
  }
}
