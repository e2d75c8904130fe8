package io.floorkeeper.simulate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.floorkeeper.policy.PolicyBook;
import io.floorkeeper.trial.Draw;
import io.floorkeeper.trial.World;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class ScenarioWorldTest {

  private static ScenarioWorld world(String events) {
    return new ScenarioWorld(
        ScenarioReader.read(
            """
            name: test
            calls: 3000
            floor: {relative_to_reference: .95}
            tiers:
              - {name: small, quality: .80, cost_usd: .001, cost_cv: 1}
              - {name: newcomer, quality: .85, cost_usd: .002, from: 2000}
              - {name: large, quality: .95, cost_usd: .010}
            roles: {a: {share: 2}, b: {share: 1, quality: {small: .60}}}
            """
                + events,
            "test.yaml"));
  }

  @Test
  void aModelThatArrivesIsAPolicyOfItsOwnAndKeepsItsNumber() {
    World.Run run = world("").begin(1);
    PolicyBook.Published before = run.policy();
    for (int n = 0; n < 2_000; n++) {
      assertThat(run.policy()).isSameAs(before);
      assertThat(run.next().candidates()).hasSize(2);
    }
    PolicyBook.Published after = run.policy();
    Draw draw = run.next();

    assertThat(draw.candidates()).extracting(Draw.Candidate::tier).containsExactly(0, 1, 2);
    assertThat(after.numbers().arms().get("generated-2/large"))
        .isEqualTo(before.numbers().arms().get("generated-1/large"));
  }

  @Test
  void whatHappensToAModelChangesTheTruthAndOnlyAnAnnouncedPriceThePolicy() {
    ScenarioWorld world =
        world(
            """
            events:
              - {at: 500, tier: small, quality: .70}
              - {at: 600, tier: large, tokens_factor: 2}
              - {at: 700, tier: large, price_factor: .5}
              - {at: 800, tier: large, role: a, quality: .99}
            """);
    World.Run run = world.begin(1);
    PolicyBook.Published first = run.policy();
    Set<PolicyBook.Published> policies = new HashSet<>();
    Draw[] draws = new Draw[1_000];
    for (int n = 0; n < draws.length; n++) {
      if (n < 700) {
        assertThat(run.policy()).isSameAs(first);
      }
      policies.add(run.policy());
      draws[n] = run.next();
    }

    assertThat(policies).hasSize(2);
    assertThat(draws[499].candidates()[0].meanQuality()).isNotEqualTo(.70);
    assertThat(draws[500].candidates()[0].meanQuality()).isEqualTo(.70);
    assertThat(draws[600].strongest().meanCostUsd()).isCloseTo(.020, within(1e-12));
    assertThat(draws[700].strongest().meanCostUsd()).isCloseTo(.010, within(1e-12));
    assertThat(Arrays.stream(draws, 800, 1_000).filter(d -> d.role().equals("a")))
        .allMatch(d -> d.strongest().meanQuality() == .99 && d.floor() == .95 * .99);
    assertThat(Arrays.stream(draws, 800, 1_000).filter(d -> d.role().equals("b")))
        .allMatch(d -> d.strongest().meanQuality() == .95);
  }

  /** Seed 3; tolerances of five standard errors. */
  @Test
  void outcomesHaveTheirMeansAndRolesTheirShares() {
    World.Run run = world("").begin(3);
    double quality = 0;
    double costUsd = 0;
    int ofA = 0;
    for (int n = 0; n < 2_000; n++) {
      Draw draw = run.next();
      quality += draw.strongest().quality();
      costUsd += draw.candidates()[0].costUsd();
      ofA += draw.role().equals("a") ? 1 : 0;
    }

    assertThat(quality / 2_000).isCloseTo(.95, within(.025));
    assertThat(costUsd / 2_000).isCloseTo(.001, within(.00012));
    assertThat(ofA / 2_000.0).isCloseTo(2 / 3.0, within(.053));
  }

  @Test
  void aContextHasItsShareItsTruthItsFloorAndItsCosts() {
    World.Run run =
        world(
                "contexts: {calm: {share: 3}, storm: {quality: {small: .30, large: .80},"
                    + " cost_factor: 2}}\n")
            .begin(1);
    int storms = 0;
    for (int n = 0; n < 2_000; n++) {
      Draw draw = run.next();
      boolean storm = draw.context().equals("storm");
      storms += storm ? 1 : 0;
      assertThat(draw.floor()).isCloseTo(.95 * (storm ? .80 : .95), within(1e-12));
      assertThat(draw.candidates()[0].meanQuality())
          .isEqualTo(storm ? .30 : draw.role().equals("a") ? .80 : .60);
      assertThat(draw.candidates()[0].meanCostUsd()).isEqualTo(storm ? .002 : .001);
      assertThat(draw.group()).isEqualTo(draw.role() + "/" + draw.context());
    }
    // A quarter of 2,000; five standard deviations are 97: a false alarm in two million seeds.
    assertThat(storms).isBetween(403, 597);
    assertThat(run.policy().numbers().buckets().get("a")).hasSize(3);
  }

  @Test
  void withoutContextsNothingIsSaidOfThem() {
    assertThat(world("").begin(1).next().context()).isNull();
  }
}
