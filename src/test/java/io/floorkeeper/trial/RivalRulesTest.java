package io.floorkeeper.trial;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.floorkeeper.bandit.ArmBelief;
import io.floorkeeper.bandit.ArmBounds;
import io.floorkeeper.bandit.BetaPosterior;
import io.floorkeeper.bandit.ConstrainedThompson;
import io.floorkeeper.bandit.CostPosterior;
import java.util.List;
import org.apache.commons.rng.UniformRandomProvider;
import org.apache.commons.rng.simple.RandomSource;
import org.junit.jupiter.api.Test;

/** Each rule on beliefs that leave it one answer; seed 11 where it draws. */
class RivalRulesTest {
  private static final double FLOOR = .8;
  private final UniformRandomProvider random = RandomSource.L64_X128_MIX.create(11);

  private RivalPlayer.View view(BetaPosterior... qualities) {
    double[] costs = {.001, .01, .1};
    List<ArmBelief> beliefs =
        java.util.stream.IntStream.range(0, qualities.length)
            .mapToObj(k -> new ArmBelief(qualities[k], CostPosterior.exactly(costs[k])))
            .toList();
    return new RivalPlayer.View(beliefs, ArmBounds.absolute(beliefs, FLOOR, .10), 1_000, random);
  }

  private static BetaPosterior surely(double mean) {
    return new BetaPosterior(1e6 * mean, 1e6 * (1 - mean));
  }

  @Test
  void whoKnowsTakesTheCheapestThatClears() {
    RivalPlayer.View view = view(surely(.7), surely(.85), surely(.95));

    assertThat(RivalRules.constrainedThompson(view, null, random)).isEqualTo(1);
    assertThat(RivalRules.upperConfidence(view, null, random)).isEqualTo(1);
    // .7 - .003, .85 - .03, .95 - .30
    assertThat(RivalRules.scalarisedThompson(view, null, random)).isEqualTo(1);
  }

  @Test
  void whereNothingClearsTheBestIsTaken() {
    RivalPlayer.View view = view(surely(.5), surely(.6), surely(.7));

    assertThat(RivalRules.constrainedThompson(view, null, random)).isEqualTo(2);
    assertThat(RivalRules.upperConfidence(view, null, random)).isEqualTo(2);
  }

  @Test
  void hopeTakesTheCheapestThatIsLittleKnown() {
    assertThat(
            RivalRules.upperConfidence(
                view(new BetaPosterior(3, 3), surely(.85), surely(.95)), null, random))
        .isZero();
  }

  /** 100,000 draws: five standard errors are .0075. */
  @Test
  void sampledThompsonHasTheExactProbabilities() {
    RivalPlayer.View view =
        view(new BetaPosterior(8, 3), new BetaPosterior(10, 2), new BetaPosterior(12, 1));
    double[] exact = ConstrainedThompson.uncertainCosts(view.beliefs, FLOOR);
    int[] drawn = new int[3];
    for (int i = 0; i < 100_000; i++) {
      drawn[RivalRules.constrainedThompson(view, null, random)]++;
    }
    for (int k = 0; k < 3; k++) {
      assertThat(drawn[k] / 1e5).isCloseTo(exact[k], within(.0075));
    }
  }

  @Test
  void aTenthIsChance() {
    RivalPlayer.View view = view(surely(.7), surely(.85), surely(.95));
    int others = 0;
    for (int i = 0; i < 100_000; i++) {
      others += RivalRules.epsilonGreedy(view, null, random) == 1 ? 0 : 1;
    }
    assertThat(others / 1e5).isCloseTo(.10 * 2 / 3, within(.004));
  }

  @Test
  void theFloorsPriceRisesWhileLabelsFail() {
    RivalPlayer.View view = view(surely(.2), surely(.6), surely(.95));
    RivalRules.FloorPrice rule = new RivalRules.FloorPrice();

    assertThat(rule.choose(view, null, random)).isEqualTo(1); // .2-.01, .6-.10, .95-1
    for (int i = 0; i < 100; i++) {
      rule.labelled(view, 1, 0);
    }
    assertThat(rule.choose(view, null, random)).isEqualTo(2);
    for (int i = 0; i < 1_000; i++) {
      rule.labelled(view, 2, 1);
    }
    assertThat(rule.choose(view, null, random))
        .as("quality costs nothing: dollars decide")
        .isZero();
  }
}
