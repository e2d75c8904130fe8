package io.floorkeeper.bandit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatNoException;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assertions.assertTimeout;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ReferenceCostTest {
  private static final double[] LAMBDA = {.0005, .001, .002, .005, .01, .02, .05, .1, .2, .4};

  private final ReferenceCost reference = new ReferenceCost();

  private void add(int draws, double costUsd, double propensity, int others) {
    for (int i = 0; i < draws; i++) {
      reference.add(costUsd, propensity);
    }
    for (int i = 0; i < others; i++) {
      reference.addOther();
    }
  }

  private double bound() {
    return reference.lowerBoundUsd(.05).orElseThrow();
  }

  /** mean_j exp(sum_i ln(1 + lambda_j*(y_i/m - 1))), task by task. */
  private static double evidence(double[] y, double m) {
    double mean = 0;
    for (double lambda : LAMBDA) {
      double log = 0;
      for (double value : y) {
        log += Math.log1p(lambda * (value / m - 1));
      }
      mean += Math.exp(log) / LAMBDA.length;
    }
    return mean;
  }

  @ParameterizedTest
  @CsvSource({"300, .5, .06", "4000, .1, 1e-6", "40000, .005, 2e4"})
  void theBoundIsWhereTheEvidenceOfAllTasksRunsOut(int tasks, double share, double usd) {
    // Given: shares that alternate between p and p/5
    Streams streams = Streams.seeded(20261601);
    double[] y = new double[tasks];
    for (int i = 0; i < tasks; i++) {
      double p = i % 2 == 0 ? share : share / 5;
      if (streams.uniform() < p) {
        double cost = streams.cost(usd, .8);
        reference.add(cost, p);
        y[i] = cost / p;
      } else {
        reference.addOther();
      }
    }

    // When, then
    assertThat(reference.draws()).isGreaterThanOrEqualTo(100);
    assertThat(evidence(y, bound())).isGreaterThanOrEqualTo(20);
    assertThat(evidence(y, bound() * (1 + 1e-8))).isLessThan(20);
  }

  @ParameterizedTest
  @ValueSource(doubles = {.5, .02, .002})
  void rareDrawsBoundTheMeanToo(double propensity) {
    // 1,000 draws at that share
    add(1_000, .06, propensity, (int) (1_000 / propensity) - 1_000);

    assertThat(bound()).isBetween(.06 * .85, .06);
  }

  @Test
  void whereTheReferenceCouldNotBeDrawnItCountsAsFree() {
    add(1_000, .06, 1, 0);
    double everywhere = bound();
    add(0, 0, 1, 1_000);

    assertThat(bound()).isLessThan(everywhere / 2).isCloseTo(everywhere / 2, within(.003));
  }

  @Test
  void fewerThanAHundredDrawsOfTheReferenceClaimNothing() {
    add(99, .06, .5, 5_000);
    assertThat(reference.lowerBoundUsd(.05)).isEmpty();

    add(1, .06, .5, 0);

    assertThat(reference.lowerBoundUsd(.05)).isPresent();
  }

  @Test
  void aFreeReferenceBoundsNothing() {
    add(200, 0, .5, 200);
    assertThat(bound()).isZero();
    assertThat(CertifiedSaving.ofRole(new CertifiedSaving.Role(1, 400, reference), .05)).isEmpty();
  }

  @Test
  void aBoundThatMayBeWrongMoreSeldomIsLower() {
    add(500, .06, .5, 500);
    assertThat(reference.lowerBoundUsd(.001).orElseThrow()).isLessThan(bound());
  }

  /** 0.4 s where it was written; ten times that on a machine that is busy. */
  @Test
  void twoHundredThousandDrawsTakeNoLongerThanAnAnswerMay() {
    add(200_000, .06, 1, 0);

    assertTimeout(Duration.ofSeconds(4), () -> assertThat(bound()).isBetween(.059, .06));
  }

  @Test
  void whatIsOutOfRangeIsNamed() {
    assertRefused(() -> reference.add(-1, .5), "costUsd");
    assertRefused(() -> reference.add(Double.NaN, .5), "costUsd");
    assertRefused(() -> reference.add(1, 0), "propensity");
    assertRefused(() -> reference.add(1, 1.1), "propensity");
    assertRefused(() -> reference.lowerBoundUsd(0), "alpha");
    assertThat(reference.draws()).isZero();
    assertThatNoException().isThrownBy(() -> reference.add(1e99, Float.MIN_NORMAL));
  }

  private static void assertRefused(Runnable act, String message) {
    assertThatIllegalArgumentException().isThrownBy(act::run).withMessageContaining(message);
  }
}
