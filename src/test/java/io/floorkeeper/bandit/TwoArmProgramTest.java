package io.floorkeeper.bandit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.junit.jupiter.api.Test;

class TwoArmProgramTest {
  private static final int GRID = 60;

  @Test
  void noMixtureOnAGridIsCheaper() {
    // Given
    Random random = new Random(20260105);
    int feasible = 0;
    for (int run = 0; run < 300; run++) {
      double[] value = anyArms(random);
      double[] cost = anyArms(random);
      boolean[] allowed = {true, random.nextInt(4) > 0, random.nextInt(4) > 0, true};
      double level = random.nextDouble();

      // When
      double[] pi = TwoArmProgram.cheapest(value, cost, allowed, level);

      // Then
      double onGrid = bestOnGrid(negated(cost), value, allowed, level);
      if (pi == null) {
        assertThat(onGrid).isEqualTo(Double.NEGATIVE_INFINITY);
      } else {
        feasible++;
        assertThat(pi[0] + pi[1] + pi[2] + pi[3]).isCloseTo(1, within(1e-12));
        assertThat(dot(pi, value)).isGreaterThanOrEqualTo(level - 1e-12);
        assertThat(-dot(pi, cost)).isGreaterThanOrEqualTo(onGrid - 1e-12);
      }
    }
    assertThat(feasible).isBetween(100, 299);
  }

  @Test
  void noMixtureOnAGridIsBetterWithinTheBudget() {
    // Given
    Random random = new Random(20260106);
    for (int run = 0; run < 300; run++) {
      double[] value = anyArms(random);
      double[] cost = anyArms(random);
      boolean[] allowed = {true, true, random.nextBoolean(), true};
      double budget = random.nextDouble();

      // When
      double[] pi = TwoArmProgram.best(value, cost, allowed, budget);

      // Then
      double onGrid = bestOnGrid(value, negated(cost), allowed, -budget);
      if (pi == null) {
        assertThat(onGrid).isEqualTo(Double.NEGATIVE_INFINITY);
      } else {
        assertThat(dot(pi, cost)).isLessThanOrEqualTo(budget + 1e-12);
        assertThat(dot(pi, value)).isGreaterThanOrEqualTo(onGrid - 1e-12);
      }
    }
  }

  @Test
  void amongEquallyCheapArmsTheBetterIsTaken() {
    // Given
    double[] value = {.7, .9, .8};
    double[] cost = {.01, .01, .01};

    // When
    double[] pi = TwoArmProgram.cheapest(value, cost, new boolean[] {true, true, true}, .6);

    // Then
    assertThat(pi).containsExactly(0, 1, 0);
  }

  private static double[] anyArms(Random random) {
    return random.doubles(4).toArray();
  }

  private static double bestOnGrid(
      double[] gain, double[] limited, boolean[] allowed, double level) {
    double best = Double.NEGATIVE_INFINITY;
    for (int i = 0; i <= GRID; i++) {
      for (int j = 0; i + j <= GRID; j++) {
        for (int k = 0; i + j + k <= GRID; k++) {
          double[] pi = {i, j, k, GRID - i - j - k};
          boolean permitted = true;
          for (int arm = 0; arm < 4; arm++) {
            permitted &= allowed[arm] || pi[arm] == 0;
            pi[arm] /= GRID;
          }
          if (permitted && dot(pi, limited) >= level) {
            best = Math.max(best, dot(pi, gain));
          }
        }
      }
    }
    return best;
  }

  private static double[] negated(double[] values) {
    double[] negated = new double[values.length];
    for (int k = 0; k < values.length; k++) {
      negated[k] = -values[k];
    }
    return negated;
  }

  private static double dot(double[] u, double[] v) {
    double sum = 0;
    for (int k = 0; k < u.length; k++) {
      sum += u[k] * v[k];
    }
    return sum;
  }
}
