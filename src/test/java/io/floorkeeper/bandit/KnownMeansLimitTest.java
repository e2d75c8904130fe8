package io.floorkeeper.bandit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class KnownMeansLimitTest {
  private static final double[] QUALITY = {.80, .93, .96, .97};
  private static final double[] COST = {.0005, .004, .02, .06};

  @Test
  void aMixtureBlendsTheTwoArmsAroundTheFloor() {
    // When: .80 w + .93 (1 - w) = .90, w = 3/13
    KnownMeansLimit limit = KnownMeansLimit.mixture(QUALITY, COST, .90);

    // Then: the oracle of the first reference problem saves 94.7 % of the strongest arm's cost
    assertThat(limit.shares().get(0)).isCloseTo(3. / 13, within(1e-12));
    assertThat(limit.shares().get(1)).isCloseTo(10. / 13, within(1e-12));
    assertThat(limit.quality()).isCloseTo(.90, within(1e-12));
    assertThat(1 - limit.costUsd() / .06).isCloseTo(.947, within(5e-4));
    assertThat(limit.reached()).isTrue();
  }

  @Test
  void theSecondReferenceProblemSavesMoreThanAnyFixedArm() {
    // Given
    double[] quality = {.85, .89, .93, .97};

    // When
    KnownMeansLimit mixture = KnownMeansLimit.mixture(quality, COST, .90);

    // Then
    assertThat(1 - mixture.costUsd() / .06).isCloseTo(.867, within(5e-4));
    assertThat(KnownMeansLimit.fixedArm(quality, COST, .90).shares())
        .containsExactly(0., 0., 1., 0.);
  }

  @Test
  void whereNoArmReachesTheFloorTheStrongestServes() {
    // When
    KnownMeansLimit limit = KnownMeansLimit.mixture(QUALITY, COST, .99);

    // Then
    assertThat(limit.reached()).isFalse();
    assertThat(limit.shares()).containsExactly(0., 0., 0., 1.);
    assertThat(KnownMeansLimit.fixedArm(QUALITY, COST, .99)).isEqualTo(limit);
  }

  @Test
  void everyArmNeedsACost() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> KnownMeansLimit.mixture(QUALITY, new double[] {1}, .9));
  }
}
