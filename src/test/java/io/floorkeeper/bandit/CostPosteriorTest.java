package io.floorkeeper.bandit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import org.junit.jupiter.api.Test;

class CostPosteriorTest {

  @Test
  void itsMeanAndVarianceAreThoseOfTheMeanOfNEpisodes() {
    // When
    CostPosterior cost = CostPosterior.of(.02, 3, 25);

    // Then: E[m] = exp(mu + v/2), Var[m] = E[m]^2 (e^v - 1) = (cv * E[m])^2 / n
    double v = cost.logSd() * cost.logSd();
    assertThat(Math.exp(cost.logMean() + v / 2)).isCloseTo(.02, within(1e-15));
    assertThat(.02 * .02 * Math.expm1(v)).isCloseTo(.06 * .06 / 25, within(1e-15));
  }

  @Test
  void quantilesAreThoseOfTheLognormal() {
    // Given
    CostPosterior cost = CostPosterior.of(.02, 1, 4);

    // When
    double median = cost.quantile(.5);

    // Then
    assertThat(median).isCloseTo(.02 / Math.sqrt(1.25), within(1e-12));
    assertThat(cost.quantile(.975) / median)
        .isCloseTo(Math.exp(1.959963984540054 * Math.sqrt(Math.log(1.25))), within(1e-9));
  }

  @Test
  void aLocalArmIsAPointMassAtZero() {
    // When
    CostPosterior local = CostPosterior.exactly(0);

    // Then
    assertThat(local.logMean()).isEqualTo(Double.NEGATIVE_INFINITY);
    assertThat(local.quantile(.9)).isZero();
    assertThat(CostPosterior.of(0, 1, 4)).isEqualTo(local);
    assertThat(CostPosterior.blended(0, 0, Double.NaN, 9)).isEqualTo(local);
  }

  @Test
  void whatWasSeenOutweighsTheCatalogueAsEpisodesCome() {
    // When
    CostPosterior blended = CostPosterior.blended(1, 3, .5, 12);

    // Then: cv^2 = (4*1 + 12*.25)/16 = 7/16, n = 16
    assertThat(blended).isEqualTo(CostPosterior.of(2.5, Math.sqrt(7. / 16), 16));
    assertThat(CostPosterior.blended(.01, Double.NaN, Double.NaN, 0))
        .isEqualTo(CostPosterior.of(.01, 1, 4));
  }

  @Test
  void aParameterOutOfRangeIsNamed() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> CostPosterior.exactly(-1))
        .withMessageContaining("meanUsd");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> CostPosterior.of(1, Double.NaN, 1))
        .withMessageContaining("cv");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> CostPosterior.of(1, 1, 0))
        .withMessageContaining("n must");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new CostPosterior(0, 1, 1))
        .withMessageContaining("logMean");
    assertThatIllegalArgumentException().isThrownBy(() -> CostPosterior.exactly(1).quantile(0));
  }

  /** A local model that reports dollars of 0: nothing about it is uncertain. */
  @Test
  void episodesThatAllCostNothingAreAPointMassWhateverTheirVariation() {
    // When
    CostPosterior free = CostPosterior.of(0, Double.NaN, 3);
    // Then
    assertThat(free).isEqualTo(CostPosterior.exactly(0));
  }
}
