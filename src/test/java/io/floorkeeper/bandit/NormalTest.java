package io.floorkeeper.bandit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.apache.commons.math3.special.Erf;
import org.junit.jupiter.api.Test;

class NormalTest {

  @Test
  void phiAgreesWithTheErrorFunction() {
    for (double z = -9.5; z < 9.5; z += .00737) {
      // When
      double phi = Normal.cdf(z);

      // Then
      assertThat(phi).isCloseTo(Erf.erfc(-z / Math.sqrt(2)) / 2, within(2e-15));
    }
    assertThat(Normal.cdf(Double.NEGATIVE_INFINITY)).isZero();
    assertThat(Normal.cdf(Double.POSITIVE_INFINITY)).isOne();
  }

  @Test
  void theQuantileInvertsPhi() {
    assertThat(Normal.quantile(.9)).isCloseTo(1.2815515655446004, within(1e-12));
    assertThat(Normal.quantile(.05)).isCloseTo(-1.6448536269514722, within(1e-12));
  }
}
