package io.floorkeeper.bandit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import org.apache.commons.math3.distribution.ChiSquaredDistribution;
import org.apache.commons.rng.UniformRandomProvider;
import org.apache.commons.rng.simple.RandomSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class AllocationTest {
  /** Rate at which each chi-square test below would alarm falsely, were its seed not fixed. */
  private static final double FALSE_ALARM = 1e-4;

  private static final double[] SHARES = {.013, .5, 0, .287, .2};

  @Test
  void drawsByChanceFollowTheProbabilities() {
    // Given
    Allocation allocation = Allocation.of(SHARES);
    UniformRandomProvider rng = RandomSource.XO_RO_SHI_RO_128_PP.create(20260108L);
    long[] drawn = new long[SHARES.length];

    // When
    for (int i = 0; i < 1_000_000; i++) {
      drawn[allocation.draw(rng)]++;
    }

    // Then
    assertFollows(SHARES, drawn);
  }

  @Test
  void drawsBySessionFollowTheProbabilities() {
    // Given
    Allocation allocation = Allocation.of(SHARES);
    long[] drawn = new long[SHARES.length];

    // When
    for (int i = 0; i < 1_000_000; i++) {
      drawn[allocation.drawBySession(Allocation.uniform("session-" + i, "writer", 7))]++;
    }

    // Then
    assertFollows(SHARES, drawn);
  }

  @Test
  void theWholeRangeOfBitsIsDividedByTheProbabilities() {
    // Given
    Allocation allocation = Allocation.of(SHARES);
    int steps = 1 << 16;
    double[] measure = new double[SHARES.length];

    // When
    for (long i = 0; i < steps; i++) {
      measure[allocation.draw(i << 48)] += 1. / steps;
    }

    // Then: each of five columns is cut at most once
    assertThat(measure).containsExactly(SHARES, within(5. / steps));
  }

  @ParameterizedTest
  @ValueSource(doubles = {.01, .05, .2})
  void aShiftOfTheAllocationMovesAsManySessions(double shift) {
    // Given
    Allocation before = Allocation.of(new double[] {.3, .5, .2});
    Allocation after = Allocation.of(new double[] {.3 + shift, .5 - shift, .2});
    int sessions = 200_000;
    int moved = 0;

    // When
    for (int i = 0; i < sessions; i++) {
      double u = Allocation.uniform("s" + i, "planner", 42);
      moved += before.drawBySession(u) == after.drawBySession(u) ? 0 : 1;
    }

    // Then: within four standard errors of a binomial share; the hash is fixed, so is the result
    double standardError = Math.sqrt(shift * (1 - shift) / sessions);
    assertThat((double) moved / sessions).isCloseTo(shift, within(4 * standardError));
  }

  @Test
  void saltsRolesAndSessionsGivePointsOfTheirOwn() {
    // Given: 16 cells of (arm's point, holdout's point) were they independent
    long[] cell = new long[16];

    // When
    for (int i = 0; i < 400_000; i++) {
      int first = (int) (4 * Allocation.uniform("s" + i, "planner", 1));
      int second = (int) (4 * Allocation.uniform("s" + i, "planner", 2));
      cell[4 * first + second]++;
    }

    // Then
    double[] even = new double[16];
    Arrays.fill(even, 1. / 16);
    assertFollows(even, cell);
    assertThat(Allocation.uniform("ab", "c", 1)).isNotEqualTo(Allocation.uniform("a", "bc", 1));
    assertThat(Allocation.uniform("ab", "c", 1)).isEqualTo(Allocation.uniform("ab", "c", 1));
    assertThat(Allocation.uniform("", "", 0)).isBetween(0., Math.nextDown(1.));
  }

  @Test
  void anArmWithoutProbabilityIsNeverDrawn() {
    // Given
    Allocation allocation = Allocation.of(new double[] {0, 1 - 1e-12, 1e-12, 0});

    // When
    int last = allocation.drawBySession(Math.nextDown(1.));

    // Then
    assertThat(last).isEqualTo(2);
    assertThat(allocation.drawBySession(0)).isEqualTo(1);
    assertThat(allocation.propensity(0)).isZero();
    assertThat(allocation.propensity(2)).isEqualTo(1e-12f);
    for (long bits = Long.MIN_VALUE; bits < Long.MAX_VALUE - (1L << 52); bits += 1L << 52) {
      assertThat(allocation.draw(bits)).isBetween(1, 2);
    }
  }

  @Test
  void oneArmIsAlwaysDrawn() {
    // Given
    Allocation allocation = Allocation.of(new double[] {1});

    // When
    int arm = allocation.draw(-1L);

    // Then
    assertThat(arm).isZero();
    assertThat(allocation.draw(0L)).isZero();
    assertThat(allocation.drawBySession(.999)).isZero();
    assertThat(allocation.propensity(0)).isOne();
  }

  @Test
  void whatIsNoDistributionIsRefused() {
    assertThatIllegalArgumentException().isThrownBy(() -> Allocation.of(new double[] {}));
    assertThatIllegalArgumentException().isThrownBy(() -> Allocation.of(new double[] {.5, .4}));
    assertThatIllegalArgumentException().isThrownBy(() -> Allocation.of(new double[] {-.1, 1.1}));
    assertThatIllegalArgumentException().isThrownBy(() -> Allocation.of(new double[] {Double.NaN}));
  }

  private static void assertFollows(double[] shares, long[] drawn) {
    long total = Arrays.stream(drawn).sum();
    double chiSquare = 0;
    int cells = 0;
    for (int k = 0; k < shares.length; k++) {
      double expected = shares[k] * total;
      if (expected == 0) {
        assertThat(drawn[k]).isZero();
      } else {
        chiSquare += (drawn[k] - expected) * (drawn[k] - expected) / expected;
        cells++;
      }
    }
    assertThat(chiSquare)
        .isLessThan(
            new ChiSquaredDistribution(cells - 1).inverseCumulativeProbability(1 - FALSE_ALARM));
  }
}
