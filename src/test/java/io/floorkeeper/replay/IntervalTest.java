package io.floorkeeper.replay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.Random;
import org.junit.jupiter.api.Test;

class IntervalTest {

  /** Wilson's interval for 81 of 263, as worked by Newcombe (1998), table I, method 3. */
  @Test
  void sharesFollowWilson() {
    Interval interval = Interval.ofShare(81 / 263.0, 263);

    assertThat(interval.low()).isCloseTo(.2553, within(5e-5));
    assertThat(interval.high()).isCloseTo(.3662, within(5e-5));
  }

  @Test
  void aSavingIsSigned() {
    assertThat(Interval.ofSaving(new double[] {2, 4}, new double[] {1, 2}).value()).isEqualTo(-1);
  }

  @Test
  void whereEveryTaskSavesTheSameShareNothingIsUncertain() {
    Interval interval = Interval.ofSaving(new double[] {1, 2, 3}, new double[] {4, 8, 12});

    assertThat(interval.value()).isEqualTo(.75);
    assertThat(interval.high() - interval.low()).isCloseTo(0, within(1e-12));
  }

  /**
   * Coverage over 2,000 samples, seed 5: a true 95 % interval covers in 1,876 or fewer or 1,924 or
   * more of them with probability .013; the delta method is asymptotic, so the band is .93 to .97,
   * outside which a right one falls with probability below 1e-4.
   */
  @Test
  void ninetyFivePercentMeansIt() {
    Random random = new Random(5);
    int covered = 0;
    int samples = 2_000;
    for (int s = 0; s < samples; s++) {
      double[] x = new double[400];
      double[] y = new double[400];
      for (int i = 0; i < x.length; i++) {
        y[i] = Math.exp(.5 * random.nextGaussian());
        x[i] = random.nextDouble() < .3 ? y[i] : .1 * y[i];
      }
      Interval interval = Interval.ofSaving(x, y);
      if (interval.low() <= .63 && .63 <= interval.high()) {
        covered++;
      }
    }

    assertThat(covered / (double) samples).isBetween(.93, .97);
  }
}
