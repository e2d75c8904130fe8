package io.floorkeeper.bandit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import org.apache.commons.math3.special.Beta;
import org.assertj.core.data.Percentage;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BetaPosteriorTest {

  @Test
  void labelsAddToThePrior() {
    // When
    BetaPosterior posterior = BetaPosterior.of(.8, 4, 10, .9);

    // Then
    assertThat(posterior.a()).isCloseTo(3.2 + 9, within(1e-12));
    assertThat(posterior.b()).isCloseTo(.8 + 1, within(1e-12));
    assertThat(posterior.mean()).isCloseTo(12.2 / 14, within(1e-12));
    assertThat(posterior.variance()).isCloseTo(12.2 * 1.8 / (14. * 14 * 15), within(1e-15));
  }

  /** Both tails computed with 30 digits in mpmath (betainc, and quadrature for the large ones). */
  @ParameterizedTest
  @CsvSource({
    "8, 3, .8, 0.67779952640000013, 0.32220047359999987",
    ".001, .001, .5, 0.5, 0.5",
    ".001, 1e6, 1e-9, 0.99368764621350518, 0.0063123537864948204",
    "1e6, 1e6, .5005, 0.92135042241907533, 0.078649577580924675",
    "1e6, 2e5, .833, 0.16358796374654721, 0.83641203625345279",
    "450.2, 38.7, .9, 0.051150133973848795, 0.94884986602615121",
    "30.5, 2.25, .97, 0.8153028099592789, 0.1846971900407211",
    ".5, 2, .1, 0.45853026072441501, 0.54146973927558499",
    "3, 2, .999999, 0.99999999999400001, 5.9999920003480673e-12",
  })
  void bothTailsAgreeWithThirtyDigitArithmetic(
      double a, double b, double x, double lower, double upper) {
    // Given
    BetaPosterior posterior = new BetaPosterior(a, b);

    // When
    double cdf = posterior.cdf(x);

    // Then
    assertThat(cdf).isCloseTo(lower, Percentage.withPercentage(1e-9));
    assertThat(posterior.survival(x)).isCloseTo(upper, Percentage.withPercentage(1e-8));
  }

  @ParameterizedTest
  @CsvSource({"8, 3", "1, 1", ".3, .7", "12.2, 1.8", "900, 30", ".01, 5", "2000, 2000"})
  void theDistributionAgreesWithCommonsMath(double a, double b) {
    // Given
    BetaPosterior posterior = new BetaPosterior(a, b);
    for (double x = .01; x < 1; x += .01) {

      // When
      double cdf = posterior.cdf(x);

      // Then
      assertThat(cdf).isCloseTo(Beta.regularizedBeta(x, a, b), within(1e-11));
      assertThat(posterior.logDensity(x))
          .isCloseTo(
              (a - 1) * Math.log(x) + (b - 1) * Math.log1p(-x) - Beta.logBeta(a, b), within(1e-9));
    }
  }

  @ParameterizedTest
  @CsvSource({
    "8, 3",
    "1, 1",
    ".3, .7",
    "1e6, 1e6",
    "1e6, 2",
    "3.2, .8",
    ".05, 3",
    "1e6, .5",
    "40, .1"
  })
  void theQuantileInvertsTheDistribution(double a, double b) {
    // Given
    BetaPosterior posterior = new BetaPosterior(a, b);
    for (double p : new double[] {1e-12, 1e-3, .05, .1, .5, .7, .9, .95, .999}) {

      // When
      double x = posterior.quantile(p);

      // Then: where x is so near 1 that doubles are sparse, within the step of one of them
      double slack =
          1e-10 + Math.abs(posterior.cdf(Math.nextUp(x)) - posterior.cdf(Math.nextDown(x)));
      assertThat(posterior.cdf(x)).isCloseTo(p, within(slack));
    }
  }

  @ParameterizedTest
  @CsvSource({".001, .001", ".001, 1e6", "1e6, .001", "1e6, 1e6"})
  void extremesStayWithinTheUnitInterval(double a, double b) {
    // Given
    BetaPosterior posterior = new BetaPosterior(a, b);

    // When
    double low = posterior.quantile(.1);
    double high = posterior.quantile(.9);

    // Then
    assertThat(low).isBetween(0., high);
    assertThat(high).isLessThanOrEqualTo(1);
    assertThat(posterior.cdf(.5) + posterior.survival(.5)).isCloseTo(1, within(1e-15));
  }

  @Test
  void theEndsOfTheDensityAreItsLimits() {
    // When
    BetaPosterior posterior = new BetaPosterior(1, 3);

    // Then
    assertThat(posterior.density(0)).isCloseTo(3, within(1e-12));
    assertThat(posterior.density(1)).isZero();
    assertThat(posterior.density(1.5)).isZero();
    assertThat(new BetaPosterior(.5, 2).density(0)).isInfinite();
  }

  @Test
  void aParameterOutOfRangeIsNamed() {
    assertRefused(() -> new BetaPosterior(0, 1), "a must");
    assertRefused(() -> new BetaPosterior(1, Double.NaN), "b must");
    assertRefused(() -> new BetaPosterior(Double.POSITIVE_INFINITY, 1), "a must");
    assertRefused(() -> BetaPosterior.of(1, 4, 0, 0), "priorMean");
    assertRefused(() -> BetaPosterior.of(.8, 0, 0, 0), "n0");
    assertRefused(() -> BetaPosterior.of(.8, 4, -1, .5), "n must");
    assertRefused(() -> BetaPosterior.of(.8, 4, 1, Double.NaN), "mu");
    assertRefused(() -> new BetaPosterior(1, 1).quantile(1.1), "p must");
  }

  private static void assertRefused(Runnable act, String message) {
    assertThatIllegalArgumentException().isThrownBy(act::run).withMessageContaining(message);
  }
}
