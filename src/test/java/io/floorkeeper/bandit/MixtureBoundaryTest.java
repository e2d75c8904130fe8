package io.floorkeeper.bandit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import io.floorkeeper.bandit.MixtureBoundary.Sides;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The figures are those of the confseq package's own tests (MIT), which took them from R. */
class MixtureBoundaryTest {
  private static final double V = 100;
  private static final double ALPHA = .05;

  @Test
  void theBestRhoIsThatOfThePackage() {
    assertThat(MixtureBoundary.bestRho(V, ALPHA, Sides.TWO)).isCloseTo(12.60056, within(5e-6));
  }

  @Test
  void theNormalMixtureAgreesWithThePackage() {
    // Given
    NormalMixture two = NormalMixture.bestAt(V, ALPHA, Sides.TWO);
    NormalMixture one = NormalMixture.bestAt(V, ALPHA, Sides.ONE);

    // Then
    assertThat(two.logMixture(10, V)).isCloseTo(-.6510052, within(5e-8));
    assertThat(two.bound(V, ALPHA)).isCloseTo(30.35209, within(5e-6));
    assertThat(one.logMixture(10, V)).isCloseTo(-.06502391, within(5e-9));
    assertThat(one.bound(V, ALPHA)).isCloseTo(27.66071, within(5e-6));
  }

  @Test
  void theGammaExponentialMixtureAgreesWithThePackage() {
    // Given
    GammaExponentialMixture mixture = GammaExponentialMixture.bestAt(V, ALPHA, 2);

    // Then
    assertThat(mixture.logMixture(10, V)).isCloseTo(-.2490165, within(5e-8));
    assertThat(mixture.bound(V, ALPHA)).isCloseTo(33.02017, within(5e-6));
  }

  @Test
  void theBetaBinomialMixtureAgreesWithThePackage() {
    // Given
    BetaBinomialMixture one = BetaBinomialMixture.bestAt(V, ALPHA, .2, .8, Sides.ONE);
    BetaBinomialMixture two = BetaBinomialMixture.bestAt(V, ALPHA, .2, .8, Sides.TWO);

    // Then
    assertThat(one.logMixture(10, V)).isCloseTo(-.07134019, within(5e-9));
    assertThat(one.bound(V, ALPHA)).isCloseTo(28.41238, within(5e-6));
    assertThat(two.logMixture(10, V)).isCloseTo(-.6941012, within(5e-8));
    assertThat(two.bound(V, ALPHA)).isCloseTo(31.4308, within(5e-5));
  }

  @Test
  void aBoundIsWhereTheMixtureReachesItsLevel() {
    List<MixtureBoundary> boundaries =
        List.of(
            NormalMixture.bestAt(V, ALPHA, Sides.ONE),
            NormalMixture.bestAt(V, ALPHA, Sides.TWO),
            GammaExponentialMixture.bestAt(V, ALPHA, .7),
            BetaBinomialMixture.bestAt(V, ALPHA, .3, .7, Sides.ONE),
            BetaBinomialMixture.bestAt(V, ALPHA, .3, .7, Sides.TWO));
    for (MixtureBoundary boundary : boundaries) {
      for (double v : new double[] {5, 300, 1e5}) {
        // When
        double s = boundary.bound(v, .01);

        // Then
        assertThat(boundary.logMixture(s, v)).isCloseTo(Math.log(100), within(1e-6));
      }
    }
  }

  @Test
  void whereNoSumCanReachTheLevelTheBoundIsTheLargestSum() {
    // Given: before two trials of .5 nothing can be refuted
    BetaBinomialMixture mixture = BetaBinomialMixture.bestAt(25, ALPHA, .5, .5, Sides.TWO);

    // Then
    assertThat(mixture.bound(.5, ALPHA)).isEqualTo(1);
    assertThat(mixture.logMixture(1.01, .5)).isEqualTo(Double.NEGATIVE_INFINITY);
    assertThat(mixture.bound(0, ALPHA)).isZero();
  }

  @Test
  void whatIsOutOfRangeIsNamed() {
    assertRefused(() -> new NormalMixture(0, Sides.ONE), "rho");
    assertRefused(() -> new GammaExponentialMixture(1, 0), "c must");
    assertRefused(() -> new BetaBinomialMixture(1, -1, 1, Sides.ONE), "g must");
    assertRefused(() -> MixtureBoundary.bestRho(0, .05, Sides.TWO), "v must");
    assertRefused(() -> MixtureBoundary.bestRho(1, .5, Sides.ONE), "alpha");
    assertRefused(() -> new NormalMixture(1, Sides.TWO).bound(-1, .05), "v must");
    assertRefused(() -> new NormalMixture(1, Sides.ONE).bound(1, 1), "alpha");
  }

  private static void assertRefused(Runnable act, String message) {
    assertThatIllegalArgumentException().isThrownBy(act::run).withMessageContaining(message);
  }
}
