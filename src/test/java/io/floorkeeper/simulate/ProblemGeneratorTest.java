package io.floorkeeper.simulate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ProblemGeneratorTest {
  private static final List<Scenario> PROBLEMS =
      IntStream.range(0, 2_000).mapToObj(i -> ProblemGenerator.problem(9, i, 50, 500)).toList();

  @Test
  void problemsAreAsTheyAreDocumented() {
    for (Scenario p : PROBLEMS) {
      List<Scenario.Tier> tiers = p.tiers();
      assertThat(p.calls()).isBetween(50, 500);
      assertThat(tiers.size()).isBetween(2, 5);
      for (int k = 0; k < tiers.size(); k++) {
        assertThat(tiers.get(k).quality()).isBetween(.60, .99);
        if (k > 0) {
          assertThat(tiers.get(k).quality()).isGreaterThanOrEqualTo(tiers.get(k - 1).quality());
          assertThat(tiers.get(k).costUsd() / tiers.get(k - 1).costUsd()).isBetween(2.0, 15.0);
        }
      }
      if (p.floor().quality() != null) {
        assertThat(tiers.get(tiers.size() - 1).quality()).isGreaterThanOrEqualTo(.90);
      }
      p.events().forEach(e -> assertThat(e.at()).isBetween(p.calls() / 4, 3 * p.calls() / 4 + 1));
    }
  }

  /** Five standard errors of a share over 2,000 problems: .056. */
  @Test
  void halfOfThemJumpAndHalfHaveAnAbsoluteFloor() {
    assertThat(PROBLEMS.stream().filter(p -> !p.events().isEmpty()).count() / 2_000.0)
        .isCloseTo(.5, within(.056));
    assertThat(PROBLEMS.stream().filter(p -> p.floor().quality() != null).count() / 2_000.0)
        .isCloseTo(.5, within(.056));
  }

  @Test
  void aProblemIsTheSameWheneverItIsAskedFor() {
    assertThat(ProblemGenerator.problem(9, 17, 50, 500)).isEqualTo(PROBLEMS.get(17));
    assertThat(ProblemGenerator.problem(10, 17, 50, 500)).isNotEqualTo(PROBLEMS.get(17));
  }

  @Test
  void everyProblemIsAWorld() {
    PROBLEMS.stream()
        .limit(50)
        .forEach(p -> assertThat(new ScenarioWorld(p).begin(1).next().candidates()).isNotEmpty());
  }
}
