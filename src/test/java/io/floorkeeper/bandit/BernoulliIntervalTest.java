package io.floorkeeper.bandit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import io.floorkeeper.bandit.MixtureBoundary.Sides;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BernoulliIntervalTest {

  /** The figures of the confseq package (MIT). */
  @ParameterizedTest
  @CsvSource({"700, 1000, 100, .651629, .745949", "15, 50, 50, .129556, .511896"})
  void itAgreesWithThePackage(double sum, long n, double nBest, double low, double high) {
    // When
    BernoulliInterval interval = BernoulliInterval.of(sum, n, .05, nBest);

    // Then
    assertThat(interval.low()).isCloseTo(low, within(1e-6));
    assertThat(interval.high()).isCloseTo(high, within(1e-6));
  }

  @Test
  void itsEndsAreWhereTheBetaBinomialMixtureRefutes() {
    // Given
    double sum = 82.5;
    long n = 100;

    // When
    BernoulliInterval interval = BernoulliInterval.of(sum, n, .1, 80);

    // Then
    for (double p : new double[] {interval.low(), interval.high()}) {
      double m =
          BetaBinomialMixture.bestAt(80 * p * (1 - p), .05, p, 1 - p, Sides.TWO)
              .logMixture(sum - n * p, n * p * (1 - p));
      assertThat(m).isCloseTo(Math.log(10), within(1e-6));
    }
  }

  @Test
  void nothingButSuccessesReachesOne() {
    // When
    BernoulliInterval all = BernoulliInterval.of(200, 200, .05, 100);
    BernoulliInterval none = BernoulliInterval.of(0, 200, .05, 100);

    // Then
    assertThat(all.high()).isEqualTo(1);
    assertThat(all.low()).isBetween(.9, .99);
    assertThat(none.low()).isZero();
    assertThat(none.high()).isEqualTo(1 - all.low());
  }

  /**
   * Looked at after every one of 500 labels, the interval loses the truth in at most alpha = .1 of
   * streams. Of 1,000 streams at most 100 are expected to; 133 is three and a half standard
   * deviations more: another seed fails with less than 3e-4.
   */
  @ParameterizedTest
  @CsvSource({".9", ".5", ".02"})
  void lookedAtContinuouslyItCovers(double q) {
    // Given
    Streams streams = Streams.seeded(20261401);
    // The interval holds p exactly while p's own mixture has not reached 1/alpha.
    BetaBinomialMixture mixture =
        BetaBinomialMixture.bestAt(100 * q * (1 - q), .05, q, 1 - q, Sides.TWO);
    int lost = 0;
    for (int i = 0; i < 1000; i++) {
      double sum = 0;
      boolean loses = false;

      // When
      for (int n = 1; n <= 500 && !loses; n++) {
        sum += streams.label(q);
        loses = mixture.logMixture(sum - n * q, n * q * (1 - q)) >= Math.log(10);
        if (loses || n == 500) {
          // Then
          BernoulliInterval interval = BernoulliInterval.of(sum, n, .1, 100);
          assertThat(interval.low() > q || interval.high() < q).isEqualTo(loses);
        }
      }
      lost += loses ? 1 : 0;
    }
    assertThat(lost).isBetween(1, 133);
  }

  @Test
  void whatIsOutOfRangeIsNamed() {
    assertRefused(() -> BernoulliInterval.of(0, 0, .05, 1), "n must");
    assertRefused(() -> BernoulliInterval.of(2, 1, .05, 1), "sum");
    assertRefused(() -> BernoulliInterval.of(1, 1, 0, 1), "alpha");
    assertRefused(() -> BernoulliInterval.of(1, 1, .05, 0), "nBest");
  }

  private static void assertRefused(Runnable act, String message) {
    assertThatIllegalArgumentException().isThrownBy(act::run).withMessageContaining(message);
  }
}
