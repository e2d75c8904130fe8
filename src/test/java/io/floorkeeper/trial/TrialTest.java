package io.floorkeeper.trial;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrialTest {
  /** The second tier clears the floor of .90, at a seventh of the strongest's dollars. */
  private static final InventedWorld WORLD =
      InventedWorld.of(4_000, .90, new double[] {.70, .95, .98}, new double[] {.001, .01, .07});

  private static final Trial TRIAL = new Trial(WORLD, LabelRule.atRate(1), 50, false);

  private static Map<String, Standing> standings(int seeds, String... keys) {
    return Tournament.of(
            Tournament.heats(TRIAL, 1, seeds), Contenders.named(List.of(keys)), done -> {})
        .stream()
        .collect(Collectors.toMap(Standing::key, Function.identity()));
  }

  @Test
  void theLimitsAreWhatArithmeticSays() {
    Map<String, Standing> s =
        standings(2, "frontier", "small", "mid", "best-single", "limit-fixed", "limit-mixture");

    assertThat(s.get("frontier").saved().mean()).isZero();
    assertThat(s.get("small").saved().mean()).isCloseTo(1 - 1 / 70.0, within(1e-9));
    assertThat(s.get("mid").expectedQuality().mean()).isCloseTo(.95, within(1e-9));
    assertThat(s.get("best-single").expectedQuality().mean()).isCloseTo(.98, within(1e-9));
    assertThat(s.get("limit-fixed").saved().mean()).isCloseTo(6 / 7.0, within(1e-9));
    // .70 p + .95 (1-p) = .90 at p = .2: .2 * .001 + .8 * .01 dollars. Drawn, hence the noise.
    assertThat(s.get("limit-mixture").saved().mean()).isCloseTo(1 - .0082 / .07, within(.003));
    assertThat(s.get("limit-mixture").shareOfLimit().mean()).isCloseTo(1, within(.004));
    assertThat(s.get("small").runsKept()).isZero();
    assertThat(s.get("limit-fixed").runsKept()).isEqualTo(1);
  }

  @Test
  void everyRivalLearnsAndOursKeepsTheFloor() {
    Map<String, Standing> s =
        standings(
            4,
            "own-per-arm",
            "own-role",
            "thompson",
            "ucb",
            "epsilon-greedy",
            "scalarised",
            "floor-price",
            "budget-pace",
            "static-map");

    assertThat(s).hasSize(9);
    s.values().stream()
        .filter(x -> !x.hindsight())
        .forEach(x -> assertThat(x.saved().mean()).as(x.key()).isGreaterThan(.5));
    assertThat(s.get("static-map").saved().sd()).as("it depends on twenty tasks").isPositive();
    for (String kept : List.of("own-per-arm", "own-role", "thompson", "epsilon-greedy")) {
      assertThat(s.get(kept).runsKept()).as(kept).isEqualTo(1);
    }
    assertThat(s.get("own-per-arm").saved().mean()).isGreaterThan(.80);
    assertThat(s.get("own-per-arm").savedMore().mean()).isZero();
    assertThat(s.get("epsilon-greedy").savedMore().mean()).isNegative();
  }

  @Test
  void equalSeedsAreEqualRunsAndOthersAreNot() {
    Contender own = Contenders.own();

    assertThat(TRIAL.run(own, 5).all().costUsd()).isEqualTo(TRIAL.run(own, 5).all().costUsd());
    assertThat(TRIAL.run(own, 6).all().costUsd()).isNotEqualTo(TRIAL.run(own, 5).all().costUsd());
  }

  @Test
  void aComparisonOnDiskIsATableItsCurvesAndFivePlots(@TempDir Path folder) throws Exception {
    List<Standing> standings =
        Tournament.of(
            Tournament.heats(TRIAL, 1, 2),
            Contenders.named(List.of("own", "thompson", "frontier")),
            done -> {});

    StandingFiles.write(
        standings, folder.resolve("a.json"), folder.resolve("a.csv"), folder.resolve("plots"));

    assertThat(folder.resolve("a.json")).content().contains("\"share_of_limit\"");
    assertThat(folder.resolve("a.csv")).content().hasLineCount(4).contains("\nthompson,");
    assertThat(folder.resolve("a-curves.csv")).content().hasLineCount(1 + 3 * Trial.BINS);
    for (String plot : List.of("cost-quality", "quality", "allocation", "regret", "shortfall")) {
      assertThat(folder.resolve("plots").resolve(plot + ".svg")).content().contains("<svg");
    }
    assertThat(StandingTable.of(standings)).contains("floorkeeper", "plain constrained Thompson");
  }
}
