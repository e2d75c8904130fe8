package io.floorkeeper.routing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.floorkeeper.ledger.DecisionId;
import io.floorkeeper.platform.Caller;
import java.util.List;
import java.util.Map;
import org.apache.commons.rng.UniformRandomProvider;
import org.apache.commons.rng.simple.RandomSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How the models of a tier share what is sent to the tier by name. */
class TierPoolTest extends RouterFixture {
  private static final String POOL =
      """
      tiers:
        - name: small
          models:
            - {name: tiny, provider: acme, price: {input_usd_per_million: 1, output_usd_per_million: 5}}
        - name: mid
          models:
            - {name: east, provider: acme, weight: 3, price: {input_usd_per_million: 3, output_usd_per_million: 15}}
            - {name: west, provider: acme, price: {input_usd_per_million: 3, output_usd_per_million: 15}}
            - {name: spare, provider: acme, weight: 0, price: {input_usd_per_million: 3, output_usd_per_million: 15}}
        - name: frontier
          models:
            - {name: grand, provider: acme, price: {input_usd_per_million: 15, output_usd_per_million: 75}}
      defaults: {floor: {quality: 0.9}, graduation: {min_traces: 0}, preset: mid, candidates: [small, mid, frontier]}
      roles:
        worker: {strategy: fixed}
        critic: {strategy: rules}
        planner: {learning: off}
        learner: {}
      data_classes: [public]
      rules: [{name: deep, when: {roles: [critic], min_depth: 3}, tier: mid}]
      pins:
        - {name: no-east, match: {data_class: phi}, models: [tiny, west, spare, grand]}
        - {name: spare-only, match: {data_class: pci}, models: [tiny, spare, grand]}
        - {name: no-mid, match: {data_class: gov}, models: [tiny, grand]}
        - {name: weak, match: {data_class: toy}, models: [tiny]}
      """;

  private static final int EAST = 1;
  private static final int WEST = 2;
  private static final int SPARE = 3;
  private static final int GRAND = 4;

  private final AllocationSnapshot snapshot = Snapshots.of(Snapshots.numbered(POOL));

  @ParameterizedTest
  @ValueSource(strings = {"worker", "critic", "planner"})
  void theModelsOfATierShareItByTheirWeights(String role) {
    // Given: 3 to 1 to 0
    Frequencies<Integer> arms = new Frequencies<>();
    // When
    for (int i = 0; i < DRAWS; i++) {
      Decision decision = decide(snapshot, Ask.role(role));
      arms.count(decision.candidate());
      // Then
      assertThat(decision.propensity()).isEqualTo(decision.candidate() == EAST ? .75 : .25);
      assertThat(decision.id().propensity()).isEqualTo((float) decision.propensity());
      assertThat(decision.id().has(DecisionId.NOT_DRAWN))
          .as("no arm of another tier had a chance: no estimate may lean on it")
          .isTrue();
    }
    arms.assertFollow(Map.of(EAST, .75, WEST, .25, SPARE, 0.));
  }

  @Test
  void sessionsShareItAlikeAndEachKeepsItsModelOnEveryReplica() {
    // Given
    Router other = new Router(1, STALE_AFTER_MILLIS, ID_LIFE_MILLIS);
    UniformRandomProvider otherRandom = RandomSource.XO_RO_SHI_RO_128_PP.create(SEED + 1);
    Frequencies<Integer> arms = new Frequencies<>();
    for (int i = 0; i < DRAWS; i++) {
      Ask ask = Ask.worker().session("session-" + i);
      // When
      Decision here = decide(snapshot, ask);
      arms.count(here.candidate());
      // Then
      if (i < 1_000) {
        assertThat(decide(snapshot, ask).candidate()).isEqualTo(here.candidate());
        assertThat(
                other
                    .decide(
                        ask.request(), Caller.LOCAL, snapshot, otherRandom, Snapshots.NOW + 1, 0)
                    .candidate())
            .isEqualTo(here.candidate());
      }
    }
    arms.assertFollow(Map.of(EAST, .75, WEST, .25, SPARE, 0.));
  }

  @Test
  void aModelWithoutWeightAnswersWhereNoOtherIsLeft() {
    for (int i = 0; i < 100; i++) {
      Decision west = decide(snapshot, Ask.worker().dataClass("phi"));
      assertThat(west.candidate()).isEqualTo(WEST);
      assertThat(west.propensity()).isEqualTo(1);
      Decision spare = decide(snapshot, Ask.worker().dataClass("pci"));
      assertThat(spare.candidate()).isEqualTo(SPARE);
      assertThat(spare.propensity()).isEqualTo(1);
    }
  }

  @Test
  void whereTheTierHasNoneTheNextStrongerAnswersElseTheStrongestThatIsLeft() {
    assertThat(decide(snapshot, Ask.worker().dataClass("gov")).candidate()).isEqualTo(GRAND);
    assertThat(decide(snapshot, Ask.worker().dataClass("toy")).candidate()).isZero();
  }

  @Test
  void probabilitiesAreOneTogetherForEveryMaskAndTier() {
    RoleRoutes routes = snapshot.routes("worker");
    for (int tier = 0; tier < 3; tier++) {
      for (long mask = 1; mask < 1 << 5; mask++) {
        double all = 0;
        for (int k = 0; k < 5; k++) {
          double p = TierPool.probability(routes, tier, mask, k);
          assertThat(p == 0 || (mask & 1L << k) != 0).isTrue();
          all += p;
        }
        assertThat(all).isCloseTo(1, within(1e-15));
      }
    }
  }

  @Test
  void oneModelIsNotDrawn() {
    // Given: what a decision took before there were pools, the draw for its label
    AllocationSnapshot single =
        Snapshots.of(Snapshots.worker("{strategy: fixed, preset: mid}"), Snapshots.undecided());
    Counting counting = new Counting(random);
    for (Ask ask : List.of(Ask.worker(), Ask.worker().session("s"))) {
      counting.taken = 0;
      // When
      Decision decision =
          router.decide(ask.request(), Caller.LOCAL, single, counting, Snapshots.NOW, sequence++);
      // Then
      assertThat(decision.propensity()).isEqualTo(1);
      assertThat(counting.taken).isEqualTo(1);
    }
  }

  @Test
  void reportsTellTheShares() {
    assertThat(
            Explanation.candidates(
                snapshot.routes("planner"), snapshot.routes("planner").allocations().get(0)))
        .extracting(c -> c.path("propensity").asDouble())
        .containsExactly(0., .75, .25, 0., 0.);
  }

  /** Counts what it hands out. */
  static final class Counting implements UniformRandomProvider {
    private final UniformRandomProvider of;
    int taken;

    Counting(UniformRandomProvider of) {
      this.of = of;
    }

    @Override
    public long nextLong() {
      taken++;
      return of.nextLong();
    }
  }
}
