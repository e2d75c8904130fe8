package io.floorkeeper.bandit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.within;

import org.apache.commons.rng.UniformRandomProvider;
import org.apache.commons.rng.sampling.distribution.ChengBetaSampler;
import org.apache.commons.rng.sampling.distribution.ContinuousSampler;
import org.apache.commons.rng.simple.RandomSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LaiRobbinsTest {

  @Test
  void theConstantsOfThreeKnownProblems() {
    assertThat(LaiRobbins.constant(.9, .8)).isCloseTo(2.2521, within(5e-5));
    assertThat(LaiRobbins.constant(.2, .25)).isCloseTo(7.1407, within(5e-5));
    // Chapelle and Li 2011: one arm of .5 and nine of .4
    assertThat(LaiRobbins.constant(.5, .4, .4, .4, .4, .4, .4, .4, .4, .4))
        .isCloseTo(44.6971, within(5e-5));
  }

  @Test
  void whatOneFailureTellsApartCostsNothing() {
    assertThat(LaiRobbins.constant(1, .5)).isZero();
    assertThat(LaiRobbins.constant(.7, .7)).isZero();
    assertThat(LaiRobbins.constant(.7)).isZero();
  }

  @Test
  void whatIsNoProbabilityIsNamed() {
    assertThatIllegalArgumentException()
        .isThrownBy(LaiRobbins::constant)
        .withMessageContaining("means");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> LaiRobbins.constant(.5, 1.2))
        .withMessageContaining("means");
  }

  /**
   * Thompson sampling from Beta(1, 1) over 10,000 draws, mean of 2,000 runs from seed 20260301,
   * against the means of 4,000 runs of another program (10.15 and 23.23).
   *
   * <p>A few runs in ten thousand stay on the wrong arm (regret up to 999 where the median is 8),
   * so a batch's own standard error tells little: batches of 4,000 read .15 to .30 and .31 to .47.
   * Hence the standard deviation of a run is the one pooled over 16,000 runs (three seeds here, one
   * in numpy), 15.8 and 23.8; both means are charged for it (standard errors .35 and .25, .53 and
   * .38), and a difference beyond four standard errors of the difference is refused: 1.7 and 2.6.
   * False alarm: about 1e-4 a problem if the means are normal, by Chebyshev never above 1 in 16.
   */
  @ParameterizedTest
  @CsvSource({".9, .8, 10.15, 15.8", ".2, .25, 23.23, 23.8"})
  void thompsonSamplingHasTheRegretThatOthersMeasured(
      double first, double second, double measured, double standardDeviation) {
    // Given
    int runs = 2_000;
    int theirRuns = 4_000;
    UniformRandomProvider random = RandomSource.L64_X128_MIX.create(20260301L);

    // When
    double sum = 0;
    for (int run = 0; run < runs; run++) {
      sum += regret(new double[] {first, second}, 10_000, random);
    }

    // Then
    double standardError = standardDeviation * Math.sqrt(1. / runs + 1. / theirRuns);
    assertThat(sum / runs).isCloseTo(measured, within(4 * standardError));
  }

  /** What was missed in expectation: the gap of the arm that was drawn, summed over the draws. */
  private static double regret(double[] means, int draws, UniformRandomProvider random) {
    double best = Math.max(means[0], means[1]);
    int[] successes = new int[2];
    int[] pulls = new int[2];
    ContinuousSampler[] quality = {sampler(0, 0, random), sampler(0, 0, random)};
    double regret = 0;
    for (int t = 0; t < draws; t++) {
      int arm = quality[0].sample() > quality[1].sample() ? 0 : 1;
      regret += best - means[arm];
      pulls[arm]++;
      successes[arm] += random.nextDouble() < means[arm] ? 1 : 0;
      quality[arm] = sampler(successes[arm], pulls[arm], random);
    }
    return regret;
  }

  private static ContinuousSampler sampler(int successes, int pulls, UniformRandomProvider random) {
    BetaPosterior posterior =
        BetaPosterior.of(.5, 2, pulls, pulls == 0 ? 0 : (double) successes / pulls);
    return ChengBetaSampler.of(random, posterior.a(), posterior.b());
  }
}
